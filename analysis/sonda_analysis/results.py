"""Reads the result folder of one run (design section 7) and refuses what is missing or malformed.

Times are seconds as in the files. Every AnalysisError names the file and the key, column or value.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .contenders import Contender
from .errors import AnalysisError

SCHEMA = 1
COUNTS = ("requests", "failures", "unfinished")
# 'unfinished-requests': the run ended at twice its duration with requests that had no outcome. It is a result (the
# contender overloads its servers), and running it again would give it again.
EXIT_STATES = ("complete", "unfinished-requests")
METRICS = ("mean_s", "p50_s", "p99_s", "jain_window", "jain_chance", "in_flight_max", "report_age_mean_s",
           "window_s", "warmup_s", "duration_s")
RUN_KEYS = ("scenario", "formula", "policy", "rng_run", "fidelity", "versions", "exit_state")

_WINDOW_COLUMNS = {"start_s": float, "end_s": float, "agent": str, "capacity": float, "picks": float,
                   "in_flight_mean": float, "in_flight_max": float}
_FAIRNESS_COLUMNS = {"start_s": float, "end_s": float, "picks": float, "jain": float, "chance": float}
_SERIES_COLUMNS = {"start_s": float, "end_s": float, "answered": float, "mean_s": float}
_HISTOGRAM_COLUMNS = {"low_s": float, "high_s": float, "count": float}
_RTT_COLUMNS = {"agent": str, "rtt_s": float}
_RTT_HISTOGRAM_COLUMNS = {"agent": str, "low_s": float, "high_s": float, "count": float}


@dataclass(frozen=True)
class Outcome:
    """What one complete run is in numbers.

    `info` is run.json; `summary` is metric → value (NaN where the run could not tell, as a mean of
    no completions).
    """

    contender: Contender
    rng_run: int
    folder: Path
    info: dict[str, Any]
    summary: dict[str, float]


@dataclass(frozen=True)
class RunResult(Outcome):
    """An outcome with the tables that figures are drawn from, columns as in docs/data-dictionary.md.

    `windows` has one row per agent and window, `fairness` one per window, `latency` and `ages` one
    per histogram bucket, `rtt` one per probe response or histogram bucket (agent, rtt_s, count).
    """

    windows: pd.DataFrame
    fairness: pd.DataFrame
    latency: pd.DataFrame
    ages: pd.DataFrame
    rtt: pd.DataFrame


def read_outcome(folder: Path, contender: Contender, rng_run: int) -> Outcome:
    """Reads run.json and summary.csv. AnalysisError when the folder is not the complete result of that run."""
    return Outcome(contender, rng_run, folder, read_info(folder, rng_run), read_summary(folder / "summary.csv"))


def read_run(folder: Path, contender: Contender, rng_run: int) -> RunResult:
    """Reads one folder. AnalysisError when it is not the complete result of that run."""
    return RunResult(
        **vars(read_outcome(folder, contender, rng_run)),
        windows=read_columns(folder / "windows.csv", _WINDOW_COLUMNS),
        fairness=read_columns(folder / "fairness.csv", _FAIRNESS_COLUMNS),
        latency=read_columns(folder / "latency.csv", _HISTOGRAM_COLUMNS),
        ages=read_columns(folder / "ages.csv", _HISTOGRAM_COLUMNS),
        rtt=_read_rtt(folder),
    )


def read_series(folder: Path) -> pd.DataFrame:
    """series.csv of a run: start_s, end_s, answered, mean_s (NaN where nothing was answered)."""
    return read_columns(folder / "series.csv", _SERIES_COLUMNS)


def read_info(folder: Path, rng_run: int) -> dict[str, Any]:
    """run.json of a complete run with this RngRun; AnalysisError for anything else."""
    path = folder / "run.json"
    try:
        info = json.loads(path.read_text())
    except FileNotFoundError:
        raise AnalysisError(f"{path}: the file is missing") from None
    except ValueError as error:
        raise AnalysisError(f"{path}: not JSON: {error}") from None
    if not isinstance(info, dict) or info.get("schema") != SCHEMA:
        found = info.get("schema") if isinstance(info, dict) else None
        raise AnalysisError(f"{path}: key 'schema' is {found!r}; this program reads {SCHEMA}")
    for key in RUN_KEYS:
        if key not in info:
            raise AnalysisError(f"{path}: key '{key}' is missing")
    if info["exit_state"] not in EXIT_STATES:
        raise AnalysisError(f"{path}: key 'exit_state' is {info['exit_state']!r}; it must be "
                            f"{' or '.join(EXIT_STATES)}")
    if info["rng_run"] != rng_run:
        raise AnalysisError(f"{path}: key 'rng_run' is {info['rng_run']!r}, but the folder is that of RngRun {rng_run}")
    return info


def read_columns(path: Path, columns: dict[str, type]) -> pd.DataFrame:
    """The named columns of a CSV file, numbers as float64. AnalysisError names file, column and value."""
    try:
        header = pd.read_csv(path, nrows=0).columns
    except FileNotFoundError:
        raise AnalysisError(f"{path}: the file is missing") from None
    except (pd.errors.EmptyDataError, UnicodeDecodeError):
        raise AnalysisError(f"{path}: there is no header row; expected columns: {', '.join(columns)}") from None
    for column in columns:
        if column not in header:
            raise AnalysisError(f"{path}: column '{column}' is missing; there are: {', '.join(header)}")
    try:
        return pd.read_csv(path, usecols=list(columns), dtype=columns)
    except (ValueError, pd.errors.ParserError):
        return _convert(path, columns)


def _convert(path: Path, columns: dict[str, type]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, usecols=list(columns), dtype=str)
    except (ValueError, pd.errors.ParserError) as error:
        raise AnalysisError(f"{path}: not a table: {error}") from None
    for column in (name for name, kind in columns.items() if kind is float):
        numbers = pd.to_numeric(frame[column], errors="coerce")
        wrong = frame.index[numbers.isna() & frame[column].notna()]
        if len(wrong):
            value = frame.loc[wrong[0], column]
            raise AnalysisError(f"{path}: line {wrong[0] + 2}, column '{column}': '{value}' is not a number")
        frame[column] = numbers
    return frame


def read_summary(path: Path) -> dict[str, float]:
    """summary.csv as metric → value. AnalysisError when what every run has is missing or is no count."""
    summary = _read_metrics(path)
    for metric in (*COUNTS, *METRICS):
        if metric not in summary:
            raise AnalysisError(f"{path}: metric '{metric}' is missing")
    for metric in COUNTS:
        if not (summary[metric] >= 0 and summary[metric].is_integer()):
            raise AnalysisError(f"{path}: metric '{metric}' is {summary[metric]}; it must be a whole number from 0")
    return summary


def _read_metrics(path: Path) -> dict[str, float]:
    """metric → value; NaN for an empty cell. Not by pandas, which takes ten times as long for thirty lines."""
    try:
        with open(path, newline="") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        raise AnalysisError(f"{path}: the file is missing") from None
    if not rows or rows[0] != ["metric", "value"]:
        found = ",".join(rows[0]) if rows else "missing"
        raise AnalysisError(f"{path}: the header row must be metric,value; it is {found}")
    summary = {}
    for number, row in enumerate(rows[1:], 2):
        try:
            metric, value = row
            summary[metric] = float(value) if value else math.nan
        except ValueError:
            raise AnalysisError(f"{path}: line {number}: '{','.join(row)}' is not a metric and a number") from None
    return summary


def _read_rtt(folder: Path) -> pd.DataFrame:
    histogram = folder / "rtt-histogram.csv"
    if histogram.is_file():
        table = read_columns(histogram, _RTT_HISTOGRAM_COLUMNS)
        middle = (table["low_s"] + table["high_s"]) / 2
        return pd.DataFrame({"agent": table["agent"], "rtt_s": middle, "count": table["count"]})
    table = read_columns(folder / "rtt.csv", _RTT_COLUMNS)
    return table.assign(count=1.0)
