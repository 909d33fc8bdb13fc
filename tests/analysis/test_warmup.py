"""The cut of the warm-up: MSER-5 against known transients, pooling, rounding, and when it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sonda_analysis.errors import AnalysisError
from sonda_analysis.warmup import batches, choose, find_cut, mser_cut, pool_series, round_up

SEED = 20240118
STEP = 0.25


def series(values: np.ndarray, answered: int = 5) -> pd.DataFrame:
    starts = np.arange(len(values)) * STEP
    return pd.DataFrame({"start_s": starts, "end_s": starts + STEP, "answered": float(answered), "mean_s": values})


def settling(rng: np.random.Generator, count: int, tau: float, noise: float) -> np.ndarray:
    """Starts at a fifth of its mean of 1 and approaches it exponentially, with independent noise."""
    return 1 - 0.8 * np.exp(-np.arange(count) / tau) + rng.normal(0, noise, count)


def test_mser_is_the_least_squared_standard_error() -> None:
    rng = np.random.default_rng(SEED)
    values, weights = settling(rng, 60, 5, 0.1), rng.integers(1, 9, 60).astype(float)

    def error(cut: int) -> float:
        mean = np.average(values[cut:], weights=weights[cut:])
        return float((weights[cut:] * (values[cut:] - mean) ** 2).sum() / weights[cut:].sum() ** 2)

    least = min(range(60 - 5 + 1), key=error)
    assert mser_cut(values, weights) == least, f"seed {SEED}"


def test_equal_weights_are_whites_mser() -> None:
    rng = np.random.default_rng(SEED)
    values = settling(rng, 100, 8, 0.05)
    by_definition = [values[cut:].var() / (100 - cut) for cut in range(96)]
    assert mser_cut(values, np.ones(100)) == int(np.argmin(by_definition)), f"seed {SEED}"


def test_a_step_is_cut_where_it_is() -> None:
    values = np.r_[np.full(40, 5.0), np.full(160, 1.0)] + np.tile([0.01, -0.01], 100)
    assert find_cut(series(values)) == 40 * STEP


@pytest.mark.parametrize("noise", [0.3, 0.05])
def test_an_exponential_transient_is_cut_where_it_sinks_into_the_noise(noise: float) -> None:
    """Cutting one more value pays while its square is over twice the variance of the rest, that is, while the
    transient is larger than the noise of a batch: 0.8 exp(-d / tau) = noise."""
    rng = np.random.default_rng(SEED)
    tau, count = 40, 800
    transient = 0.8 * np.exp(-np.arange(count) / tau)
    cuts = [round(find_cut(series(settling(rng, count, tau, noise))) / STEP) for _ in range(20)]
    # Single values scatter by the noise, which moves the cut by a time constant at most.
    assert np.median(cuts) == pytest.approx(tau * np.log(0.8 / noise), abs=tau), f"seed {SEED}: {cuts}"
    left = [transient[cut:].mean() for cut in cuts]
    assert np.mean(left) < 0.6 * transient.mean(), f"seed {SEED}"


def test_nothing_is_cut_of_a_steady_series() -> None:
    rng = np.random.default_rng(SEED)
    cuts = [find_cut(series(rng.normal(1, 0.2, 400))) for _ in range(20)]
    assert np.median(cuts) <= 0.05 * 400 * STEP and max(cuts) < 0.5 * 400 * STEP, f"seed {SEED}: {cuts}"


def test_bins_are_joined_to_batches_of_five_or_more() -> None:
    table = series(np.array([np.nan, 1.0, 3.0, 2.0, 7.0]), 0)
    table["answered"] = [0.0, 2.0, 3.0, 6.0, 4.0]
    joined = batches(table)
    assert joined["answered"].tolist() == [5.0, 10.0], "what is left at the end joins the last"
    assert joined["mean_s"].tolist() == pytest.approx([(2 * 1 + 3 * 3) / 5, (6 * 2 + 4 * 7) / 10])
    assert joined["start_s"].tolist() == [0.0, 3 * STEP] and joined["end_s"].tolist() == [3 * STEP, 5 * STEP]
    assert batches(table.assign(answered=0.0)).empty


def test_pooled_series_weigh_by_requests_also_with_other_bins() -> None:
    fine = pd.DataFrame({"start_s": [0.0, 0.25, 0.5], "end_s": [0.25, 0.5, 0.75], "answered": [1.0, 3.0, 2.0],
                         "mean_s": [1.0, 2.0, 4.0]})
    coarse = pd.DataFrame({"start_s": [0.0, 0.5], "end_s": [0.5, 1.0], "answered": [4.0, 0.0], "mean_s": [5.0, np.nan]})
    pooled = pool_series([fine, coarse])
    assert pooled["start_s"].tolist() == [0.0, 0.5] and pooled["end_s"].tolist() == [0.5, 1.0]
    assert pooled["answered"].tolist() == [8.0, 2.0]
    assert pooled["mean_s"].tolist() == pytest.approx([(1 + 6 + 20) / 8, 4.0])


@pytest.mark.parametrize("cut, duration, rounded", [
    (0.0, 120, 0.0), (6.4, 120, 8.0), (8.0, 120, 8.0), (0.77, 30, 1.0), (0.77, 25, 1.0), (123.4, 1000, 130.0),
    (0.003, 1, 0.01),
])
def test_the_cut_is_rounded_up_to_about_a_hundredth_of_the_duration(cut, duration, rounded) -> None:
    assert round_up(cut, duration) == pytest.approx(rounded)


def test_the_largest_cut_holds_for_all_contenders() -> None:
    step = np.r_[np.full(40, 5.0), np.full(160, 1.0)] + np.tile([0.01, -0.01], 100)
    later = np.r_[np.full(70, 5.0), np.full(130, 1.0)] + np.tile([0.01, -0.01], 100)
    warmup = choose({"a": series(step), "b": series(later)}, ["seed/head"], 50.0)
    assert warmup.cuts == {"a": 10.0, "b": 17.5} and warmup.chosen_s == 17.5
    assert set(warmup.curves["contender"]) == {"a", "b"} and len(warmup.curves) == 400
    said = warmup.sentence()
    assert "17.5 s for all contenders" in said and "that of b, 17.5 s" in said and "no say: seed/head" in said


def test_a_contender_without_steady_state_is_refused_by_name() -> None:
    steady = np.tile([1.01, 0.99], 100)
    climbing = np.linspace(0, 10, 200) ** 3
    with pytest.raises(AnalysisError, match=r"more than half of the duration, 50 s, of: b \(\d+"):
        choose({"a": series(steady), "b": series(climbing)}, [], 50.0)


def test_pilots_that_are_all_overloaded_or_too_short_are_refused() -> None:
    with pytest.raises(AnalysisError, match="none has a steady state"):
        choose({}, ["a"], 50.0)
    with pytest.raises(AnalysisError, match="--warmup auto: a: the pilot has 3 batches of requests; more than 5"):
        choose({"a": series(np.ones(3))}, [], 50.0)
