"""From runs to a comparison: one row per contender, the best, and what the runs can tell apart.

Response times are seconds; each interval is over runs (statistics.py).
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import pandas as pd

from .contenders import Contender
from .errors import AnalysisError
from .files import write_table
from .results import Outcome
from .statistics import Difference, Interval, mean_interval, paired_differences

CSV_COLUMNS = (
    "formula", "policy", "runs", "requests", "failures", "mean_s", "mean_ci95_s", "p50_s", "p99_s", "p99_ci95_s",
    "jain_window", "jain_chance", "unfinished", "warmup_s",
)
DIFFERENCE_COLUMNS = (
    "metric", "contender", "reference", "runs", "difference_s", "half_width_s", "level", "p_value", "told_apart",
)


@dataclass(frozen=True)
class Row:
    """One contender over all of its runs; requests, failures and unfinished are sums, the rest means over runs.
    `formula` is the name of its formula, or its text when it has none.

    Unfinished requests had no outcome when a run was ended at twice its duration: they are in no
    response time, so that those of a row with unfinished requests are too low.
    """

    contender: Contender
    formula: str
    runs: int
    requests: int
    failures: int
    unfinished: int
    mean: Interval
    p50: Interval
    p99: Interval
    failed_share: Interval
    jain_window: Interval
    jain_chance: float
    report_age_s: float
    in_flight_max: float
    warmup_s: float


@dataclass(frozen=True)
class Rules:
    """How contenders are judged, by name.

    `bounds` are no contenders to be chosen (they know what no proxy can know): none of them is the
    best. `baseline` is what the others are compared with; None: the best. `oracle` is the bound
    that regret is measured from; None: no regret.
    """

    bounds: tuple[str, ...] = ()
    baseline: str | None = None
    oracle: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Rows in the order asked for. `best` is the contender with the lowest mean response time, over the RngRun that
    they all have, among those that are no bound and left no request unfinished; None when there is none.

    `reference` is the baseline or, without one, the best; None when it cannot be compared with.
    `mean_differences` and `p99_differences` are every other such contender minus the reference,
    `regrets` those of the means minus the oracle's; all in seconds.
    """

    rows: tuple[Row, ...]
    rules: Rules
    best: str | None
    reference: str | None
    mean_differences: tuple[Difference, ...]
    p99_differences: tuple[Difference, ...]
    regrets: tuple[Difference, ...]

    def ranked(self) -> list[Row]:
        """Rows by mean response time, then those with unfinished requests, fewest first; those without a mean last."""
        return sorted(self.rows, key=lambda row: (row.unfinished, math.isnan(row.mean.mean), row.mean.mean))

    def row(self, name: str) -> Row:
        return next(row for row in self.rows if row.contender.name == name)

    def mean_difference(self, name: str) -> Difference | None:
        return next((d for d in self.mean_differences if d.contender == name), None)

    def regret(self, name: str) -> Difference | None:
        return next((d for d in self.regrets if d.contender == name), None)


def compare(runs: Sequence[Outcome], contenders: Sequence[Contender], rules: Rules = Rules()) -> Comparison:
    """Summarises `runs`; contenders without a run get no row. Call check_same_parameters first."""
    rows = tuple(summarise(runs, contenders))
    finished = [row for row in rows if row.unfinished == 0]
    means = {row.contender.name: row.mean.mean for row in finished if not math.isnan(row.mean.mean)}
    ranked = _over_shared_runs(runs, set(means) - set(rules.bounds))
    best = min(ranked, key=ranked.__getitem__) if ranked else None
    reference = best if rules.baseline is None else rules.baseline if rules.baseline in means else None
    names = set(means) - set(rules.bounds)

    def against(other: str | None, metric: str) -> tuple[Difference, ...]:
        if other is None or other not in means:
            return ()
        return tuple(paired_differences(_by_run(runs, names | {other}, metric), other))

    return Comparison(rows, rules, best, reference, against(reference, "mean_s"), against(reference, "p99_s"),
                      against(rules.oracle, "mean_s"))


def _over_shared_runs(runs: Sequence[Outcome], names: set[str]) -> dict[str, float]:
    """Mean response time of each of `names` over the RngRun that all of them have.

    Whoever lacks the hardest run would look best by its other runs. Without a shared run nobody has a number.
    """
    values = _by_run(runs, names, "mean_s")
    known = [{run for run, value in own.items() if not math.isnan(value)} for own in values.values()]
    shared = set.intersection(*known) if known else set()
    return {name: statistics.fmean(own[run] for run in shared) for name, own in values.items()} if shared else {}


def _by_run(runs: Sequence[Outcome], names: set[str], metric: str) -> dict[str, dict[int, float]]:
    """Contender → RngRun → `metric`, of those in `names`."""
    values: dict[str, dict[int, float]] = {}
    for run in runs:
        if run.contender.name in names:
            values.setdefault(run.contender.name, {})[run.rng_run] = run.summary[metric]
    return values


def summarise(runs: Sequence[Outcome], contenders: Sequence[Contender]) -> list[Row]:
    """One row per contender that has a run, in the order of `contenders`."""
    by_name: dict[str, list[Outcome]] = {}
    for run in runs:
        by_name.setdefault(run.contender.name, []).append(run)
    return [_row(contender, by_name[contender.name]) for contender in contenders if contender.name in by_name]


def _row(contender: Contender, runs: Sequence[Outcome]) -> Row:
    def values(metric: str) -> list[float]:
        return [run.summary[metric] for run in runs]

    def interval(metric: str) -> Interval:
        return mean_interval(values(metric))

    requests, failures = values("requests"), values("failures")
    return Row(
        contender=contender,
        formula=runs[0].info["formula"]["name"] if contender.formula is None else contender.formula,
        runs=len(runs),
        requests=int(sum(requests)),
        failures=int(sum(failures)),
        unfinished=int(sum(values("unfinished"))),
        mean=interval("mean_s"),
        p50=interval("p50_s"),
        p99=interval("p99_s"),
        failed_share=mean_interval([f / r if r else math.nan for f, r in zip(failures, requests)]),
        jain_window=interval("jain_window"),
        jain_chance=interval("jain_chance").mean,
        report_age_s=interval("report_age_mean_s").mean,
        in_flight_max=max(values("in_flight_max")),
        warmup_s=runs[0].summary["warmup_s"],
    )


def check_same_parameters(runs: Sequence[Outcome]) -> list[str]:
    """Refuses runs that must not be compared; returns warnings.

    AnalysisError when resolved scenario, fidelity or versions differ between runs, or formula or policy
    between runs of one contender. The folders' digests keep such runs apart already; this catches
    what they cannot see: another ns-3 library, a changed formula file, a folder copied by hand.
    """
    by_contender: dict[str, Outcome] = {}
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
    """Writes comparison.csv."""
    write_table(csv_table(comparison), path)


def csv_table(comparison: Comparison) -> pd.DataFrame:
    """CSV_COLUMNS, one row per contender; an interval that does not exist is empty."""
    records = [
        (
            row.formula, row.contender.policy, row.runs, row.requests, row.failures,
            row.mean.mean, row.mean.half_width, row.p50.mean, row.p99.mean, row.p99.half_width,
            row.jain_window.mean, row.jain_chance, row.unfinished, row.warmup_s,
        )
        for row in comparison.rows
    ]
    return pd.DataFrame(records, columns=list(CSV_COLUMNS))


def differences_table(comparison: Comparison) -> pd.DataFrame:
    """DIFFERENCE_COLUMNS, one row per difference: mean and p99 from the reference, regret from the oracle.

    `half_width_s` belongs to the interval of confidence 1 - `level`, at which Holm's procedure judged it.
    """
    groups = (
        ("mean", comparison.reference, comparison.mean_differences),
        ("p99", comparison.reference, comparison.p99_differences),
        ("regret", comparison.rules.oracle, comparison.regrets),
    )
    records = [
        (metric, d.contender, reference, d.runs, d.mean, d.half_width, d.level, d.p_value, d.apart)
        for metric, reference, differences in groups for d in differences
    ]
    return pd.DataFrame(records, columns=list(DIFFERENCE_COLUMNS))
