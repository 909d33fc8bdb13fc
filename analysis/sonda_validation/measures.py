"""What is measured: from the runs of a case to one number per run, independent of each other, to take a t-interval of.

What is no mean over requests (a percentile, a crossing of two curves) is biased in a single run. It is computed from
all runs together, and the numbers per run are the jackknife's pseudo-values: n q - (n - 1) q_i, q_i being the
result without run i. Their mean is the result with its first-order bias removed (Efron, Tibshirani, An Introduction
to the Bootstrap, 1993, ch. 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np

from sonda_analysis.results import read_columns

from .case import Figures

Runs = Sequence[Sequence[Figures]]

_BUCKET_COLUMNS = {"low_s": float, "high_s": float, "count": float}


def pseudo_values(result: Callable[[np.ndarray], float], runs: int) -> list[float]:
    """`result` gets weights, 1 for each run that counts and 0 for one that is left out."""
    weights = np.ones(runs)
    together = result(weights)
    if runs == 1:
        return [together]
    without = []
    for run in range(runs):
        weights[run] = 0
        without.append(result(weights))
        weights[run] = 1
    return [runs * together - (runs - 1) * other for other in without]


@dataclass(frozen=True)
class Metric:
    """One metric of the only setup's summary."""

    name: str

    def __call__(self, runs: Runs) -> list[float]:
        return [figures[0][self.name] for figures in runs]


@dataclass(frozen=True)
class Difference:
    """Second minus first of two setups with the same random numbers."""

    metric: str

    def __call__(self, runs: Runs) -> list[float]:
        return [figures[1][self.metric] - figures[0][self.metric] for figures in runs]


@dataclass(frozen=True)
class Quantile:
    """The response time that the share p of all requests does not exceed, in seconds."""

    p: float

    def __call__(self, runs: Runs) -> list[float]:
        low, high, counts = _histograms([figures[0] for figures in runs])

        def result(weights: np.ndarray) -> float:
            merged = weights @ counts
            below = merged.cumsum()
            wanted = self.p * below[-1]
            place = int(np.searchsorted(below, wanted))
            # As LogHistogram does: linear within a bucket, which is 2 % wide.
            inside = (wanted - below[place] + merged[place]) / merged[place]
            return float(low[place] + (high[place] - low[place]) * inside)

        return pseudo_values(result, len(runs))


def _histograms(figures: Sequence[Figures]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges of all buckets that are used, ascending, and counts of shape (runs, buckets)."""
    tables = [read_columns(one.folder / "latency.csv", _BUCKET_COLUMNS) for one in figures]
    edges = dict(pair for table in tables for pair in zip(table["low_s"], table["high_s"]))
    low = np.array(sorted(edges))
    counts = np.zeros((len(tables), low.size))
    for row, table in zip(counts, tables):
        row[np.searchsorted(low, table["low_s"])] = table["count"]
    return low, np.array([edges[edge] for edge in low]), counts


@dataclass(frozen=True)
class Crossing:
    """Where a straight line through the mean response times of two setups, at two intervals, meets a level."""

    intervals: tuple[float, float]
    level: float

    def __call__(self, runs: Runs) -> list[float]:
        means = np.array([[figures[0]["mean_s"], figures[1]["mean_s"]] for figures in runs])

        def result(weights: np.ndarray) -> float:
            low, high = weights @ means / weights.sum()
            return meeting_point(self.intervals, (low, high), self.level)

        return pseudo_values(result, len(runs))


def meeting_point(intervals: tuple[float, float], means: tuple[float, float], level: float) -> float:
    """Where the straight line through (intervals[k], means[k]) has the value `level`."""
    (low, high), (below, above) = intervals, means
    return low + (high - low) * (level - below) / (above - below)
