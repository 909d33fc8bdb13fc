"""`./sonda compare SCENARIO --proxy both`: the comparison bare and as shipped, and what the rules change."""

from __future__ import annotations

import sys
from typing import Sequence

import pandas as pd

from . import page
from .comparison import CSV_COLUMNS, Comparison, check_same_parameters, compare, csv_table, differences_table
from .contenders import short_labels
from .effects import Effect, effects_of, effects_table, interval_text
from .errors import AnalysisError
from .figures import draw_one, rules_change
from .files import write_table
from .options import Options
from .results import Outcome
from .runs import RunStore
from .session import Point, Session, read_outcomes, rules_of, shown_path
from .table import align, cells, format_table, header, sentences
from .ways import WAYS, WORDS, sets_of

RULES_HEADER = ("contender", "mean, as shipped / bare", "p99", "failures bare", "as shipped")


def run_both(options: Options, session: Session) -> None:
    """Runs what is missing; writes comparison.csv, differences.csv, rules.csv, the figure and report.html."""
    points = [Point(RunStore(options.out, options.scenario_file, sets_of(way, options.sets), options.sim), WORDS[way])
              for way in WAYS]
    session.check(points)
    if options.method.pilots:
        warmup = session.pilots(points, options.scenario_name)
        points = [point.with_sets(options, [f"warmup_s={warmup.chosen_s:.12g}"]) for point in points]
    done = session.runs_of(points, options.scenario_name)
    outcomes = {way: read_outcomes(done[point]) for way, point in zip(WAYS, points)}
    if missing := [WORDS[way] for way, own in outcomes.items() if not own]:
        raise AnalysisError(f"no run was completed {' and '.join(missing)}: there is nothing to compare")
    warnings = list(dict.fromkeys(w for own in outcomes.values() for w in check_same_parameters(own)))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    comparisons = {way: compare(own, options.contenders, rules_of(options)) for way, own in outcomes.items()}
    effects = effects_of("all", *({options.scenario_name: own} for own in outcomes.values()))
    for way, comparison in comparisons.items():
        print(f"\n{WORDS[way].capitalize()}\n\n{format_table(comparison)}\n\n" + "\n".join(sentences(comparison)))
    print("\nWhat the rules change\n\n" + align([RULES_HEADER, *_effect_cells(effects)], left=(0,)) + "\n\n"
          + "\n".join(_sentences(effects)))
    _write(options, session, points, outcomes, comparisons, effects, warnings)


def _effect_cells(effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    return [(e.contender, interval_text(e), f"{e.p99_ratio:.3f}", str(e.failures_without), str(e.failures_with))
            for e in effects]


def _sentences(effects: Sequence[Effect]) -> list[str]:
    said = ["Ratios are geometric means over runs, paired by RngRun; in brackets their 95 % intervals."]
    if same := [effect.contender for effect in effects if not effect.changed]:
        said.append(f"To the last digit the rules change nothing for: {', '.join(same)}.")
    return said


def _write(options: Options, session: Session, points: Sequence[Point], outcomes: dict[str, list[Outcome]],
           comparisons: dict[str, Comparison], effects: Sequence[Effect], warnings: Sequence[str]) -> None:
    def stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([table.assign(proxy=way) for way, table in tables.items()], ignore_index=True)

    rows = stacked({way: csv_table(comparison) for way, comparison in comparisons.items()})
    write_table(rows[["proxy", *CSV_COLUMNS]], options.out / "comparison.csv")
    apart = stacked({way: differences_table(comparison) for way, comparison in comparisons.items()})
    write_table(apart[["proxy", *(name for name in apart.columns if name != "proxy")]], options.out / "differences.csv")
    write_table(effects_table(effects), options.out / "rules.csv")
    every = [outcome for own in outcomes.values() for outcome in own]
    labels = short_labels(dict.fromkeys(outcome.contender for outcome in every))
    figure = draw_one(rules_change, rules_change.table(effects), labels, options.out / "figures")
    title = f"Bare and as shipped: {options.scenario_name}"
    report = options.out / "report.html"
    page.write_page(report, title, [
        f"<h1>{page.text(title)}</h1><p>{page.text(every[0].info['scenario'].get('about', ''))}</p>",
        page.warnings(warnings),
        page.failed_runs(session.failures),
        "<h2>What the rules change</h2>" + page.table(_effect_cells(effects), RULES_HEADER),
        page.lines(_sentences(effects)),
        page.figure(figure, options.out),
        *(_part(way, comparison) for way, comparison in comparisons.items()),
        page.lines(session.remarks) if session.remarks else "",
        '<p><a href="comparison.csv">comparison.csv</a> · <a href="differences.csv">differences.csv</a> · '
        '<a href="rules.csv">rules.csv</a></p>',
        "<h2>What was run</h2>" + page.contenders(every),
        f"<p>Overrides (--set): <code>{page.text('; '.join(options.sets) or 'none')}</code></p>"
        f"<pre>{page.text(options.command)}</pre>",
        *(page.scenario(f"Scenario as run, {WORDS[way]}", own[0].info["scenario"]) for way, own in outcomes.items()),
        page.provenance(every, [point.store.digest for point in points]),
    ])
    print(f"\nReport: {shown_path(report)}")


def _part(way: str, comparison: Comparison) -> str:
    marks = ["best" if row.contender.name == comparison.best else "" for row in comparison.ranked()]
    table = page.table(cells(comparison), header(comparison), marks, [len(header(comparison)) - 1])
    return f"<h2>{WORDS[way].capitalize()}</h2>" + table + page.lines(sentences(comparison))
