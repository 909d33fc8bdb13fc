"""The rule of the league on numbers that can be checked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from samples import make_run

from sonda_analysis.errors import AnalysisError
from sonda_analysis.ranking import make_cell, rank
from sonda_analysis.results import Outcome

SEED = 20240119


def outcome(name: str, mean: float, run: int = 1, *, failures: int = 0, unfinished: int = 0, p99: float | None = None,
            requests: int = 1000) -> Outcome:
    made = make_run(name, run, mean, failures=failures, unfinished=unfinished)
    tail = mean * 4 if p99 is None else p99
    summary = {**made.summary, "requests": float(requests), "p99_s": tail, "duration_s": 10.0}
    return Outcome(made.contender, run, made.folder, made.info, summary)


def league_of(means: dict[str, dict[str, list[float]]], bounds: tuple[str, ...] = (), failing: dict | None = None):
    """`means` is scenario → contender → a mean per run; `failing` (scenario, contender) → failures of each run."""
    outcomes = {
        scenario: [outcome(name, mean, run, failures=(failing or {}).get((scenario, name), 0))
                   for name, own in contenders.items() for run, mean in enumerate(own, 1)]
        for scenario, contenders in means.items()
    }
    names = list(dict.fromkeys(name for contenders in means.values() for name in contenders))
    return rank(outcomes, names, bounds)


def by_name(league):
    return {standing.contender: standing for standing in league.standings}


def test_the_score_is_the_geometric_mean_of_ratios_to_the_best() -> None:
    league = league_of({"one": {"random": [2.0], "rtt/best": [1.0]}, "two": {"random": [0.1], "rtt/best": [0.8]}})
    assert league.reference_s == pytest.approx({"one": 1.0, "two": 0.1})
    standings = by_name(league)
    assert standings["random"].score == pytest.approx(math.sqrt(2 * 1))
    assert standings["rtt/best"].score == pytest.approx(math.sqrt(1 * 8))
    assert standings["rtt/best"].ratios == pytest.approx({"one": 1.0, "two": 8.0})
    assert [s.rank for s in league.standings] == [1, 2]


def test_the_unit_of_a_scenario_does_not_change_the_order() -> None:
    rng = np.random.default_rng(SEED)
    means = {s: {f"rtt/sample:{c}": list(rng.lognormal(0, 1, 3)) for c in range(1, 8)} for s in "abcd"}
    stretched = {**means, "b": {c: [1000 * m for m in own] for c, own in means["b"].items()}}
    assert [s.contender for s in league_of(means).standings] == [s.contender for s in league_of(stretched).standings]


def test_who_fails_more_scenarios_ranks_behind_whatever_its_speed() -> None:
    means = dict.fromkeys(("one", "two"), {"random": [1.0, 1.1], "rtt/best": [0.1, 0.1]})
    league = league_of(means, failing={("one", "rtt/best"): 11})
    assert [s.contender for s in league.standings] == ["random", "rtt/best"]
    failed = by_name(league)["rtt/best"]
    assert failed.failed == ("one",) and failed.from_best is None
    assert league.reference_s["one"] == pytest.approx(math.sqrt(1.1)), "who fails is no reference"
    league = league_of(means, failing={("one", "rtt/best"): 10})
    assert league.standings[0].contender == "rtt/best", "one request in a hundred is the margin"


def test_failures_that_all_have_are_nobodys_fault() -> None:
    means = {"one": {"random": [1.0], "rtt/best": [0.5]}}
    league = league_of(means, failing={("one", "rtt/best"): 505, ("one", "random"): 500})
    assert all(standing.failed == () for standing in league.standings)


def test_unfinished_requests_count_with_the_duration_which_they_waited_at_least() -> None:
    cell = make_cell([outcome("random", 0.5, failures=300, unfinished=200)])
    assert cell.mean_s[0] == pytest.approx((700 * 0.5 + 200 * 10) / 900)
    assert cell.p99_s[0] == 10.0, "more than one in a hundred waited for the duration"
    few = make_cell([outcome("random", 0.5, failures=5, unfinished=5)])
    assert few.p99_s[0] == 2.0
    warming = make_cell([outcome("random", 0.5, failures=0, unfinished=50)])
    assert warming.mean_s[0] == 0.5, "those that arrived in the warm-up do not count"
    nothing = make_cell([outcome("random", math.nan, failures=1000, p99=math.nan)])
    assert math.isinf(nothing.mean_s[0]) and math.isinf(nothing.p99_s[0])


def test_a_contender_that_answers_nothing_is_last() -> None:
    outcomes = {"one": [outcome("random", 1.0), outcome("rtt/best", math.nan, failures=1000, p99=math.nan)]}
    outcomes["one"] += [outcome("random", 1.1, 2), outcome("rtt/best", 0.1, 2)]
    league = rank(outcomes, ["rtt/best", "random"], ())
    assert [s.contender for s in league.standings] == ["random", "rtt/best"]
    last = by_name(league)["rtt/best"]
    assert math.isinf(last.score) and last.low is None and last.failed == ("one",)
    nothing = {"one": [outcome("random", math.nan, failures=1000, p99=math.nan)]}
    with pytest.raises(AnalysisError, match="no ranked contender has a mean response time in: one"):
        rank(nothing, ["random"], ())


def test_bounds_are_shown_and_not_ranked() -> None:
    means = {"one": {"fresh-least-work": [0.2], "random": [1.0], "rtt/best": [2.0]}}
    league = rank({s: [outcome_of(n, m) for n, m in row.items()] for s, row in means.items()},
                  ["fresh-least-work", "random", "rtt/best"], ("fresh-least-work",))
    assert [(s.contender, s.rank) for s in league.standings] == [
        ("random", 1), ("rtt/best", 2), ("fresh-least-work", None)]
    assert league.standings[2].score == pytest.approx(0.2) and league.standings[0].score == pytest.approx(1)


def outcome_of(name: str, means: list[float]) -> Outcome:
    from sonda_analysis.contenders import Contender

    made = outcome("random", means[0])
    contender = Contender(None, name) if "/" not in name else made.contender
    if "/" in name:
        return outcome(name, means[0])
    return Outcome(contender, 1, made.folder, made.info, made.summary)


def test_contenders_that_behave_alike_share_their_rank() -> None:
    league = league_of({"one": {"rtt/best": [3.0, 3.1], "random": [1.0, 1.1], "weighted": [1.0, 1.1]}})
    assert [(s.contender, s.rank, s.rank_low, s.rank_high) for s in league.standings] == [
        ("random", 1, 1, 1), ("weighted", 1, 1, 1), ("rtt/best", 3, 3, 3)]
    assert league.standings[1].from_best.apart is False and league.standings[1].from_above.apart is False


def test_ranks_are_as_certain_as_the_runs_are() -> None:
    rng = np.random.default_rng(SEED)
    common = rng.lognormal(0, 0.3, 10)
    means = {"rtt/best": common, "random": common * rng.lognormal(0.0, 0.1, 10),
             "weighted": common * rng.lognormal(0.01, 0.1, 10), "rtt/head": common * 5}
    league = league_of({"one": {name: list(own) for name, own in means.items()}})
    standings = by_name(league)
    assert (standings["rtt/head"].rank_low, standings["rtt/head"].rank_high) == (4, 4)
    alike = [standings[name] for name in ("rtt/best", "random", "weighted")]
    assert all(s.rank_low < s.rank_high <= 3 for s in alike), f"seed {SEED}"
    assert all(s.rank_low <= s.rank <= s.rank_high for s in league.standings)
    first = league.standings[0].contender
    assert [s.contender for s in league.standings if s.from_best and s.from_best.apart] == ["rtt/head"]
    assert first in ("rtt/best", "random", "weighted")


def test_common_random_numbers_tell_apart_what_the_intervals_hide() -> None:
    """A difference of 2 % in every run, where runs differ by 30 %."""
    rng = np.random.default_rng(SEED)
    common = rng.lognormal(0, 0.3, 6)
    league = league_of({"one": {"random": list(common), "rtt/best": list(common * 1.02 * rng.lognormal(0, 1e-3, 6))}})
    second = league.standings[1]
    assert second.contender == "rtt/best" and second.from_best.apart is True
    assert second.from_best.mean == pytest.approx(math.log(1.02), abs=2e-3)
    assert second.low < league.standings[0].high


def test_equal_input_gives_equal_ranks() -> None:
    rng = np.random.default_rng(SEED)
    means = {s: {f"rtt/sample:{c}": list(rng.lognormal(0, 0.1, 4)) for c in range(1, 9)} for s in "ab"}
    assert [vars(s) for s in league_of(means).standings] == [vars(s) for s in league_of(means).standings]


def test_a_contender_that_lacks_runs_is_left_out_and_named() -> None:
    outcomes = {"one": [outcome("random", 1.0, 1), outcome("random", 1.0, 2), outcome("rtt/best", 0.5, 1)]}
    league = rank(outcomes, ["random", "rtt/best"], ())
    assert [s.contender for s in league.standings] == ["random"]
    assert league.incomplete == {"rtt/best": "1 of 2 runs are missing"}
    with pytest.raises(AnalysisError, match="no contender that can be ranked"):
        rank(outcomes, ["rtt/best"], ())


def test_one_run_has_neither_intervals_nor_tests() -> None:
    league = league_of({"one": {"random": [1.0], "rtt/best": [2.0]}})
    assert all(s.low is None and s.rank_low is None for s in league.standings)
    assert league.standings[1].from_best.apart is None
