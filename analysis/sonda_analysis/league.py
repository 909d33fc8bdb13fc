"""`./sonda compare --all`: every contender in every scenario, one table and one figure."""

from __future__ import annotations

import math
import sys
from typing import Mapping, Sequence

import pandas as pd

from . import page
from .comparison import check_same_parameters
from .contenders import short_labels
from .errors import AnalysisError
from .figures import draw_one, league_chart
from .files import write_table, write_text
from .options import Options
from .ranking import FAILED_MARGIN, League, Standing, rank
from .results import Outcome
from .runs import RunStore
from .session import Point, Session, contenders_of, read_outcomes, shown_path
from .statistics import mean_interval
from .table import align

HEADER = ("rank", "95 %", "contender", "score", "95 % interval", "p99 score", "worst scenario", "fails", "")
LEAGUE_COLUMNS = (
    "rank", "rank_low", "rank_high", "contender", "name", "section", "bound", "runs", "scenarios", "failed_scenarios",
    "score", "score_low", "score_high", "p99_score", "lower_bound", "worst_scenario", "worst_ratio",
    "told_apart_from_best", "told_apart_from_above",
)
SCENARIO_COLUMNS = (
    "scenario", "contender", "bound", "runs", "requests", "failures", "unfinished", "mean_s", "mean_ci95_s", "p50_s",
    "p99_s", "ratio", "reference_s", "fails",
)

# Columns that are no numbers.
_WORDS = (2, 6, 8)
# league-scenarios.csv and the figure have the others.
_MOST_NAMED = 3


def run_league(options: Options, session: Session) -> None:
    """Runs what is missing; writes league.csv, league-scenarios.csv, league.txt, the figure and report.html."""
    points = [Point(RunStore(options.out, scenario.file, options.sets, options.sim), scenario.name)
              for scenario in options.scenarios]
    session.leave_out_refused_bounds(points)
    options = session.options
    session.check(points)
    done = session.runs_of(points, f"League over {_scenarios(len(points))}")
    outcomes = {point.label: read_outcomes(done[point]) for point in points}
    if missing := [label for label, own in outcomes.items() if not own]:
        session.say(f"Left out, because no run was completed there: {', '.join(missing)}.")
    outcomes = {label: own for label, own in outcomes.items() if own}
    if not outcomes:
        raise AnalysisError("no run was completed: there is nothing to rank")
    warnings = list(dict.fromkeys(w for own in outcomes.values() for w in check_same_parameters(own)))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    league = rank(outcomes, [contender.name for contender in options.contenders], options.bounds)
    text = align([HEADER, *cells(league)], left=_WORDS)
    said = sentences(league)
    whole = text + "\n\n" + "\n".join(said) + "\n"
    _write(options, session, points, league, outcomes, warnings, whole)
    print(f"\n{whole}\nReport: {shown_path(options.out / 'report.html')}", flush=True)


def _write(options: Options, session: Session, points: Sequence[Point], league: League,
           outcomes: Mapping[str, Sequence[Outcome]], warnings: Sequence[str], text: str) -> None:
    write_text(text, options.out / "league.txt")
    write_table(league_table(league, options), options.out / "league.csv")
    by_scenario = scenario_table(league)
    write_table(by_scenario, options.out / "league-scenarios.csv")
    every = [outcome for own in outcomes.values() for outcome in own]
    labels = short_labels(contenders_of(every))
    figure = draw_one(league_chart, league_chart.table(league), labels, options.out / "figures")
    listed = [entry for entry in options.catalogue if entry.contender.name in labels]
    marks = ["best" if standing.rank == 1 else "" for standing in league.standings]
    page.write_page(options.out / "report.html", "League", [
        f"<h1>League: {len(league.standings)} contenders, {_scenarios(len(league.scenarios))}</h1>",
        page.warnings(warnings),
        page.failed_runs(session.failures),
        page.table(cells(league), HEADER, marks, _WORDS),
        page.lines([*sentences(league), *session.remarks]),
        page.figure(figure, options.out),
        "<h2>Scenarios</h2>" + page.table(_scenario_rows(league, outcomes),
                                          ("scenario", "lowest mean (ms)", "by", "what it is"), words=(2, 3)),
        '<p><a href="league.csv">league.csv</a> · <a href="league-scenarios.csv">league-scenarios.csv</a> · '
        '<a href="league.txt">league.txt</a></p>',
        "<h2>Contenders</h2>" + page.table(
            [(entry.contender.name, entry.name, entry.section, entry.about, entry.source) for entry in listed],
            ("contender", "name", "section", "about", "source"), words=(1, 2, 3, 4)) if listed else "",
        "<h2>What was run</h2>" + page.contenders(every),
        f"<p>Overrides (--set): <code>{page.text('; '.join(options.sets) or 'none')}</code></p>"
        f"<pre>{page.text(options.command)}</pre>",
        page.provenance(every, [point.store.digest for point in points]),
    ])


def _scenario_rows(league: League, outcomes: Mapping[str, Sequence[Outcome]]) -> list[tuple[str, ...]]:
    rows = []
    for scenario in league.scenarios:
        fastest = [s for s in league.standings if s.rank is not None and scenario not in s.failed]
        best = min(fastest, key=lambda standing: standing.ratios[scenario]).contender if fastest else ""
        about = outcomes[scenario][0].info["scenario"].get("about", "")
        rows.append((scenario, f"{league.reference_s[scenario] * 1e3:.4g}", best, about))
    return rows


def _scenarios(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"


def worst(standing: Standing) -> tuple[str, float]:
    """The scenario in which it is furthest behind, and how far; one that it fails before others."""
    candidates = standing.failed or tuple(standing.ratios)
    scenario = max(candidates, key=lambda name: standing.ratios[name])
    return scenario, standing.ratios[scenario]


def _ratio(value: float) -> str:
    if math.isinf(value):
        return "none"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def verdict(league: League, standing: Standing) -> str:
    """`best`, what it cannot be told apart from, and the scenarios that it fails."""
    if standing.rank is None:
        return "bound, not ranked"
    said = []
    if standing is league.standings[0]:
        said.append("best")
    elif standing.from_best is not None and standing.from_best.apart is None:
        said.append("not tested")
    elif standing.from_best is not None and standing.from_best.apart is False:
        said.append("not told apart from the best")
    elif standing.from_above is not None and standing.from_above.apart is False:
        said.append("not told apart from the one above")
    if standing.failed:
        more = f" and {len(standing.failed) - _MOST_NAMED} more" if len(standing.failed) > _MOST_NAMED else ""
        said.append(f"fails {', '.join(standing.failed[:_MOST_NAMED])}{more}")
    return "; ".join(said)


def cells(league: League) -> list[tuple[str, ...]]:
    """The table's cells under HEADER, best first, bounds last; `>` where a score is a lower bound."""
    rows = []
    for s in league.standings:
        scenario, ratio = worst(s)
        more = "> " if s.lower_bound else ""
        ranks = dict.fromkeys(str(rank) for rank in (s.rank_low, s.rank_high) if rank is not None)
        rows.append((
            "" if s.rank is None else str(s.rank), "–".join(ranks),
            s.contender, more + _ratio(s.score),
            "" if s.low is None or s.high is None else f"{_ratio(s.low)}–{_ratio(s.high)}",
            more + _ratio(s.p99_score), f"{scenario} × {_ratio(ratio)}",
            str(len(s.failed)), verdict(league, s),
        ))
    return rows


def sentences(league: League) -> list[str]:
    """How the table is read, and what cannot be told from it."""
    runs = len(league.runs)
    said = [
        f"Over {_scenarios(len(league.scenarios))} with {runs} run{'s' if runs > 1 else ''} each. Score: geometric "
        "mean of (mean response time / lowest of any ranked contender in that scenario); 1 is the best possible here. "
        f"Failing fewer scenarios ranks first: failing is to lose over {FAILED_MARGIN * 100:g} percentage point more "
        "requests than the best there.",
    ]
    if runs > 1:
        said.append("95 %: ranks when the runs are resampled 2,000 times; with few runs they are rather too narrow.")
    ranked = [standing for standing in league.standings if standing.rank is not None]
    if ranked:
        best = ranked[0]
        said.append(f"Best: {best.contender}." + (f" It fails: {', '.join(best.failed)}." if best.failed else ""))
        tied = [s.contender for s in ranked[1:] if s.from_best is not None and s.from_best.apart is False]
        if tied:
            said.append(f"The runs cannot tell it apart from: {', '.join(tied)} (paired by RngRun, 95 %, "
                        "Holm-corrected).")
        untested = [s.contender for s in ranked[1:] if s.from_best is not None and s.from_best.apart is None]
        if untested:
            said.append("One run of each: nothing can be told apart; use --runs 5.")
        p99 = min(ranked, key=lambda standing: (len(standing.failed), standing.p99_score))
        said.append(f"Lowest p99 score of those that fail the fewest scenarios: {p99.contender} "
                    f"({_ratio(p99.p99_score)}).")
    if any(standing.lower_bound for standing in league.standings):
        said.append("> a lower bound: requests without an answer at twice the duration count as if they had taken the "
                    "duration.")
    for contender, why in league.incomplete.items():
        said.append(f"Left out: {contender} ({why}).")
    return said


def league_table(league: League, options: Options) -> pd.DataFrame:
    """LEAGUE_COLUMNS, one row per contender in order of rank; what does not exist is empty."""
    names = {entry.contender.name: entry for entry in options.catalogue}
    records = []
    for s in league.standings:
        scenario, ratio = worst(s)
        entry = names.get(s.contender)
        records.append((
            s.rank, s.rank_low, s.rank_high, s.contender, entry.name if entry else s.contender,
            entry.section if entry else None, s.rank is None, len(league.runs), len(league.scenarios), len(s.failed),
            s.score, s.low, s.high, s.p99_score, s.lower_bound, scenario, ratio,
            s.from_best.apart if s.from_best else None, s.from_above.apart if s.from_above else None,
        ))
    table = pd.DataFrame(records, columns=list(LEAGUE_COLUMNS))
    return table.astype({"rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})


def scenario_table(league: League) -> pd.DataFrame:
    """SCENARIO_COLUMNS, one row per scenario and contender, in order of rank."""
    records = []
    for scenario in league.scenarios:
        for s in league.standings:
            cell = league.cells[scenario, s.contender]
            mean = mean_interval(cell.mean_s)
            records.append((
                scenario, s.contender, s.rank is None, len(league.runs), int(cell.requests.sum()),
                int(cell.failures.sum()), int(cell.unfinished.sum()), mean.mean, mean.half_width,
                cell.p50_s.mean(), cell.p99_s.mean(), s.ratios[scenario], league.reference_s[scenario],
                scenario in s.failed,
            ))
    return pd.DataFrame(records, columns=list(SCENARIO_COLUMNS))
