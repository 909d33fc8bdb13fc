"""`./sonda compare --sweep`: the same comparison at every value of one scenario key, drawn as curves."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from typing import Sequence

import pandas as pd

from . import page
from .comparison import Comparison, check_same_parameters, compare
from .contenders import short_labels
from .errors import AnalysisError
from .figures import DrawnFigure, draw_one, sweep_curves, warm_up
from .files import write_table
from .options import Options
from .results import Outcome
from .runs import RunStore
from .session import Point, Session, read_outcomes, rules_of, shown_path
from .sweep_values import Sweep
from .table import align, format_ms
from .warmup import WarmUp

SWEEP_COLUMNS = (
    "key", "value", "formula", "policy", "contender", "bound", "runs", "requests", "failures", "unfinished", "warmup_s",
    "mean_s", "mean_ci95_s", "p50_s", "p50_ci95_s", "p99_s", "p99_ci95_s", "failed_share", "failed_share_ci95",
    "jain_window", "jain_ci95", "jain_chance", "report_age_s", "in_flight_max",
    "difference_s", "difference_half_width_s", "told_apart", "regret_s", "regret_half_width_s",
)


@dataclass(frozen=True)
class Step:
    """The comparison at one value."""

    value: str
    comparison: Comparison
    outcomes: tuple[Outcome, ...]


def run_sweep(options: Options, session: Session) -> None:
    """Runs what is missing and writes sweep.csv, the curves and report.html. Raises AnalysisError."""
    sweep = options.method.sweep
    assert sweep is not None
    points = [Point(RunStore(options.out, options.scenario_file, (*options.sets, f"{sweep.key}={value}"), options.sim),
                    f"{sweep.key}={value}") for value in sweep.values]
    title = f"{options.scenario_name}, {sweep.key} at {len(points)} values"
    session.check(points)
    warmup = None
    if options.method.pilots:
        warmup = session.pilots(points, title)
        points = [point.with_sets(options, [f"warmup_s={warmup.chosen_s:.12g}"]) for point in points]
    done = session.runs_of(points, title)
    steps, warnings = [], []
    for value, point in zip(sweep.values, points):
        outcomes = read_outcomes(done[point])
        if outcomes:
            warnings += check_same_parameters(outcomes)
            steps.append(Step(value, compare(outcomes, options.contenders, rules_of(options)), tuple(outcomes)))
    if not steps:
        raise AnalysisError("no run was completed: there is nothing to compare")
    warnings = list(dict.fromkeys(warnings))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print("\n" + "\n\n".join(f"{heading}\n\n{align(lines, (0,))}" for heading, lines in tables(steps, sweep)))
    print("\n" + "\n".join(sentences(steps, options)), flush=True)
    _write(options, session, points, steps, warmup, warnings)


def _write(options: Options, session: Session, points: Sequence[Point], steps: Sequence[Step], warmup: WarmUp | None,
           warnings: Sequence[str]) -> None:
    sweep = options.method.sweep
    assert sweep is not None
    data = sweep_table(steps, sweep)
    write_table(data, options.out / "sweep.csv")
    present = list(dict.fromkeys(row.contender for step in steps for row in step.comparison.rows))
    labels = short_labels(present)
    figures = sweep_curves.draw_sweep(data, sweep, labels, options.out / "figures")
    if warmup is not None:
        latest = _latest_cuts(warmup, [contender.name for contender in present])
        own = {name: name for name in latest.cuts}
        figures.append(draw_one(warm_up, warm_up.table(latest), own, options.out / "figures"))
    report = options.out / "report.html"
    _write_report(options, session, points, steps, figures, warnings)
    print(f"\nReport: {shown_path(report)}")


def _latest_cuts(warmup: WarmUp, contenders: Sequence[str]) -> WarmUp:
    """Of every contender only the value at which it was cut latest: what decided, in as many panels as contenders."""
    latest: dict[str, str] = {}
    for contender in contenders:
        own = {name: cut for name, cut in warmup.cuts.items() if name.rpartition(" at ")[0] == contender}
        if own:
            latest[contender] = max(own, key=own.__getitem__)
    kept = set(latest.values())
    return dataclasses.replace(warmup, cuts={name: cut for name, cut in warmup.cuts.items() if name in kept},
                               curves=warmup.curves[warmup.curves["contender"].isin(kept)])


def sweep_table(steps: Sequence[Step], sweep: Sweep) -> pd.DataFrame:
    """SWEEP_COLUMNS: one row per value and contender; what does not exist is empty."""
    records = []
    for step in steps:
        for row in step.comparison.rows:
            name = row.contender.name
            difference, regret = step.comparison.mean_difference(name), step.comparison.regret(name)
            records.append((
                sweep.key, float(step.value), row.formula, row.contender.policy, name,
                name in step.comparison.rules.bounds, row.runs, row.requests, row.failures, row.unfinished,
                row.warmup_s,
                *(part for interval in (row.mean, row.p50, row.p99, row.failed_share, row.jain_window)
                  for part in (interval.mean, interval.half_width)),
                row.jain_chance, row.report_age_s, row.in_flight_max,
                *((difference.mean, difference.half_width, difference.apart) if difference else (None, None, None)),
                *((regret.mean, regret.half_width) if regret else (None, None)),
            ))
    return pd.DataFrame(records, columns=list(SWEEP_COLUMNS))


def tables(steps: Sequence[Step], sweep: Sweep) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Mean and p99 as text: a heading, and lines of contenders by values; the best of a value has a star."""
    contenders = list(dict.fromkeys(row.contender.name for step in steps for row in step.comparison.rows))
    made = []
    for heading, metric in (("Mean response time (ms)", "mean"), ("p99 of the response time (ms)", "p99")):
        lines = [(f"{sweep.key} =", *(step.value for step in steps))]
        lines += [(name, *(_cell(step, name, metric) for step in steps)) for name in contenders]
        made.append((heading, lines))
    return made


def _cell(step: Step, name: str, metric: str) -> str:
    rows = {row.contender.name: row for row in step.comparison.rows}
    if name not in rows:
        return ""
    row = rows[name]
    interval = dataclasses.replace(row.mean if metric == "mean" else row.p99, half_width=None)
    star = "*" if name == step.comparison.best else ""
    return ("> " if row.unfinished else "") + format_ms(interval) + star


def sentences(steps: Sequence[Step], options: Options) -> list[str]:
    """How the tables are read, and where the reference cannot be told from others."""
    said = ["* lowest mean response time of those that are ranked and completed all requests."]
    if any(row.unfinished for step in steps for row in step.comparison.rows):
        said.append("> overloaded: requests without an outcome at twice the duration are left out, so that the numbers "
                    "are too low.")
    for step in steps:
        alike = [d.contender for d in step.comparison.mean_differences if d.apart is False]
        if alike and step.comparison.reference is not None:
            said.append(f"At {step.value} the runs cannot tell {step.comparison.reference} apart from: "
                        f"{', '.join(alike)}.")
    if options.bounds:
        said.append(f"Bounds, not ranked: {', '.join(options.bounds)}.")
    return said


def _write_report(options: Options, session: Session, points: Sequence[Point], steps: Sequence[Step],
                  figures: Sequence[DrawnFigure], warnings: Sequence[str]) -> None:
    sweep = options.method.sweep
    assert sweep is not None
    outcomes = [outcome for step in steps for outcome in step.outcomes]
    title = f"Sweep: {options.scenario_name}, {sweep.key}"
    parts = [f"<h2>{page.text(heading)}</h2>{page.table(lines[1:], lines[0])}"
             for heading, lines in tables(steps, sweep)]
    least = min(row.runs for step in steps for row in step.comparison.rows)
    most = max(row.runs for step in steps for row in step.comparison.rows)
    runs = f"{least}" if least == most else f"{least} to {most}"
    page.write_page(options.out / "report.html", title, [
        f"<h1>{page.text(title)}</h1><p>{page.text(outcomes[0].info['scenario'].get('about', ''))}</p>",
        page.warnings(warnings),
        page.failed_runs(session.failures),
        *(page.figure(figure, options.out) for figure in figures),
        *parts,
        page.lines([f"Means over {runs} runs of each contender at each value, with the same random numbers for all. "
                    "Intervals and paired differences are in sweep.csv.",
                    *sentences(steps, options), *session.remarks]),
        '<p><a href="sweep.csv">sweep.csv</a></p>',
        "<h2>What was run</h2>" + page.contenders(outcomes),
        f"<p>Overrides (--set): <code>{page.text('; '.join(options.sets) or 'none')}</code></p>"
        f"<pre>{page.text(options.command)}</pre>",
        page.scenario("Scenario file", points[0].store.scenario_file.read_text(encoding="utf-8")),
        page.provenance(outcomes, [point.store.digest for point in points]),
    ])
