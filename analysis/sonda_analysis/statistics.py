"""Statistics of a comparison: intervals over runs, paired differences, histograms.

The unit of replication is one run: requests inside a run are autocorrelated, so that there is
never an interval over requests. No function here reads a file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95
ALPHA = 0.05


@dataclass(frozen=True)
class Interval:
    """Mean over `runs` values and half of its t-interval, both in the unit of the values.

    `half_width` is None when there are fewer than two values: then there is no interval.
    """

    mean: float
    half_width: float | None
    runs: int


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """t-interval over independent runs; `values` has one number per run. NaN anywhere gives NaN."""
    data = np.asarray(values, dtype=float)
    if data.size == 0:
        return Interval(math.nan, None, 0)
    if data.size == 1 or np.isnan(data).any():
        return Interval(float(data.mean()), None, data.size)
    error = float(data.std(ddof=1)) / math.sqrt(data.size)
    quantile = float(stats.t.ppf(0.5 + confidence / 2, data.size - 1))
    return Interval(float(data.mean()), quantile * error, data.size)


@dataclass(frozen=True)
class Difference:
    """Contender minus reference, paired by RngRun.

    `p_value` is not corrected; `half_width` is that of the interval at the `level` (of error) at
    which Holm's procedure judged this difference, so that `apart` is true exactly when it excludes
    0. All are None with fewer than two common runs, when nothing can be said.
    """

    contender: str
    mean: float
    half_width: float | None
    p_value: float | None
    runs: int
    apart: bool | None
    level: float | None = None


def paired_p_value(differences: np.ndarray) -> float:
    """Two-sided p-value of the paired t-test; exact also when all differences are equal."""
    spread = float(differences.std(ddof=1))
    mean = float(differences.mean())
    if spread == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    statistic = abs(mean) / (spread / math.sqrt(differences.size))
    return float(2 * stats.t.sf(statistic, differences.size - 1))


def holm_levels(p_values: Sequence[float], alpha: float = ALPHA) -> list[tuple[bool, float]]:
    """Holm's step-down procedure: (rejected, level it was judged at) for each p-value, in their order.

    What comes after the first p-value that is not below its level is judged at that same level.
    """
    judged: list[tuple[bool, float]] = [(False, alpha)] * len(p_values)
    stopped_at: float | None = None
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        level = stopped_at or alpha / (len(p_values) - rank)
        rejected = stopped_at is None and p_values[index] < level
        if not rejected:
            stopped_at = level
        judged[index] = (rejected, level)
    return judged


def paired_differences(values: Mapping[str, Mapping[int, float]], reference: str) -> list[Difference]:
    """Every contender against `reference`, corrected over contenders.

    `values` is contender → RngRun → one number per run. Common random numbers make the runs of
    equal RngRun pairs. A reference that was chosen by these data, as the best is, makes the
    judgement lenient when many contenders are nearly equal.
    """
    return paired_tests({name: (own, values[reference]) for name, own in values.items() if name != reference})


def paired_tests(pairs: Mapping[str, tuple[Mapping[int, float], Mapping[int, float]]]) -> list[Difference]:
    """First minus second of each pair of RngRun → number, over the runs that both have; Holm-corrected over pairs."""
    found: list[Difference] = []
    testable: list[tuple[int, np.ndarray, float]] = []
    for name, (first, second) in pairs.items():
        common = sorted(set(first) & set(second))
        differences = np.array([first[run] - second[run] for run in common], dtype=float)
        usable = differences[~np.isnan(differences)]
        mean = float(usable.mean()) if usable.size else math.nan
        if usable.size >= 2:
            testable.append((len(found), usable, paired_p_value(usable)))
        found.append(Difference(name, mean, None, None, usable.size, None))
    judged = holm_levels([p_value for _, _, p_value in testable])
    for (index, differences, p_value), (apart, level) in zip(testable, judged):
        half = mean_interval(differences, 1 - level).half_width
        old = found[index]
        found[index] = Difference(old.contender, old.mean, half, p_value, old.runs, apart, level)
    return found


def merge_histograms(histograms: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Sum of histograms with columns low_s, high_s (seconds), count; buckets sorted by low_s."""
    merged = pd.concat(histograms, ignore_index=True)
    return merged.groupby(["low_s", "high_s"], as_index=False, sort=True)["count"].sum()


def share_slower(histogram: pd.DataFrame) -> np.ndarray:
    """1 − ECDF at the upper edge of every bucket, shape (buckets,), from 1 down to 0."""
    counts = histogram["count"].to_numpy(dtype=float)
    total = counts.sum()
    if total == 0:
        return np.zeros_like(counts)
    above = total - np.cumsum(counts)
    return above / total


def weighted_quantiles(values: np.ndarray, counts: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Smallest value below or at which a share of `levels` of all counts lies, shape (levels,)."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(counts[order])
    wanted = np.asarray(levels) * cumulated[-1]
    positions = np.minimum(np.searchsorted(cumulated, wanted, side="left"), len(values) - 1)
    return values[order][positions]
