"""Warm-up, number of runs, baseline and regret from the command line to the files, with a fake sonda-sim."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.image
import pandas as pd
import pytest
from conftest import Lab

TWO = ("--contenders", "random,connections/best")


def cut_of(lab: Lab) -> float:
    (warmup,) = pd.read_csv(lab.out / "comparison.csv")["warmup_s"].unique()
    return float(warmup)


def test_the_warm_up_is_found_by_pilots_and_is_the_same_for_all(lab: Lab) -> None:
    ended = lab.compare(*TWO, "--runs", "2", "--warmup", "auto")
    assert ended.returncode == 0, ended.stderr
    assert "small, pilots: 10 runs (2 contenders, 5 each)" in ended.stdout
    found = re.search(r"Warm-up: (\S+) s for all contenders", ended.stdout)
    # The fake's response times climb until 6 s; from 5 s on they are within noise of their mean.
    assert found and 4 <= float(found[1]) <= 8
    assert cut_of(lab) == float(found[1])
    assert "Warm-up: " in (lab.out / "report.html").read_text()
    runs = lab.runs_made()
    pilots = [path for path in runs if "run-1000001" in path]
    assert len(runs) == 14 and len(pilots) == 2
    others = {Path(path).parents[1] for path in runs if Path(path).name == "run-1"}
    assert others.isdisjoint(Path(path).parents[1] for path in pilots), "pilots have the scenario's own warm-up"
    again = lab.compare(*TWO, "--runs", "2", "--warmup", "auto")
    assert again.returncode == 0 and lab.runs_made() == [] and cut_of(lab) == float(found[1])


def test_the_warm_up_is_shown(lab: Lab) -> None:
    ended = lab.launch(*TWO, "--runs", "2", "--warmup", "auto")
    assert ended.returncode == 0, ended.stderr
    table = pd.read_csv(lab.out / "figures" / "warm-up.csv")
    assert set(table["contender"]) == {"random", "connections/best"} and (table["cut_s"] <= table["chosen_s"]).all()
    assert matplotlib.image.imread(lab.out / "figures" / "warm-up.png")[..., :3].std() > 0.03


def test_overloaded_pilots_have_no_say(lab: Lab) -> None:
    ended = lab.compare("--contenders", "random,seed/head", "--runs", "1", "--warmup", "auto",
                        FAKE_UNFINISHED="seed/head:1000003")
    assert ended.returncode == 0 and "no steady state and no say: seed/head" in ended.stdout
    every = lab.compare("--contenders", "seed/head", "--runs", "1", "--warmup", "auto", "--out", "other",
                        FAKE_UNFINISHED="seed/head:1000003")
    assert every.returncode == 1 and "none has a steady state" in every.stderr


def test_a_pilot_that_fails_ends_it(lab: Lab) -> None:
    ended = lab.compare(*TWO, "--warmup", "auto", FAKE_CRASH="random:1000002")
    assert ended.returncode == 1 and "a pilot run failed" in ended.stderr and "random, RngRun 1000002" in ended.stderr


def test_runs_are_added_until_the_intervals_are_narrow(lab: Lab) -> None:
    ended = lab.compare(*TWO, "--until", "0.06", "--runs", "2")
    assert ended.returncode == 0, ended.stderr
    (said,) = re.findall(r"Stopped after (\d+) runs: half of every 95 % interval is at most 6 %", ended.stdout)
    table = pd.read_csv(lab.out / "comparison.csv")
    assert table["runs"].tolist() == [int(said)] * 2 and int(said) > 2
    assert (table["mean_ci95_s"] <= 0.06 * table["mean_s"]).all()
    assert len(lab.runs_made()) == 2 * int(said), "no run is made twice"
    assert "Stopped after" in (lab.out / "report.html").read_text()


def test_it_stops_at_the_most_runs_and_says_so(lab: Lab) -> None:
    ended = lab.compare(*TWO, "--until", "0.0001", "--runs", "2", "--most-runs", "5")
    assert ended.returncode == 0
    assert "Stopped at 5 runs, the most allowed (--most-runs)" in ended.stdout
    assert pd.read_csv(lab.out / "comparison.csv")["runs"].tolist() == [5, 5]


def test_an_overloaded_contender_does_not_keep_it_running(lab: Lab) -> None:
    everything = " ".join(f"seed/head:{run}" for run in range(1, 31))
    ended = lab.compare("--contenders", "connections/best,seed/head", "--until", "0.2", FAKE_UNFINISHED=everything)
    assert ended.returncode == 0 and "Not judged, being overloaded: seed/head." in ended.stdout
    assert pd.read_csv(lab.out / "comparison.csv")["runs"].tolist() == [10, 10]


def test_no_runs_are_added_after_a_failure(lab: Lab) -> None:
    ended = lab.compare(*TWO, "--until", "0.0001", "--runs", "2", FAKE_CRASH="random:2")
    assert ended.returncode == 1 and "no runs are added, because some failed" in ended.stdout
    assert len(lab.runs_made()) == 4


def test_regret_is_paired_with_the_oracle_which_is_not_ranked(lab: Lab) -> None:
    ended = lab.compare("--contenders", "random,connections/best", "--regret", "--runs", "4")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    (header,) = [line for line in lines if line.startswith("contender")]
    assert "regret (ms)" in header
    (oracle,) = [line for line in lines if line.startswith("fresh-least-work")]
    assert oracle.endswith("bound, not ranked")
    (best,) = [line for line in lines if line.startswith("connections/best")]
    assert best.endswith("best") and re.search(r" \+\d", best)
    assert "Lowest mean response time: connections/best." in ended.stdout
    table = pd.read_csv(lab.out / "differences.csv")
    regrets = table[table["metric"] == "regret"].set_index("contender")
    means = pd.read_csv(lab.out / "comparison.csv").set_index("policy")["mean_s"]
    assert set(regrets.index) == {"random", "connections/best"} and set(regrets["reference"]) == {"fresh-least-work"}
    assert regrets.loc["random", "difference_s"] == pytest.approx(means["random"] - means["fresh-least-work"])
    assert regrets["told_apart"].all()
    assert "fresh-least-work" not in set(table.loc[table["metric"] != "regret", "contender"])


def test_differences_are_taken_from_the_baseline(lab: Lab) -> None:
    ended = lab.compare("--contenders", "connections/best,seed/head", "--baseline", "random", "--runs", "4")
    assert ended.returncode == 0, ended.stderr
    assert "Compared with the baseline, random:" in ended.stdout
    assert "Faster than random: connections/best." in ended.stdout and "Slower than random: seed/head." in ended.stdout
    (baseline,) = [line for line in ended.stdout.splitlines() if line.startswith("random ")]
    assert baseline.endswith("baseline")
    table = pd.read_csv(lab.out / "differences.csv")
    assert table["metric"].tolist() == ["mean", "mean", "p99", "p99"] and set(table["reference"]) == {"random"}
    assert (table.set_index("contender").loc["connections/best", "difference_s"] < 0).all()
    assert "Differences from the baseline" in (lab.out / "report.html").read_text()


def test_nothing_is_compared_with_an_overloaded_baseline(lab: Lab) -> None:
    ended = lab.compare("--contenders", "connections/best", "--baseline", "random", "--runs", "2",
                        FAKE_UNFINISHED="random:1")
    assert ended.returncode == 0 and "The baseline, random, left requests unfinished" in ended.stdout
    assert pd.read_csv(lab.out / "differences.csv").empty
