"""report.html of a comparison: one file that opens from disk without a network, pictures included."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from . import page
from .comparison import Comparison
from .engine import Failure
from .figures import DrawnFigure
from .results import Outcome
from .statistics import Difference
from .table import cells, format_difference, header, sentences


@dataclass(frozen=True)
class Facts:
    """What the report says beside the numbers.

    `command` is what repeats the comparison; `remarks` tell how warm-up and number of runs were
    chosen.
    """

    scenario_name: str
    scenario_text: str
    command: str
    sets: tuple[str, ...]
    digest: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    failures: tuple[Failure, ...]


def write_report(path: Path, facts: Facts, comparison: Comparison, runs: Sequence[Outcome],
                 figures: Sequence[DrawnFigure]) -> None:
    """Writes the page, complete or not at all."""
    title = f"Comparison: {facts.scenario_name}"
    page.write_page(path, title, [
        f"<h1>{page.text(title)}</h1><p>{page.text(runs[0].info['scenario'].get('about', ''))}</p>",
        page.warnings(facts.warnings),
        page.failed_runs(facts.failures),
        _results(comparison, facts.remarks),
        _differences(comparison),
        *(page.figure(figure, path.parent) for figure in figures),
        _what_was_run(facts, runs),
        page.provenance(runs, [facts.digest]),
    ])


def _results(comparison: Comparison, remarks: Sequence[str]) -> str:
    marks = ["best" if row.contender.name == comparison.best else "" for row in comparison.ranked()]
    table = page.table(cells(comparison), header(comparison), marks, [len(header(comparison)) - 1])
    return "<h2>Result</h2>" + table + page.lines([*sentences(comparison), *remarks])


def _differences(comparison: Comparison) -> str:
    if not comparison.mean_differences:
        return "<h2>Differences</h2><p>There is nothing to compare.</p>"
    p99 = {difference.contender: difference for difference in comparison.p99_differences}
    rows = [
        (d.contender, d.runs, format_difference(d), _apart(d), format_difference(p99[d.contender]),
         _apart(p99[d.contender]))
        for d in comparison.mean_differences
    ]
    what = "best by mean" if comparison.rules.baseline is None else "baseline"
    names = ("contender", "common runs", f"mean, minus the {what}'s (ms)", "told apart",
             f"p99, minus the {what}'s (ms)", "told apart")
    return (
        f"<h2>Differences from the {what}</h2>"
        f"<p>The {what} is <code>{page.text(comparison.reference)}</code>. Every contender met the same arrivals, "
        "service times and delays in runs of equal RngRun, so that differences are taken run by run. Told apart means "
        "that the interval, Holm-corrected over contenders (for mean and p99 each), does not include 0. Contenders "
        "with unfinished requests have no response times to compare.</p>" + page.table(rows, names)
    )


def _apart(difference: Difference) -> str:
    return {None: "not tested", True: "yes", False: "no"}[difference.apart]


def _what_was_run(facts: Facts, runs: Sequence[Outcome]) -> str:
    overrides = "; ".join(facts.sets) or "none"
    return (
        "<h2>What was run</h2>" + page.contenders(runs)
        + f"<p>Overrides (--set): <code>{page.text(overrides)}</code></p><pre>{page.text(facts.command)}</pre>"
        + page.scenario("Scenario file", facts.scenario_text)
        + page.scenario("Scenario as run, with every default", runs[0].info["scenario"])
    )
