"""Whether the files of one run fit together: a file that lacks whole rows looks like any other, but its sums differ.

What is compared is what RunRecorder (model/metrics) makes equal. All functions raise AnalysisError.
"""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

import numpy as np
import pandas as pd

from .csv_tables import COUNT, SECONDS, Column, read_columns, refuse_rows
from .errors import AnalysisError

# Means of a histogram whose buckets are 2 % wide.
_HISTOGRAM_ERROR = 0.025
# Times are written in the shortest form that reads back as the same value: steps between them may not add up.
_SAME_TIME = 1e-6


def check_times(path: Path, table: pd.DataFrame) -> None:
    """Each row ends after it starts, and none starts before the one above."""
    start, end = table["start_s"].to_numpy(), table["end_s"].to_numpy()
    refuse_rows(path, table, end <= start, "end_s", "it must be after the row's start_s")
    refuse_rows(path, table, np.concatenate([[False], start[1:] < start[:-1] - _SAME_TIME]), "start_s",
                "it must not be before the row above")


def check_buckets(path: Path, table: pd.DataFrame) -> None:
    """Each bucket of a histogram has a width."""
    refuse_rows(path, table, table["high_s"].to_numpy() <= table["low_s"].to_numpy(), "high_s",
                "it must be above the row's low_s")


def check_windows(path: Path, windows: pd.DataFrame, summary: Mapping[str, float]) -> None:
    """Every window has the agents of the one before, in their order, and maybe new ones; picks add up."""
    check_times(path, windows)
    sizes = windows.groupby("start_s", sort=True).size().to_numpy()
    if (sizes[1:] < sizes[:-1]).any():
        number = int(np.flatnonzero(sizes[1:] < sizes[:-1])[0]) + 1
        raise AnalysisError(f"{path}: window {number} has {sizes[number]} agents, the one before {sizes[number - 1]}: rows "
                            "are missing")
    _check_sum(path, "picks", windows["picks"].sum(), "picks", summary)


def check_fairness(path: Path, fairness: pd.DataFrame, windows: pd.DataFrame, summary: Mapping[str, float]) -> None:
    """One row for each window; picks add up."""
    check_times(path, fairness)
    expected = windows["start_s"].nunique()
    if len(fairness) != expected:
        raise AnalysisError(f"{path}: {len(fairness)} rows; windows.csv has {expected} windows: rows are missing")
    _check_sum(path, "picks", fairness["picks"].sum(), "picks", summary)


def check_latency(path: Path, latency: pd.DataFrame, summary: Mapping[str, float]) -> None:
    """All requests that were answered are in the histogram."""
    check_buckets(path, latency)
    answered = summary["requests"] - summary["failures"]
    if latency["count"].sum() != answered:
        raise AnalysisError(f"{path}: column 'count' adds up to {latency['count'].sum():.0f}; by summary.csv {answered:.0f} "
                            "requests were answered after the warm-up")


def check_ages(path: Path, ages: pd.DataFrame, summary: Mapping[str, float]) -> None:
    """The histogram has the mean that summary.csv has."""
    check_buckets(path, ages)
    told = summary["report_age_mean_s"]
    if ages.empty:
        if told == told:
            raise AnalysisError(f"{path}: no row; by summary.csv the mean is {told:g} s: rows are missing")
        return
    middle = (ages["low_s"] + ages["high_s"]) / 2
    mean = float((middle * ages["count"]).sum() / ages["count"].sum())
    if not abs(mean - told) <= _HISTOGRAM_ERROR * told + _SAME_TIME:
        raise AnalysisError(f"{path}: the mean of its rows is {mean:g} s; by summary.csv it is {told:g} s")


def check_series(path: Path, series: pd.DataFrame, summary: Mapping[str, float]) -> None:
    """Bins of one length without a gap, from 0 on; those after the warm-up have all requests."""
    if series.empty:
        if summary["requests"]:
            raise AnalysisError(f"{path}: no row; by summary.csv there were {summary['requests']:.0f} requests")
        return
    start, end = series["start_s"].to_numpy(), series["end_s"].to_numpy()
    before = np.concatenate([[0.0], end[:-1]])
    refuse_rows(path, series, np.abs(start - before) > _SAME_TIME, "start_s",
                "it must be where the row above ends, and 0 in the first")
    refuse_rows(path, series, np.abs(end - start - (end[0] - start[0])) > _SAME_TIME, "end_s",
                "all rows must be equally long")
    arrived = (series["answered"] + series["failures"]).to_numpy()
    warmup, requests = summary["warmup_s"], summary["requests"]
    # The bin in which the warm-up ends has some of either side.
    least, most = arrived[start >= warmup - _SAME_TIME].sum(), arrived[end > warmup].sum()
    if not least <= requests <= most:
        raise AnalysisError(f"{path}: columns 'answered' and 'failures' add up to {most:.0f} after the warm-up; by "
                            f"summary.csv there were {requests:.0f} requests")


def check_rtt(path: Path, count: float, fidelity: str, summary: Mapping[str, float]) -> None:
    """In a simulation every accepted response has its row; on a LAN notices are no samples."""
    if fidelity != "lan":
        _check_sum(path, "rows" if path.name == "rtt.csv" else "count", count, "probe_responses", summary)


def check_requests(path: Path, summary: Mapping[str, float]) -> None:
    """requests.csv.gz, where there is one: in order of arrival, and all of them."""
    if not path.exists():
        return
    table = read_columns(path, {"arrival_s": SECONDS, "response_time_s": Column(most=SECONDS.most, optional=True),
                                "answered": Column(most=1, whole=True)})
    arrival = table["arrival_s"].to_numpy()
    refuse_rows(path, table, np.concatenate([[False], arrival[1:] < arrival[:-1]]), "arrival_s",
                "it must not be before the row above")
    refuse_rows(path, table, (table["answered"] == 1).to_numpy() != table["response_time_s"].notna().to_numpy(),
                "response_time_s", "who is answered has one, who is not has none")
    after = int((arrival >= summary["warmup_s"]).sum())
    if after != summary["requests"]:
        raise AnalysisError(f"{path}: {after} requests arrived after the warm-up; by summary.csv there were "
                            f"{summary['requests']:.0f}")


def check_summary(path: Path, summary: Mapping[str, float]) -> None:
    """What every metric must be, and what they are together. NaN is "not known"."""
    for metric, value in summary.items():
        if not (0 <= value <= COUNT.most or value != value):
            raise AnalysisError(f"{path}: metric '{metric}' is {value:g}; it must be a number from 0 to {COUNT.most:g}, or "
                                "empty")
    for metric in ("jain_window", "jain_chance"):
        if summary[metric] > 1 + 1e-9:
            raise AnalysisError(f"{path}: metric '{metric}' is {summary[metric]:g}; an index of Jain is at most 1")
    # Those of the warm-up may be unfinished, too.
    if summary["failures"] > summary["requests"]:
        raise AnalysisError(f"{path}: metric 'failures' is {summary['failures']:g}, of {summary['requests']:g} requests")
    if summary["p50_s"] > summary["p99_s"]:
        raise AnalysisError(f"{path}: metric 'p50_s' is {summary['p50_s']:g}, above 'p99_s', {summary['p99_s']:g}")
    for metric in ("duration_s", "window_s"):
        if not summary[metric] > 0:
            raise AnalysisError(f"{path}: metric '{metric}' is {summary[metric]:g}; it must be above 0")


def _check_sum(path: Path, column: str, found: float, metric: str, summary: Mapping[str, float]) -> None:
    expected = summary.get(metric)
    if expected is not None and found != expected:
        raise AnalysisError(f"{path}: '{column}' adds up to {found:.0f}; by summary.csv '{metric}' is {expected:.0f}")
