"""From runs to a comparison: one row per contender, the best, and what the runs can tell apart.

Response times are seconds; each interval is over runs (statistics.py).
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import pandas as pd

from .contenders import Contender
from .errors import AnalysisError
from .results import RunResult
from .statistics import Difference, Interval, differences_from_best, mean_interval

CSV_COLUMNS = (
    "formula", "policy", "runs", "requests", "failures", "mean_s", "mean_ci95_s", "p50_s", "p99_s", "p99_ci95_s",
    "jain_window", "jain_chance",
)


@dataclass(frozen=True)
class Row:
    """One contender over all of its runs; requests, failures and unfinished are sums, the rest means over runs.

    Unfinished requests had no outcome when a run was ended at twice its duration: they are in no
    response time, so that those of a row with unfinished requests are too low.
    """

    contender: Contender
    runs: int
    requests: int
    failures: int
    unfinished: int
    mean: Interval
    p50: Interval
    p99: Interval
    jain_window: float
    jain_chance: float


@dataclass(frozen=True)
class Comparison:
    """Rows in the order asked for. `best` is the contender with the lowest mean response time among those that
    left no request unfinished; None when there is none.

    `mean_differences` and `p99_differences` are every other such contender minus the best, in seconds.
    """

    rows: tuple[Row, ...]
    best: str | None
    mean_differences: tuple[Difference, ...]
    p99_differences: tuple[Difference, ...]

    def ranked(self) -> list[Row]:
        """Rows by mean response time, then those with unfinished requests, fewest first; those without a mean last."""
        return sorted(self.rows, key=lambda row: (row.unfinished, math.isnan(row.mean.mean), row.mean.mean))

    def mean_difference(self, name: str) -> Difference | None:
        return next((d for d in self.mean_differences if d.contender == name), None)


def compare(runs: Sequence[RunResult], contenders: Sequence[Contender]) -> Comparison:
    """Summarises `runs`; contenders without a run get no row. Call check_same_parameters first."""
    rows = []
    for contender in contenders:
        own = [run for run in runs if run.contender == contender]
        if own:
            rows.append(_row(contender, own))
    finished = [row for row in rows if row.unfinished == 0]
    means = {row.contender.name: row.mean.mean for row in finished if not math.isnan(row.mean.mean)}
    best = min(means, key=means.__getitem__) if means else None
    tested = {row.contender for row in finished}
    comparable = [run for run in runs if run.contender in tested]
    return Comparison(
        tuple(rows), best, _differences(comparable, best, "mean_s"), _differences(comparable, best, "p99_s")
    )


def _row(contender: Contender, runs: Sequence[RunResult]) -> Row:
    def interval(metric: str) -> Interval:
        return mean_interval([run.summary[metric] for run in runs])

    return Row(
        contender=contender,
        runs=len(runs),
        requests=int(sum(run.summary["requests"] for run in runs)),
        failures=int(sum(run.summary["failures"] for run in runs)),
        unfinished=int(sum(run.summary["unfinished"] for run in runs)),
        mean=interval("mean_s"),
        p50=interval("p50_s"),
        p99=interval("p99_s"),
        jain_window=interval("jain_window").mean,
        jain_chance=interval("jain_chance").mean,
    )


def _differences(runs: Sequence[RunResult], best: str | None, metric: str) -> tuple[Difference, ...]:
    if best is None:
        return ()
    values: dict[str, dict[int, float]] = {}
    for run in runs:
        values.setdefault(run.contender.name, {})[run.rng_run] = run.summary[metric]
    return tuple(differences_from_best(values, best))


def check_same_parameters(runs: Sequence[RunResult]) -> list[str]:
    """Refuses runs that must not be compared; returns warnings.

    AnalysisError when resolved scenario, fidelity or versions differ between runs, or formula or policy
    between runs of one contender. The folders' digests keep such runs apart already; this catches
    what they cannot see: another ns-3 library, a changed formula file, a folder copied by hand.
    """
    by_contender: dict[str, RunResult] = {}
    for run in runs:
        first = by_contender.setdefault(run.contender.name, run)
        for key, other in [
            *((key, runs[0]) for key in ("scenario", "fidelity", "versions")),
            *((key, first) for key in ("formula", "policy")),
        ]:
            if run.info[key] != other.info[key]:
                raise AnalysisError(
                    f"{run.folder / 'run.json'} and {other.folder / 'run.json'} differ in '{key}', so that they "
                    f"cannot be compared; delete the older folder and repeat the command"
                )
    commits = sorted({str(run.info.get("commit", "unknown")) for run in runs})
    if len(commits) > 1:
        return [f"the runs were made by programs of {len(commits)} commits: {', '.join(commits)}"]
    return []


def write_csv(comparison: Comparison, path: Path) -> None:
    """comparison.csv: CSV_COLUMNS, one row per contender; an interval that does not exist is empty."""
    records = [
        (
            row.contender.formula_name, row.contender.policy, row.runs, row.requests, row.failures,
            row.mean.mean, row.mean.half_width, row.p50.mean, row.p99.mean, row.p99.half_width,
            row.jain_window, row.jain_chance,
        )
        for row in comparison.rows
    ]
    temporary = Path(f"{path}.new")
    pd.DataFrame(records, columns=list(CSV_COLUMNS)).to_csv(temporary, index=False)
    os.replace(temporary, path)
