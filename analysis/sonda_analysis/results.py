"""Reads the result folder of one run (design section 7) and refuses what is missing or malformed.

Times are seconds as in the files. Every AnalysisError names the file and the key, column or value.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from . import consistency
from .contenders import Contender
from .csv_tables import COUNT, SECONDS, TEXT, Column, find_damage, read_columns
from .errors import AnalysisError
from .json_files import read_json
from .shown import shown

SCHEMA = 1
COUNTS = ("requests", "failures", "unfinished")
# 'unfinished-requests': the run ended at twice its duration with requests that had no outcome. It is a result (the
# contender overloads its servers), and running it again would give it again.
EXIT_STATES = ("complete", "unfinished-requests")
METRICS = ("mean_s", "p50_s", "p99_s", "jain_window", "jain_chance", "in_flight_max", "report_age_mean_s",
           "window_s", "warmup_s", "duration_s")
RUN_KEYS = {"scenario": dict, "formula": dict, "policy": str, "rng_run": int, "fidelity": str, "versions": dict,
            "exit_state": str}
_KINDS = {dict: "an object", str: "a text", int: "a whole number"}

# A capacity is not known before an agent's first report.
_WINDOW_COLUMNS = {"start_s": SECONDS, "end_s": SECONDS, "agent": TEXT, "capacity": Column(optional=True), "picks": COUNT,
                   "in_flight_mean": Column(optional=True), "in_flight_max": COUNT}
_INDEX = Column(most=1 + 1e-9, optional=True)
_FAIRNESS_COLUMNS = {"start_s": SECONDS, "end_s": SECONDS, "picks": COUNT, "jain": _INDEX, "chance": _INDEX}
_SERIES_COLUMNS = {"start_s": SECONDS, "end_s": SECONDS, "answered": COUNT, "failures": COUNT,
                   "mean_s": Column(most=SECONDS.most, optional=True)}
_HISTOGRAM_COLUMNS = {"low_s": SECONDS, "high_s": SECONDS, "count": COUNT}
_RTT_COLUMNS = {"agent": TEXT, "rtt_s": SECONDS}
_RTT_HISTOGRAM_COLUMNS = {"agent": TEXT, **_HISTOGRAM_COLUMNS}


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
    info, path = read_info(folder, rng_run), folder / "summary.csv"
    summary = read_summary(path)
    # The last row of a simulation's file: without it rows are missing.
    if (events := info.get("simulator_events")) is not None and summary.get("simulator_events") != events:
        raise AnalysisError(f"{path}: metric 'simulator_events' is {summary.get('simulator_events')}; by run.json it is "
                            f"{shown(events)}")
    return Outcome(contender, rng_run, folder, info, summary)


def read_run(folder: Path, contender: Contender, rng_run: int) -> RunResult:
    """Reads one folder. AnalysisError when it is not the complete result of that run, or its files do not fit together."""
    outcome = read_outcome(folder, contender, rng_run)
    summary = outcome.summary
    windows = read_columns(path := folder / "windows.csv", _WINDOW_COLUMNS)
    consistency.check_windows(path, windows, summary)
    fairness = read_columns(path := folder / "fairness.csv", _FAIRNESS_COLUMNS)
    consistency.check_fairness(path, fairness, windows, summary)
    latency = read_columns(path := folder / "latency.csv", _HISTOGRAM_COLUMNS)
    consistency.check_latency(path, latency, summary)
    ages = read_columns(path := folder / "ages.csv", _HISTOGRAM_COLUMNS)
    consistency.check_ages(path, ages, summary)
    consistency.check_series(path := folder / "series.csv", read_columns(path, _SERIES_COLUMNS), summary)
    consistency.check_requests(folder / "requests.csv.gz", summary)
    rtt = _read_rtt(folder, outcome)
    return RunResult(**vars(outcome), windows=windows, fairness=fairness, latency=latency, ages=ages, rtt=rtt)


def read_series(folder: Path) -> pd.DataFrame:
    """series.csv of a run: start_s, end_s, answered, mean_s (NaN where nothing was answered)."""
    path = folder / "series.csv"
    table = read_columns(path, _SERIES_COLUMNS)
    consistency.check_series(path, table, read_summary(folder / "summary.csv"))
    return table[["start_s", "end_s", "answered", "mean_s"]]


def read_info(folder: Path, rng_run: int) -> dict[str, Any]:
    """run.json of a complete run with this RngRun; AnalysisError for anything else."""
    path = folder / "run.json"
    try:
        info = read_json(path)
    except FileNotFoundError:
        raise AnalysisError(f"{path}: the file is missing") from None
    if not isinstance(info, dict) or info.get("schema") != SCHEMA:
        found = info.get("schema") if isinstance(info, dict) else None
        raise AnalysisError(f"{path}: key 'schema' is {shown(repr(found))}; this program reads {SCHEMA}")
    for key, kind in RUN_KEYS.items():
        if key not in info:
            raise AnalysisError(f"{path}: key '{key}' is missing")
        if not isinstance(info[key], kind) or isinstance(info[key], bool):
            raise AnalysisError(f"{path}: key '{key}' is {shown(repr(info[key]))}; it must be {_KINDS[kind]}")
    if not isinstance(info["formula"].get("name"), str):
        raise AnalysisError(f"{path}: key 'formula.name' is {shown(repr(info['formula'].get('name')))}; it must be a text")
    if info["exit_state"] not in EXIT_STATES:
        raise AnalysisError(f"{path}: key 'exit_state' is {shown(repr(info['exit_state']))}; it must be "
                            f"{' or '.join(EXIT_STATES)}")
    if info["rng_run"] != rng_run:
        raise AnalysisError(f"{path}: key 'rng_run' is {info['rng_run']!r}, but the folder is that of RngRun {rng_run}")
    return info


def read_summary(path: Path) -> dict[str, float]:
    """summary.csv as metric → value. AnalysisError when what every run has is missing or is no count."""
    summary = _read_metrics(path)
    for metric in (*COUNTS, *METRICS):
        if metric not in summary:
            raise AnalysisError(f"{path}: metric '{metric}' is missing")
    for metric in COUNTS:
        if not (summary[metric] >= 0 and summary[metric].is_integer()):
            raise AnalysisError(f"{path}: metric '{metric}' is {summary[metric]}; it must be a whole number from 0")
    consistency.check_summary(path, summary)
    return summary


def _read_metrics(path: Path) -> dict[str, float]:
    """metric → value; NaN for an empty cell. Not by pandas, which takes ten times as long for thirty lines."""
    if fault := find_damage(path):
        raise AnalysisError(fault)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != ["metric", "value"]:
        found = ",".join(rows[0]) if rows else "missing"
        raise AnalysisError(f"{path}: the header row must be metric,value; it is {shown(found)}")
    summary = {}
    for number, row in enumerate(rows[1:], 2):
        try:
            metric, value = row
            summary[metric] = _number(value)
        except ValueError:
            raise AnalysisError(f"{path}: line {number}: '{shown(','.join(row))}' is not a metric and a number") from None
    if len(summary) != len(rows) - 1:
        raise AnalysisError(f"{path}: a metric stands there twice")
    return summary


def _number(text: str) -> float:
    """NaN for an empty cell; ValueError for what is no number, or none that is written so."""
    if not text:
        return math.nan
    number = float(text)
    if not math.isfinite(number) or not text.isascii() or "_" in text:
        raise ValueError(text)
    return number


def _read_rtt(folder: Path, outcome: Outcome) -> pd.DataFrame:
    fidelity, summary = str(outcome.info["fidelity"]), outcome.summary
    path = folder / "rtt-histogram.csv"
    if path.is_file():
        table = read_columns(path, _RTT_HISTOGRAM_COLUMNS)
        consistency.check_buckets(path, table)
        consistency.check_rtt(path, float(table["count"].sum()), fidelity, summary)
        middle = (table["low_s"] + table["high_s"]) / 2
        return pd.DataFrame({"agent": table["agent"], "rtt_s": middle, "count": table["count"]})
    path = folder / "rtt.csv"
    table = read_columns(path, _RTT_COLUMNS)
    consistency.check_rtt(path, len(table), fidelity, summary)
    return table.assign(count=1.0)
