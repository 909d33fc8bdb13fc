"""Options that say how a comparison is judged: what is read and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sonda_analysis.errors import AnalysisError
from sonda_analysis.options import parse_options

ENTRY = {"name": "least-connections", "contender": "connections/best", "section": "E", "about": "a", "source": "b"}


def options(tmp_path: Path, *arguments: str):
    for name in ("small", "other"):
        scenario = tmp_path / "scenarios" / f"{name}.json"
        scenario.parent.mkdir(exist_ok=True)
        scenario.write_text(json.dumps({"name": name}))
    return parse_options([f"--root={tmp_path}", *arguments])


def catalogue(tmp_path: Path, content: object) -> None:
    path = tmp_path / "model" / "selection" / "contenders.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_without_options_nothing_changes(tmp_path: Path) -> None:
    method = options(tmp_path, "small").method
    assert not method.pilots
    assert (method.baseline, method.until, method.oracle, method.sweep) == (None, None, None, None)


def test_baseline_and_oracle_are_added_once(tmp_path: Path) -> None:
    chosen = options(tmp_path, "small", "--contenders", "rtt/best,random", "--baseline", "random", "--regret")
    assert [c.name for c in chosen.contenders] == ["rtt/best", "random", "fresh-least-work"]
    assert chosen.bounds == ("fresh-least-work",) and chosen.method.baseline.name == "random"
    alone = options(tmp_path, "small", "--contenders", "rtt/best", "--baseline", "round-robin")
    assert [c.name for c in alone.contenders] == ["rtt/best", "round-robin"]


def test_a_fixed_warm_up_is_an_override(tmp_path: Path) -> None:
    assert options(tmp_path, "small", "--warmup", "7.5", "--set", "a=1").sets == ("a=1", "warmup_s=7.5")
    assert options(tmp_path, "small", "--warmup", "auto").method.pilots


@pytest.mark.parametrize("arguments, runs", [
    ((), 5), (("--runs", "3"), 3), (("--until", "0.05"), 10), (("--until", "0.05", "--runs", "4"), 4),
    (("--until", "0.05", "--most-runs", "6"), 6),
])
def test_until_begins_with_ten_runs(tmp_path: Path, arguments, runs: int) -> None:
    assert options(tmp_path, "small", *arguments).runs == runs


@pytest.mark.parametrize("arguments, words", [
    (("--until", "5"), "--until: '5' is not allowed; it is a share"),
    (("--until", "x"), "--until: 'x'"),
    (("--until", "0.05", "--runs", "1"), "there is no interval to begin with"),
    (("--until", "0.05", "--most-runs", "1"), "--most-runs: 1"),
    (("--until", "0.05", "--runs", "9", "--most-runs", "8"), "--most-runs: 8 is less than --runs 9"),
    (("--most-runs", "8"), "--most-runs needs --until"),
    (("--warmup", "soon"), "--warmup: 'soon' is neither auto nor"),
    (("--warmup", "-1"), "--warmup: '-1'"),
    (("--warmup", "3", "--set", "warmup_s=2"), "given by --set too"),
    (("--warmup", "auto", "--set", "warmup_s=2"), "given by --set too"),
    (("--warmup", "auto", "--sweep", "warmup_s=1,2"), "the key warmup_s is swept; choose one"),
    (("--warmup", "3", "--sweep", "warmup_s=1,2"), "key 'warmup_s' is given by --set"),
    (("--baseline", "min: rtt"), "--baseline: 'min: rtt' names no policy"),
    (("--sweep", "a=1,2", "--sweep", "b=1,2"), "--sweep: 2 were given; one key can be swept"),
    (("--sweep", "a=1"), "--sweep: 'a=1' has one value"),
    (("--scenarios", "small"), "--scenarios needs --all"),
    (("--contenders", "all", "--policies", "random"), "leave --formulas and --policies out"),
])
def test_what_does_not_fit_is_refused(tmp_path: Path, arguments, words: str) -> None:
    with pytest.raises(AnalysisError) as error:
        options(tmp_path, "small", *arguments)
    assert words in str(error.value)


def test_all_takes_the_catalogue_and_the_library(tmp_path: Path) -> None:
    bound = {**ENTRY, "name": "least-work", "contender": "random", "section": "G"}
    again = {**ENTRY, "name": "fewest", "section": "F"}
    catalogue(tmp_path, {"sections": {}, "contenders": [ENTRY, bound, again]})
    chosen = options(tmp_path, "--all")
    assert chosen.league and [s.name for s in chosen.scenarios] == ["other", "small"]
    assert [c.name for c in chosen.contenders] == ["connections/best", "random"] and chosen.bounds == ("random",)
    assert chosen.out == tmp_path / "results" / "league" and chosen.sets == ("fidelity=event",)
    assert options(tmp_path, "--all", "--fidelity", "request").sets == ("fidelity=request",)
    some = options(tmp_path, "--all", "--scenarios", "small", "--contenders", "rtt/best,random")
    assert [s.name for s in some.scenarios] == ["small"] and [c.name for c in some.contenders] == ["rtt/best", "random"]
    assert [entry.name for entry in chosen.catalogue] == ["least-connections, fewest", "least-work"]
    one = options(tmp_path, "small", "--contenders", "all")
    assert not one.league and len(one.contenders) == 2 and one.bounds == ("random",)


@pytest.mark.parametrize("arguments, words", [
    (("small",), "leave 'small' out, or give --scenarios small"),
    (("--sweep", "a=1,2"), "--sweep does not go with --all"),
    (("--until", "0.05"), "--until does not go with --all"),
    (("--regret",), "--regret does not go with --all"),
    (("--baseline", "random"), "--baseline does not go with --all"),
    (("--warmup", "auto"), "--warmup auto does not go with --all"),
    (("--scenarios", "small,small"), "another scenario is called 'small' too"),
    (("--scenarios", "large"), "no scenarios/large.json"),
])
def test_what_does_not_go_with_all_is_refused(tmp_path: Path, arguments, words: str) -> None:
    with pytest.raises(AnalysisError) as error:
        options(tmp_path, "--all", "--contenders", "random", *arguments)
    assert words in str(error.value)


@pytest.mark.parametrize("content, words", [
    ("{", "not JSON"),
    ([], "key 'contenders' must be a list"),
    ({"contenders": []}, "key 'contenders' must be a list"),
    ({"contenders": ["random"]}, "contenders[0] is 'random'; it must be an object"),
    ({"contenders": [{**ENTRY, "about": None}]}, "contenders[0]: key 'about' is None; it must be text"),
    ({"contenders": [ENTRY, {**ENTRY, "contender": "connections/Best"}]}, "contenders[1], key 'contender': "),
    ({"contenders": [{**ENTRY, "section": 7}]}, "key 'section' is 7; it must be text"),
])
def test_a_malformed_catalogue_is_refused(tmp_path: Path, content: object, words: str) -> None:
    catalogue(tmp_path, content)
    with pytest.raises(AnalysisError) as error:
        options(tmp_path, "--all")
    assert "contenders.json" in str(error.value) and words in str(error.value)


def test_names_of_the_catalogue_are_contenders(tmp_path: Path) -> None:
    catalogue(tmp_path, {"contenders": [ENTRY]})
    chosen = options(tmp_path, "small", "--contenders", "least-connections,rtt/best@decay:5")
    assert [c.name for c in chosen.contenders] == ["connections/best", "rtt/best@decay:5"]
    assert chosen.contenders[1].folder == "rtt~best@decay=5"
    assert options(tmp_path, "small", "--baseline", "least-connections").method.baseline.name == "connections/best"


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="contenders.json: the catalogue of contenders cannot be read: No such"):
        options(tmp_path, "--all")
