"""Statistics against scipy and against values known by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sonda_analysis.statistics import (
    holm_levels, mean_interval, merge_histograms, paired_differences, paired_p_value, paired_tests, share_slower,
    weighted_quantiles,
)

SEED = 20240117


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(SEED).normal(3, 0.5, 7)
    interval = mean_interval(values)
    low, high = stats.t.interval(0.95, 6, loc=values.mean(), scale=stats.sem(values))
    assert interval.mean == pytest.approx(values.mean())
    assert interval.half_width == pytest.approx((high - low) / 2)
    assert interval.runs == 7


def test_the_interval_of_two_values_by_hand() -> None:
    # t(0.975, 1) = 12.706; the standard error of 1 and 3 is 1.
    assert mean_interval([1, 3]).half_width == pytest.approx(12.706, abs=1e-3)


def test_one_run_has_no_interval() -> None:
    assert mean_interval([5.0]).half_width is None
    assert math.isnan(mean_interval([]).mean)


def test_the_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(SEED)
    intervals = [mean_interval(rng.normal(1, 1, 5)) for _ in range(2000)]
    covered = np.mean([abs(i.mean - 1) <= i.half_width for i in intervals])
    # The standard error of the share is 0.005; four of them.
    assert covered == pytest.approx(0.95, abs=0.02), f"seed {SEED}"


def test_the_paired_test_is_scipys() -> None:
    rng = np.random.default_rng(SEED)
    a, b = rng.normal(1, 1, 8), rng.normal(1.3, 1, 8)
    assert paired_p_value(a - b) == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_equal_and_constantly_different_runs() -> None:
    assert paired_p_value(np.zeros(4)) == 1.0
    assert paired_p_value(np.full(4, 0.5)) == 0.0


def test_holm_by_hand() -> None:
    # Levels 0.05/4, 0.05/3, 0.05/2, 0.05 in the order of p: 0.005 and 0.01 pass, 0.03 does not, and stops the rest.
    judged = holm_levels([0.01, 0.04, 0.03, 0.005])
    assert [rejected for rejected, _ in judged] == [True, False, False, True]
    assert [level for _, level in judged] == pytest.approx([0.05 / 3, 0.05 / 2, 0.05 / 2, 0.05 / 4])
    assert holm_levels([]) == []


def test_common_random_numbers_tell_apart_what_overlapping_intervals_hide() -> None:
    runs = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}
    slower = {run: value + 0.1 + 0.001 * run for run, value in runs.items()}
    mean, other = mean_interval(list(runs.values())), mean_interval(list(slower.values()))
    assert mean.mean + mean.half_width > other.mean
    (difference,) = paired_differences({"a": runs, "b": slower}, "a")
    assert difference.apart is True and difference.mean == pytest.approx(0.1025)


def test_apart_means_exactly_that_the_interval_excludes_zero() -> None:
    rng = np.random.default_rng(SEED)
    base = dict(enumerate(rng.normal(1, 0.2, 6)))
    values = {"best": base}
    for index in range(12):
        values[f"c{index}"] = {run: value + 0.03 * index + rng.normal(0, 0.1) for run, value in base.items()}
    differences = paired_differences(values, "best")
    assert {d.apart for d in differences} == {True, False}, f"seed {SEED}"
    for difference in differences:
        assert difference.apart == (abs(difference.mean) > difference.half_width)


def test_holm_keeps_the_share_of_comparisons_with_any_false_alarm() -> None:
    """Ten contenders that are all alike: at most 5 % of comparisons may find one different."""
    rng = np.random.default_rng(SEED)
    alarms = 0
    for _ in range(600):
        values = {f"c{index}": dict(enumerate(rng.normal(1, 0.1, 5))) for index in range(11)}
        alarms += any(difference.apart for difference in paired_differences(values, "c0"))
    # The standard error of a share of 5 % in 600 is 0.9 %; four of them. Without the correction it is 30 %.
    assert alarms / 600 <= 0.05 + 4 * 0.009, f"seed {SEED}"


def test_a_difference_carries_the_level_at_which_it_was_judged() -> None:
    base = {run: float(run) for run in range(6)}
    values = {"a": base, "b": {run: v + 1 + 0.01 * run for run, v in base.items()},
              "c": {run: v + (-1) ** run for run, v in base.items()}}
    by_name = {d.contender: d for d in paired_differences(values, "a")}
    assert (by_name["b"].apart, by_name["b"].level) == (True, 0.025)
    assert (by_name["c"].apart, by_name["c"].level) == (False, 0.05)
    assert by_name["b"].half_width == pytest.approx(
        mean_interval([1 + 0.01 * run for run in range(6)], 0.975).half_width)


def test_pairs_of_their_own_are_corrected_together() -> None:
    base = {run: float(run) for run in range(6)}
    raised = {run: v + 1 + 0.01 * run for run, v in base.items()}
    judged = {d.contender: d for d in paired_tests({"up": (raised, base), "same": (base, base)})}
    assert judged["up"].mean == pytest.approx(1.025) and judged["up"].apart and judged["up"].level == 0.025
    assert judged["same"].p_value == 1.0 and judged["same"].apart is False


def test_only_common_runs_are_paired() -> None:
    values = {"a": {1: 1.0, 2: 2.0, 3: 3.0}, "b": {2: 5.0, 9: 0.0}, "c": {2: 2.5, 3: 3.7, 4: 1.0}}
    by_name = {d.contender: d for d in paired_differences(values, "a")}
    assert by_name["b"].runs == 1 and by_name["b"].apart is None and by_name["b"].half_width is None
    assert by_name["c"].runs == 2 and by_name["c"].mean == pytest.approx(0.6)


def test_histograms_add_and_are_read_as_one_minus_ecdf() -> None:
    one = pd.DataFrame({"low_s": [1.0, 2.0], "high_s": [2.0, 4.0], "count": [3.0, 1.0]})
    two = pd.DataFrame({"low_s": [0.5, 2.0], "high_s": [1.0, 4.0], "count": [4.0, 2.0]})
    merged = merge_histograms([one, two])
    assert merged.to_dict("list") == {"low_s": [0.5, 1.0, 2.0], "high_s": [1.0, 2.0, 4.0], "count": [4.0, 3.0, 3.0]}
    assert share_slower(merged).tolist() == pytest.approx([0.6, 0.3, 0.0])


def test_weighted_quantiles_are_those_of_the_repeated_values() -> None:
    rng = np.random.default_rng(SEED)
    values, counts = rng.random(50), rng.integers(1, 9, 50)
    repeated = np.repeat(values, counts)
    levels = [0.05, 0.25, 0.5, 0.95, 1.0]
    expected = np.quantile(repeated, levels, method="inverted_cdf")
    assert weighted_quantiles(values, counts, levels).tolist() == expected.tolist(), f"seed {SEED}"
