"""The proxy's rules in comparisons: what is run, what the rules change, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from conftest import Lab
from samples import make_run

from sonda_analysis.effects import EFFECT_COLUMNS, effect_of, effects_of, percent, typical_ratio
from sonda_analysis.errors import AnalysisError
from sonda_analysis.options import parse_options
from sonda_analysis.rules_option import WITHOUT, sets_without
from sonda_analysis.ways import AS_SHIPPED, BARE, OWN, WAYS, sets_of

ROOT = Path(__file__).resolve().parents[2]


def options(tmp_path: Path, *arguments: str):
    scenario = tmp_path / "scenarios" / "small.json"
    scenario.parent.mkdir(exist_ok=True)
    scenario.write_text(json.dumps({"name": "small"}))
    return parse_options([f"--root={tmp_path}", *arguments])


def test_the_scenario_decides_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert options(tmp_path, "small").ways == (OWN,) and options(tmp_path, "small").sets == ()
    alone = options(tmp_path, "small", "--proxy", "as-shipped", "--set", "a=1")
    assert alone.ways == (AS_SHIPPED,) and alone.sets == ("a=1", "proxy=as-shipped")
    assert options(tmp_path, "small", "--proxy", "both").ways == WAYS
    swept = options(tmp_path, "small", "--proxy", "as-shipped", "--sweep", "proxy.slow_start_s=0,5,30")
    assert swept.sets == ("proxy=as-shipped",) and swept.method.sweep.values == ("0", "5", "30")


def test_the_league_has_both_ways_unless_one_is_asked_for(tmp_path: Path) -> None:
    few = ("--all", "--contenders", "random")
    assert options(tmp_path, *few).ways == WAYS
    assert options(tmp_path, *few, "--proxy", "bare").ways == (BARE,)
    assert options(tmp_path, *few, "--set", "proxy=as-shipped").ways == (OWN,)


def test_single_rules_change_what_ships_and_leave_the_bare_proxy_bare() -> None:
    given = ("workload.load=0.5", "proxy.slow_start_s=5", "proxy.early_resets=0")
    assert sets_of(OWN, given) == given
    assert sets_of(BARE, given) == ("workload.load=0.5", "proxy=bare")
    assert sets_of(AS_SHIPPED, given) == ("workload.load=0.5", "proxy=as-shipped", *given[1:])
    for way in WAYS:
        assert sets_of(way, sets_of(way, given)) == sets_of(way, given)


def test_a_rule_is_left_out_of_what_ships() -> None:
    given = ("proxy.slow_start_s=5", "proxy.panic_below=0.3")
    assert sets_without("slow-start", given) == ("proxy=as-shipped", "proxy.panic_below=0.3", "proxy.slow_start_s=0")
    assert sets_without("every-rule", given) == ("proxy=bare",)
    assert len({sets_without(rule, given) for rule in WITHOUT}) == len(WITHOUT)


@pytest.mark.parametrize("arguments, words", [
    (("small", "--proxy", "bare", "--set", "proxy=bare"), "--proxy: the key proxy is given by --set too"),
    (("small", "--proxy", "bare", "--set", "proxy.early_resets=3"), "--proxy bare has no rules, but --set gives one"),
    (("small", "--proxy", "both", "--sweep", "workload.load=0.1,0.2"), "--proxy both does not go with --sweep"),
    (("small", "--judge-rules", "slow-stat"), "--judge-rules: 'slow-stat' is no rule; there are: all, slow-start"),
    (("small", "--judge-rules", "all", "--proxy", "bare"), "--proxy does not go with --judge-rules"),
    (("small", "--judge-rules", "panic", "--sweep", "a=1,2"), "--sweep does not go with --judge-rules"),
])
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments, words: str) -> None:
    with pytest.raises(AnalysisError, match="^" + words.replace("(", "\\(")):
        options(tmp_path, *arguments)


def test_another_word_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(tmp_path, "small", "--proxy", "shipped")
    assert "as-shipped" in capsys.readouterr().err


def test_an_effect_is_the_geometric_mean_over_paired_runs() -> None:
    without = [make_run("random", 1, 0.1, failures=8), make_run("random", 2, 0.2), make_run("random", 3, 9.0)]
    having = [make_run("random", 2, 0.4, failures=1), make_run("random", 1, 0.1)]
    effect = effect_of("panic", "small", without, having)
    assert effect is not None and effect.runs == 2
    assert effect.ratio == pytest.approx(2**0.5) and effect.low < effect.ratio < effect.high
    assert (effect.failures_without, effect.failures_with, effect.saved, effect.changed) == (8, 1, 7, True)
    assert effect.mean_without_s == pytest.approx(0.15) and effect.p99_ratio == pytest.approx(2**0.5)


def test_equal_runs_have_not_changed() -> None:
    runs = [make_run("random", number, 0.1 * number) for number in (1, 2)]
    effect = effect_of("panic", "small", runs, runs)
    assert effect is not None and not effect.changed and effect.ratio == effect.low == effect.high == 1
    assert effect_of("panic", "small", runs[:1], runs[1:]) is None


def test_effects_go_by_scenario_and_contender() -> None:
    one = {"a": [make_run("random"), make_run("head")], "b": [make_run("random")]}
    found = effects_of("all", one, {"b": [make_run("random", mean_s=0.3)], "a": one["a"], "c": one["a"]})
    assert [(e.scenario, e.contender, e.changed) for e in found] == [
        ("b", "random", True), ("a", "random", False), ("a", "head", False)]
    assert typical_ratio(found) == pytest.approx(3 ** (1 / 3))
    assert [percent(value) for value in (1.031, 0.5, 7.0, float("inf"))] == ["+3.1 %", "-50.0 %", "× 7", "none"]


def test_one_scenario_both_ways(lab: Lab) -> None:
    ended = lab.launch("--contenders", "seed/head,random", "--runs", "2", "--proxy", "both",
                       FAKE_UNFINISHED="random:1 random:2")
    assert ended.returncode == 0, ended.stderr
    assert "8 runs (2 contenders, 2 each at 2 points)" in ended.stdout
    effects = pd.read_csv(lab.out / "rules.csv").set_index("contender")
    assert effects.loc["seed/head", "ratio"] == pytest.approx(1.25)
    assert bool(effects.loc["seed/head", "changed"]) and effects.loc["random", "failures_without"] == 100
    assert effects.loc["random", "failures_with"] == 0
    rows = pd.read_csv(lab.out / "comparison.csv")
    assert rows["proxy"].tolist() == ["bare"] * 2 + ["as-shipped"] * 2
    # Bare, one of the two is overloaded and cannot be compared.
    assert set(pd.read_csv(lab.out / "differences.csv")["proxy"]) == {"as-shipped"}
    assert "+25.0 %" in ended.stdout and (lab.out / "figures" / "rules.png").is_file()
    page = (lab.out / "report.html").read_text()
    assert "What the rules change" in page and "Scenario as run, as shipped" in page
    lab.runs_made()
    assert lab.compare("--contenders", "random", "--runs", "2", "--proxy", "bare").returncode == 0
    assert lab.runs_made() == []  # the same runs as in the column


def test_the_league_both_ways(lab: Lab) -> None:
    lab.add_scenario("other")
    lab.out = lab.folder / "results" / "league"
    ended = lab.launch("--all", "--contenders", "repaired/head,random,seed/head", "--runs", "3",
                       FAKE_UNFINISHED=" ".join(f"repaired/head:{n}" for n in (1, 2, 3)))
    assert ended.returncode == 0, ended.stderr
    assert "36 runs (3 contenders, 3 each at 4 points)" in ended.stdout
    table = pd.read_csv(lab.out / "league.csv").set_index(["proxy", "contender"])
    assert table.loc[("as-shipped", "repaired/head"), "rank"] == 1
    assert table.loc[("bare", "repaired/head"), "rank"] == 3  # it loses requests in both scenarios
    cells = pd.read_csv(lab.out / "league-scenarios.csv")
    assert len(cells) == 12 and cells["proxy"].tolist() == ["as-shipped"] * 6 + ["bare"] * 6
    effects = pd.read_csv(lab.out / "league-rules.csv")
    assert tuple(effects.columns) == EFFECT_COLUMNS and len(effects) == 6
    assert effects[effects["contender"] == "seed/head"]["ratio"].tolist() == pytest.approx([1.25, 1.25])
    assert not effects[effects["contender"] == "random"]["changed"].any()
    for words in ("Best as shipped: repaired/head.", "Best bare: random.", "no more other, small",
                  "small (random → repaired/head)"):
        assert words in ended.stdout, words
    for name in ("league-bare", "league-as-shipped", "league-rules"):
        assert (lab.out / "figures" / f"{name}.png").is_file()
    assert "Bare and as shipped" in (lab.out / "report.html").read_text()


def test_rules_are_judged_one_by_one(lab: Lab) -> None:
    lab.out = lab.folder / "results" / "rules"
    ended = lab.compare("--contenders", "seed/head,random", "--runs", "3", "--judge-rules", "slow-start,panic",
                        FAKE_UNFINISHED=" ".join(f"random:{n}" for n in (1, 2, 3)))
    assert ended.returncode == 0, ended.stderr
    effects = pd.read_csv(lab.out / "rules.csv").set_index(["rule", "contender"])
    assert effects.loc[("slow-start", "seed/head"), "ratio"] == pytest.approx(1.25)
    assert not effects.loc[("slow-start", "random"), "changed"]
    assert effects.loc[("panic", "random"), "failures_without"] == 150
    assert effects.loc[("panic", "random"), "failures_with"] == 0
    text = (lab.out / "rules.txt").read_text()
    assert "slow-start: acts in 1 of 1 scenarios; saves 0 requests in all; where it saves none it costs at most +25.0 %" in text
    assert "panic: acts in 1 of 1 scenarios; saves 150 requests in all; where it saves none it costs nothing." in text
    assert "saves 150 requests" in text and text.strip() in ended.stdout


def test_every_rule_that_can_be_turned_off_is_a_key_of_the_scenario() -> None:
    """The keys are the simulator's; it reads them by one list."""
    source = (ROOT / "scenarios" / "sim" / "scenario-proxy.cc").read_text()
    for rule, off in WITHOUT.items():
        if off is not None:
            key = off.partition("=")[0].removeprefix("proxy.")
            assert f'("{key}"' in source, rule
