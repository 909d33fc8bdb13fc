"""`./sonda compare --all`: every contender in every scenario, bare and as shipped, one table and figures."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Mapping, Sequence

import pandas as pd

from . import page
from .comparison import check_same_parameters
from .contenders import short_labels
from .effects import Effect, effects_of, effects_table
from .errors import AnalysisError
from .figures import DrawnFigure, draw_one, league_chart, league_rules
from .files import write_table, write_text
from .league_both import BOTH_HEADER, BOTH_WORDS, both_cells, both_sentences
from .league_table import HEADER, WORDS, cells, league_table, scenario_table, scenarios_text, sentences
from .options import Options
from .ranking import League, rank
from .results import Outcome
from .runs import RunStore
from .session import Point, Session, contenders_of, read_outcomes, shown_path
from .table import align
from .ways import WORDS as WAY_WORDS, sets_of

FILES = ("league.csv", "league-scenarios.csv", "league-rules.csv", "league.txt")


@dataclass(frozen=True)
class Played:
    """The league by one way of the proxy's rules."""

    way: str
    league: League
    outcomes: Mapping[str, Sequence[Outcome]]


def run_league(options: Options, session: Session) -> None:
    """Runs what is missing; writes the tables of FILES, the figures and report.html."""
    points = {way: _points_of(way, options) for way in options.ways}
    every = [point for own in points.values() for point in own]
    session.leave_out_refused_bounds(every)
    options = session.options
    session.check(every)
    done = session.runs_of(every, f"League over {scenarios_text(len(options.scenarios))}")
    played = []
    for way, own in points.items():
        outcomes = {scenario.name: read_outcomes(done[point]) for scenario, point in zip(options.scenarios, own)}
        played.append(_play(way, outcomes, options, session))
    warnings = list(dict.fromkeys(warning for one in played for own in one.outcomes.values()
                                  for warning in check_same_parameters(own)))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    effects = effects_of("all", played[0].outcomes, played[1].outcomes) if len(played) == 2 else []
    text = _text(played, effects)
    _write(options, session, every, played, effects, warnings, text)
    print(f"\n{text}\nReport: {shown_path(options.out / 'report.html')}", flush=True)


def _points_of(way: str, options: Options) -> list[Point]:
    label = "" if len(options.ways) == 1 else f", {WAY_WORDS[way]}"
    sets = sets_of(way, options.sets)
    return [Point(RunStore(options.out, scenario.file, sets, options.sim), scenario.name + label)
            for scenario in options.scenarios]


def _play(way: str, outcomes: dict[str, list[Outcome]], options: Options, session: Session) -> Played:
    if missing := [label for label, own in outcomes.items() if not own]:
        session.say(f"Left out, because no run was completed there: {', '.join(missing)}.")
    outcomes = {label: own for label, own in outcomes.items() if own}
    if not outcomes:
        raise AnalysisError("no run was completed: there is nothing to rank")
    league = rank(outcomes, [contender.name for contender in options.contenders], options.bounds)
    return Played(way, league, outcomes)


def _text(played: Sequence[Played], effects: Sequence[Effect]) -> str:
    if len(played) == 1:
        said = sentences(played[0].league)
        return align([HEADER, *cells(played[0].league)], left=WORDS) + "\n\n" + "\n".join(said) + "\n"
    bare, shipped = (one.league for one in played)
    table = align([BOTH_HEADER, *both_cells(bare, shipped, effects)], left=BOTH_WORDS)
    parts = [table, "\n".join(both_sentences(bare, shipped, effects))]
    for one in reversed(played):
        parts.append(f"{WAY_WORDS[one.way].capitalize()}\n\n" + align([HEADER, *cells(one.league)], left=WORDS))
        parts.append("\n".join(sentences(one.league)))
    return "\n\n".join(parts) + "\n"


def _write(options: Options, session: Session, points: Sequence[Point], played: Sequence[Played],
           effects: Sequence[Effect], warnings: Sequence[str], text: str) -> None:
    write_text(text, options.out / "league.txt")
    write_table(_stack(league_table(one.league, options, one.way or "scenario") for one in reversed(played)),
                options.out / "league.csv")
    write_table(_stack(scenario_table(one.league, one.way or "scenario") for one in reversed(played)),
                options.out / "league-scenarios.csv")
    if effects:
        write_table(effects_table(effects), options.out / "league-rules.csv")
    every = [outcome for one in played for own in one.outcomes.values() for outcome in own]
    labels = short_labels(contenders_of(every))
    listed = [entry for entry in options.catalogue if entry.contender.name in labels]
    count = len(played[0].league.standings)
    page.write_page(options.out / "report.html", "League", [
        f"<h1>League: {count} contenders, {scenarios_text(len(played[0].league.scenarios))}</h1>",
        page.warnings(warnings),
        page.failed_runs(session.failures),
        *_both_parts(options, played, effects, labels),
        *(part for one in reversed(played) for part in _parts(options, one, labels, alone=len(played) == 1)),
        page.lines(session.remarks) if session.remarks else "",
        "<p>" + " · ".join(f'<a href="{name}">{name}</a>' for name in FILES if (options.out / name).is_file()) + "</p>",
        "<h2>Contenders</h2>" + page.table(
            [(entry.contender.name, entry.name, entry.section, entry.about, entry.source) for entry in listed],
            ("contender", "name", "section", "about", "source"), words=(1, 2, 3, 4)) if listed else "",
        "<h2>What was run</h2>" + page.contenders(every),
        f"<p>Overrides (--set): <code>{page.text('; '.join(options.sets) or 'none')}</code></p>"
        f"<pre>{page.text(options.command)}</pre>",
        page.provenance(every, [point.store.digest for point in points]),
    ])


def _stack(tables: object) -> pd.DataFrame:
    return pd.concat(list(tables), ignore_index=True)  # type: ignore[call-overload]


def _both_parts(options: Options, played: Sequence[Played], effects: Sequence[Effect], labels: dict[str, str]
                ) -> list[str]:
    """What stands in the report only when there are two ways."""
    if len(played) == 1:
        return []
    bare, shipped = (one.league for one in played)
    figure = draw_one(league_rules, league_rules.table(bare, shipped, effects), labels, options.out / "figures")
    return [
        "<h2>Bare and as shipped</h2>",
        page.table(both_cells(bare, shipped, effects), BOTH_HEADER, (), BOTH_WORDS),
        page.lines(both_sentences(bare, shipped, effects)),
        page.figure(figure, options.out),
    ]


def _parts(options: Options, one: Played, labels: dict[str, str], alone: bool) -> list[str]:
    """One league in the report."""
    league = one.league
    marks = ["best" if standing.rank == 1 else "" for standing in league.standings]
    return [
        "" if alone else f"<h2>{WAY_WORDS[one.way].capitalize()}</h2>",
        page.table(cells(league), HEADER, marks, WORDS),
        page.lines(sentences(league)),
        page.figure(_chart(options, one, labels, alone), options.out),
        "<h2>Scenarios</h2>" + page.table(_scenario_rows(one), ("scenario", "lowest mean (ms)", "by", "what it is"),
                                          words=(2, 3)),
    ]


def _chart(options: Options, one: Played, labels: dict[str, str], alone: bool) -> DrawnFigure:
    table = league_chart.table(one.league)
    if alone:
        return draw_one(league_chart, table, labels, options.out / "figures")
    return draw_one(league_chart, table, labels, options.out / "figures", f"league-{one.way}",
                    f"League, {WAY_WORDS[one.way]}")


def _scenario_rows(one: Played) -> list[tuple[str, ...]]:
    rows = []
    league = one.league
    for scenario in league.scenarios:
        fastest = [s for s in league.standings if s.rank is not None and scenario not in s.failed]
        best = min(fastest, key=lambda standing: standing.ratios[scenario]).contender if fastest else ""
        about = one.outcomes[scenario][0].info["scenario"].get("about", "")
        rows.append((scenario, f"{league.reference_s[scenario] * 1e3:.4g}", best, about))
    return rows
