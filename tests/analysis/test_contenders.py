"""Contenders and option lists: what is read, and what is refused with which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sonda_analysis.contenders import Contender, cross_product, parse_contender, short_labels, split_list
from sonda_analysis.errors import AnalysisError
from sonda_analysis.options import parse_options


@pytest.mark.parametrize("text, formula, policy", [
    ("seed/head", "seed", "head"),
    ("connections/sample:2", "connections", "sample:2"),
    ("random", None, "random"),
    ("weighted", None, "weighted"),
    ("sample:2", None, "sample:2"),
    ("min: rtt * (1 + inflight)/best", "min: rtt * (1 + inflight)", "best"),
    ("min: ram / 2 / weight/sample:2", "min: ram / 2 / weight", "sample:2"),
    ("cpu/sample:2@cut-off:6", "cpu", "sample:2@cut-off:6"),
    ("  max: max(ram, 1)/ram_total/best ", "max: max(ram, 1)/ram_total", "best"),
])
def test_a_contender_is_formula_and_policy(text: str, formula: str | None, policy: str) -> None:
    assert parse_contender(text) == Contender(formula, policy)


@pytest.mark.parametrize("text, words", [
    ("min: ram/2", ["'2'", "'min: ram/2/best'"]),
    ("min: rtt / (1 + cpu)", ["names no policy", "'min: rtt / (1 + cpu)/best'"]),
    ("min: rtt", ["names no policy", "'min: rtt/best'"]),
    ("/head", ["no formula before '/'"]),
    ("seed/Head", ["'Head'"]),
])
def test_an_ambiguous_contender_is_refused_with_what_to_write(text: str, words: list[str]) -> None:
    with pytest.raises(AnalysisError) as error:
        parse_contender(text)
    assert all(word in str(error.value) for word in ["--contenders", *words])


def test_commas_inside_parentheses_do_not_split() -> None:
    text = "seed/head, min: max(rtt, min(age,1))/best,random"
    assert split_list(text, "--contenders") == ["seed/head", "min: max(rtt, min(age,1))/best", "random"]


@pytest.mark.parametrize("text, word", [
    ("a,,b", "item 2"), ("max(a,b", "'('"), ("a),b", "character 2"), ("", "item 1"),
])
def test_a_malformed_list_is_refused(text: str, word: str) -> None:
    with pytest.raises(AnalysisError, match=r"--formulas") as error:
        split_list(text, "--formulas")
    assert word in str(error.value)


def test_an_age_rule_gives_a_policy_no_formula() -> None:
    assert cross_product(["seed", "cpu"], ["random@cut-off:6"], {"random"}) == [Contender(None, "random@cut-off:6")]


def test_a_cross_product_holds_policies_without_formula_once() -> None:
    names = [c.name for c in cross_product(["seed", "rtt"], ["head", "random", "sample:2"], {"random"})]
    assert names == ["seed/head", "rtt/head", "random", "seed/sample:2", "rtt/sample:2"]


def test_folders_of_different_contenders_differ() -> None:
    texts = ["min: a/best", "min:  a/best", "max: a/best", "min: a/head", "seed/head", "seed/best:1", "random"]
    folders = [parse_contender(text).folder for text in texts] + [Contender(None, "best:1").folder]
    assert len(set(folders)) == len(folders)
    assert all("/" not in folder and " " not in folder for folder in folders)


def test_labels_are_short_and_differ() -> None:
    long = "min: rtt * (1 + inflight) / (ram_total + max(1, age))"
    contenders = [Contender("seed", "head"), Contender(long, "sample:2"), Contender(long + "*2", "sample:2")]
    labels = short_labels(contenders)
    assert labels["seed/head"] == "seed/head"
    assert len(set(labels.values())) == 3
    assert all(len(label) <= 38 for label in labels.values())


def options(tmp_path: Path, *arguments: str, name: str = "small"):
    scenario = tmp_path / "scenarios" / "small.json"
    scenario.parent.mkdir(exist_ok=True)
    scenario.write_text(json.dumps({"name": name}))
    return parse_options(["small", f"--root={tmp_path}", *arguments])


def test_defaults_are_those_of_the_issue(tmp_path: Path) -> None:
    chosen = options(tmp_path)
    names = [c.name for c in chosen.contenders]
    assert names == ["seed/head", "seed-highest/head", "repaired/head", "random", "connections/sample:2"]
    assert chosen.runs == 5 and chosen.sets == () and chosen.out == tmp_path / "results" / "small"


def test_sets_are_joined_in_order_and_fidelity_is_one_of_them(tmp_path: Path) -> None:
    chosen = options(tmp_path, "--set", "a.b=1;c=2", "--set=d=x=y", "--fidelity=packet")
    assert chosen.sets == ("a.b=1", "c=2", "d=x=y", "fidelity=packet")


def test_formulas_times_policies(tmp_path: Path) -> None:
    sim = tmp_path / "sonda-sim"
    listed = {"policies": [{"name": "best", "formula": "connections"}, {"name": "random", "formula": "none"}]}
    sim.write_text(f"#!/bin/sh\necho '{json.dumps(listed)}'\n")
    sim.chmod(0o755)
    chosen = options(tmp_path, "--formulas", "seed,min: max(rtt,1)", "--policies", "best,random", f"--sim={sim}")
    assert [c.name for c in chosen.contenders] == ["seed/best", "min: max(rtt,1)/best", "random"]


def test_a_program_that_cannot_say_its_policies_is_named(tmp_path: Path) -> None:
    arguments = ("--formulas", "seed", "--policies", "best", f"--sim={tmp_path}/nothing")
    with pytest.raises(AnalysisError, match="nothing --listJson"):
        options(tmp_path, *arguments)
    assert options(tmp_path, *arguments, "--parse-only").parse_only  # nothing is built yet


@pytest.mark.parametrize("arguments, words", [
    (["--formulas", "seed"], "--formulas needs --policies"),
    (["--runs", "0"], "--runs: 0"),
    (["--jobs", "-1"], "--jobs: -1"),
    (["--set", "novalue"], "--set: 'novalue'"),
    (["--policies", "Sample 2"], "--policies: 'Sample 2'"),
])
def test_wrong_options_are_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        options(tmp_path, *arguments)


def test_an_unknown_scenario_lists_those_that_are_there(tmp_path: Path) -> None:
    options(tmp_path)
    with pytest.raises(AnalysisError, match=r"no scenarios/large.json; there are: small"):
        parse_options(["large", f"--root={tmp_path}"])
    with pytest.raises(AnalysisError, match="there is no file ./large.json"):
        parse_options(["./large.json", f"--root={tmp_path}"])


def test_a_scenario_name_that_is_no_folder_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="key 'name' is '../x'"):
        options(tmp_path, name="../x")
