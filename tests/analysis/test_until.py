"""When --until goes on, and why it stops."""

from __future__ import annotations

import dataclasses

import pytest
from samples import make_run

from sonda_analysis.comparison import Row, summarise
from sonda_analysis.statistics import Interval
from sonda_analysis.until import decide


def row(name: str, mean: float, half: float | None, unfinished: int = 0) -> Row:
    run = make_run(name)
    made = summarise([run], [run.contender])[0]
    return dataclasses.replace(made, mean=Interval(mean, half, 5), unfinished=unfinished)


def test_it_stops_when_every_interval_is_narrow_enough() -> None:
    decision = decide([row("random", 1.0, 0.05), row("rtt/best", 2.0, 0.02)], 7, 0.05, 30)
    assert decision.runs is None
    assert decision.reason == ("Stopped after 7 runs: half of every 95 % interval is at most 5 % of its mean "
                               "(widest: random, 5 %).")


@pytest.mark.parametrize("half, runs, more", [
    (0.06, 10, 15),  # 10 * (6 / 5)^2 = 14.4
    (0.051, 10, 11),  # at least one more
    (0.20, 10, 20),  # 160 are needed, but at most twice as many are added at once
    (0.10, 20, 30),  # not more than --most-runs
])
def test_it_adds_about_as_many_runs_as_are_missing(half: float, runs: int, more: int) -> None:
    decision = decide([row("random", 1.0, half), row("rtt/best", 1.0, 0.01)], runs, 0.05, 30)
    assert decision.runs == more
    assert f"{runs} runs: half of the 95 % interval is over 5 % of the mean of 1 of 2 contenders" in decision.reason


def test_it_stops_at_the_most_runs_and_names_what_is_still_wide() -> None:
    decision = decide([row("random", 1.0, 0.2), row("rtt/best", 1.0, 0.01)], 30, 0.05, 30)
    assert decision.runs is None
    assert "Stopped at 30 runs, the most allowed (--most-runs)" in decision.reason
    assert decision.reason.endswith("of the mean of: random (20 %).")


def test_an_overloaded_contender_keeps_nothing_going() -> None:
    rows = [row("random", 1.0, 0.01), row("seed/head", 9.0, 8.0, unfinished=3), row("rtt/head", float("nan"), None)]
    decision = decide(rows, 5, 0.05, 30)
    assert decision.runs is None and "Not judged, being overloaded: seed/head, rtt/head." in decision.reason
    alone = decide(rows[1:], 5, 0.05, 30)
    assert alone.runs is None and "no contender has a mean" in alone.reason


def test_without_an_interval_it_goes_on() -> None:
    assert decide([row("random", 1.0, None)], 2, 0.05, 30).runs == 4
