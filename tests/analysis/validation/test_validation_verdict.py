"""Verdicts of ./sonda validate: a line can fail, and fails no more often than it says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sonda_analysis.contenders import Contender
from sonda_validation.case import Case, Expected, Figures, Setup
from sonda_validation.checks.plan import Plan, Times, scenario, servers
from sonda_validation.measures import Crossing, Difference, Metric, Quantile
from sonda_validation.special import _moments, little, test_programs as run_test_programs
from sonda_validation.table import CSV_COLUMNS, format_table, write_csv
from sonda_validation.verdict import FAILED, FALSE_ALARMS, IMPRECISE, NOT_RUN, OK, OUT, judge, runs_wanted

PLAN = Plan(short=True, seed=1, fidelity="event")


def setup(policy: str = "random", **keys) -> Setup:
    content = scenario("test", PLAN, Times(10, 100, 10), servers(10), load=0.5, **keys)
    return Setup.of("test", content, Contender(None, policy))


def case(cap: float = 0.05, **keys) -> Case:
    return Case("V1", "n=10", "mean", (setup(),), Metric("mean_s"), lambda: Expected(2.0, "here"), cap=cap, **keys)


RIGHT = 2 + 0.01 * np.random.default_rng(1).standard_normal(16)


@pytest.mark.parametrize("expected, verdict", [(2.0, OK), (2.005, OK), (2.05, OUT), (1.95, OUT), (math.nan, OUT)])
def test_a_wrong_expected_value_is_out(expected: float, verdict: str) -> None:
    row = judge(case(), Expected(expected, "here"), RIGHT, lines=50)
    assert row.verdict == verdict and row.good == (verdict == OK)
    assert row.simulated == pytest.approx(RIGHT.mean())


def test_a_run_without_a_mean_is_out() -> None:
    assert judge(case(), Expected(2.0, "here"), [*RIGHT, math.nan], lines=1).verdict == OUT


def test_a_wide_tolerance_is_no_agreement() -> None:
    noisy = 2 + np.random.default_rng(1).standard_normal(16)
    row = judge(case(), Expected(2.0, "here"), noisy, lines=1)
    assert row.verdict == IMPRECISE and "wider than 0.1" in row.remark
    # A model that is not sure is no better than runs that are not.
    assert judge(case(), Expected(2.0, "here", model_error=0.11), RIGHT, lines=1).verdict == IMPRECISE
    assert judge(case(), Expected(2.0, "here", error=0.1, replicas=20), RIGHT, lines=1).verdict == IMPRECISE
    assert judge(case(), Expected(2.0, "here"), RIGHT[:1], lines=1).verdict == IMPRECISE


def test_runs_are_added_until_the_tolerance_is_narrow() -> None:
    rng = np.random.default_rng(1)
    noisy = list(2 + 0.12 * rng.standard_normal(12))
    expected = Expected(2.0, "here")
    assert judge(case(), expected, noisy, lines=50).verdict == IMPRECISE
    wanted = runs_wanted(case(), expected, noisy, lines=50, most=64)
    assert 12 < wanted < 64
    more = noisy + list(2 + 0.12 * rng.standard_normal(wanted - 12))
    assert judge(case(), expected, more, lines=50).verdict == OK
    assert runs_wanted(case(), expected, more, lines=50, most=64) == wanted
    assert runs_wanted(case(), expected, [1.0, 3.0], lines=50, most=64) == 64
    assert runs_wanted(case(exact=True), expected, noisy, lines=50, most=64) == 12


def test_all_lines_together_give_few_false_alarms() -> None:
    """Whole tables of right lines: runs vary, and so does an expected value that was simulated too."""
    rng = np.random.default_rng(1)
    lines, tables = 20, 600
    alarms = 0
    for _ in range(tables):
        out = False
        for _ in range(lines):
            replicas = rng.normal(2, 0.2, 24)
            expected = Expected(replicas.mean(), "here", error=replicas.std(ddof=1) / 24**0.5, replicas=24)
            out |= judge(case(cap=9), expected, rng.normal(2, 0.1, 12), lines).verdict == OUT
        alarms += out
    # At most FALSE_ALARMS on average; 4 standard deviations of the count above that.
    assert alarms <= tables * FALSE_ALARMS + 4 * (tables * FALSE_ALARMS) ** 0.5
    assert alarms > 0


def test_an_exact_line_holds_every_run_to_it() -> None:
    exact, expected = case(exact=True), Expected(0.0, "definition", model_error=1e-6)
    assert judge(exact, expected, [0.0, 9e-7, -1e-6], lines=1).verdict == OK
    row = judge(exact, expected, [0.0, 9e-7, -2e-6], lines=1)
    assert row.verdict == OUT and row.simulated == -2e-6
    assert judge(exact, expected, [0.0, math.nan], lines=1).verdict == OUT


def test_a_case_has_its_own_random_numbers() -> None:
    assert case().rng_runs(1, 3) == case().rng_runs(1, 3)
    assert not set(case().rng_runs(1, 64)) & set(case().rng_runs(2, 64))


# --- what is measured -------------------------------------------------------------------------


def figures(folder: Path, times: np.ndarray, **metrics: float) -> Figures:
    """A run with these response times, in buckets as LogHistogram's."""
    folder.mkdir(parents=True, exist_ok=True)
    places = np.floor(np.log2(times / 1e-9) * 36).astype(int)
    used, counts = np.unique(places, return_counts=True)
    edges = 1e-9 * 2.0 ** (np.array([used, used + 1]) / 36)
    pd.DataFrame({"low_s": edges[0], "high_s": edges[1], "count": counts}).to_csv(folder / "latency.csv", index=False)
    return Figures({"mean_s": float(times.mean()), "requests": float(times.size), **metrics}, folder)


def test_a_quantile_is_that_of_all_runs_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    samples = [rng.exponential(2, size) for size in (4000, 6000, 5000)]
    runs = [[figures(tmp_path / str(k), sample)] for k, sample in enumerate(samples)]
    for p in (0.5, 0.99):
        values = Quantile(p)(runs)
        assert len(values) == 3
        # The buckets are 2 % wide, and interpolated.
        assert np.mean(values) == pytest.approx(np.quantile(np.concatenate(samples), p), rel=0.01)


def test_a_crossing_is_where_the_line_meets_the_level(tmp_path: Path) -> None:
    runs = [[figures(tmp_path, np.array([4.0 + e])), figures(tmp_path, np.array([12.0 - e]))] for e in (-0.5, 0.1, 0.4)]
    assert np.mean(Crossing((2.0, 6.0), 10.0)(runs)) == pytest.approx(5.0, abs=0.02)
    assert Difference("mean_s")(runs) == pytest.approx([9.0, 7.8, 7.2])


# --- Little's law -----------------------------------------------------------------------------


def run_of_the_law(tmp_path: Path, **changes: float) -> Figures:
    times = np.random.default_rng(1).exponential(2, 50_000)
    metrics = {"duration_s": 10_010.0, "warmup_s": 10.0, "in_flight_mean": 5 * times.mean(),
               "in_flight_max": 12.0, **changes}
    return figures(tmp_path / "run", times, **metrics)


@pytest.mark.parametrize("changes, verdict", [
    ({}, OK), ({"in_flight_mean": 10.005}, OK), ({"in_flight_mean": 10.5}, OUT), ({"in_flight_mean": math.nan}, OUT),
    ({"mean_s": 1.9}, OUT), ({"requests": 52_000.0}, OUT), ({"duration_s": 10_500.0}, OUT),
])
def test_littles_law_catches_each_figure_that_is_wrong(tmp_path: Path, changes, verdict: str) -> None:
    good, suspect = run_of_the_law(tmp_path), run_of_the_law(tmp_path, **changes)
    row = little({(setup(), 1): good, (setup(), 2): suspect, (setup(), 3): good})
    assert row.verdict == verdict, row
    assert row.runs == 3


def test_a_peak_at_an_end_of_a_run_is_not_held_against_the_law(tmp_path: Path) -> None:
    # Twenty seconds or so are the longest time: 300 requests leave 6,000 at most, 6 % of 100,000.
    peak = {"in_flight_max": 300.0}
    assert little({(setup(), 1): run_of_the_law(tmp_path, in_flight_mean=10.4, **peak)}).verdict == OK
    assert little({(setup(), 1): run_of_the_law(tmp_path, in_flight_mean=11.5, **peak)}).verdict == OUT


def test_littles_law_of_the_central_queue_is_that_of_its_servers(tmp_path: Path) -> None:
    # Five arrivals a second at servers that take one second: five in service, whatever waits.
    assert little({(setup("central-queue"), 1): run_of_the_law(tmp_path, in_flight_mean=5.0)}).verdict == OK
    assert little({(setup("central-queue"), 1): run_of_the_law(tmp_path, in_flight_mean=5.4)}).verdict == OUT
    assert little({}) is None


def test_the_moments_of_exponential_times(tmp_path: Path) -> None:
    second, third, fourth, longest = _moments(run_of_the_law(tmp_path))
    assert longest == pytest.approx(2 * math.log(50_000), rel=0.3)
    assert second == pytest.approx(8, rel=0.05)
    assert third == pytest.approx(6 * 2**3, rel=0.08)
    assert fourth == pytest.approx(24 * 2**4, rel=0.1)


# --- test programs ----------------------------------------------------------------------------


def program(folder: Path, name: str, passed: int, failed: int) -> None:
    report = f'<Catch><Group><OverallResults successes="{passed}" failures="{failed}"/></Group>' \
             f'<OverallResults successes="{passed}" failures="{failed}"/></Catch>'
    (folder / name).write_text(f"#!/bin/sh\necho '{report}'\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("passed, failed, verdict", [(10, 0, OK), (9, 1, OUT), (0, 0, FAILED)])
def test_a_test_program_that_fails_is_out(tmp_path: Path, passed: int, failed: int, verdict: str) -> None:
    program(tmp_path, "model-table", passed, failed)
    (row,) = run_test_programs(["V14"], tmp_path)
    assert row.verdict == verdict


def test_a_test_program_that_is_not_there_or_says_nothing(tmp_path: Path) -> None:
    (row,) = run_test_programs(["V13", "V12"], tmp_path)
    assert row.verdict == NOT_RUN and "./sonda build" in row.remark
    (tmp_path / "model-scoring").write_text("#!/bin/sh\nexit 139\n")
    (tmp_path / "model-scoring").chmod(0o755)
    (row,) = run_test_programs(["V13"], tmp_path)
    assert row.verdict == FAILED and "status 139" in row.remark


# --- table ------------------------------------------------------------------------------------


def test_table_and_csv_have_every_number(tmp_path: Path) -> None:
    rows = [judge(case(), Expected(2.0, "M/M/1"), RIGHT, 50), judge(case(), Expected(2.5, "M/M/1"), RIGHT, 50),
            judge(case(exact=True, unit="µs", factor=1e6), Expected(0.0, "definition", model_error=1e-6), [5e-7], 50)]
    text = format_table(rows)
    assert "-20.00 %" in text or "-19.9" in text
    assert " OUT " in text and "mean (µs)" in text and "0.5000" in text
    write_csv(rows, tmp_path / "validation.csv")
    table = pd.read_csv(tmp_path / "validation.csv")
    assert tuple(table.columns) == CSV_COLUMNS
    assert table["verdict"].tolist() == [OK, OUT, OK]
    assert table["simulated"].iloc[0] == pytest.approx(RIGHT.mean())
    assert table["tolerance"].iloc[2] == pytest.approx(1.0)
