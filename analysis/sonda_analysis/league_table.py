"""The league as text and tables: standings, how they are read, league.csv and league-scenarios.csv."""

from __future__ import annotations

import math

import pandas as pd

from .options import Options
from .ranking import FAILED_MARGIN, League, Standing
from .statistics import mean_interval

HEADER = ("rank", "95 %", "contender", "score", "95 % interval", "p99 score", "worst scenario", "fails", "")
# Columns of HEADER that are no numbers.
WORDS = (2, 6, 8)
LEAGUE_COLUMNS = (
    "proxy", "rank", "rank_low", "rank_high", "contender", "name", "section", "bound", "runs", "scenarios",
    "failed_scenarios", "score", "score_low", "score_high", "p99_score", "lower_bound", "worst_scenario", "worst_ratio",
    "told_apart_from_best", "told_apart_from_above",
)
SCENARIO_COLUMNS = (
    "proxy", "scenario", "contender", "bound", "runs", "requests", "failures", "unfinished", "mean_s", "mean_ci95_s",
    "p50_s", "p99_s", "ratio", "reference_s", "fails",
)

# league-scenarios.csv and the figure have the others.
_MOST_NAMED = 3


def scenarios_text(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"


def worst(standing: Standing) -> tuple[str, float]:
    """The scenario in which it is furthest behind, and how far; one that it fails before others."""
    candidates = standing.failed or tuple(standing.ratios)
    scenario = max(candidates, key=lambda name: standing.ratios[name])
    return scenario, standing.ratios[scenario]


def ratio_text(value: float) -> str:
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
            s.contender, more + ratio_text(s.score),
            "" if s.low is None or s.high is None else f"{ratio_text(s.low)}–{ratio_text(s.high)}",
            more + ratio_text(s.p99_score), f"{scenario} × {ratio_text(ratio)}",
            str(len(s.failed)), verdict(league, s),
        ))
    return rows


def sentences(league: League) -> list[str]:
    """How the table is read, and what cannot be told from it."""
    runs = len(league.runs)
    said = [
        f"Over {scenarios_text(len(league.scenarios))} with {runs} run{'s' if runs > 1 else ''} each. Score: geometric "
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
                    f"({ratio_text(p99.p99_score)}).")
    if any(standing.lower_bound for standing in league.standings):
        said.append("> a lower bound: requests without an answer at twice the duration count as if they had taken the "
                    "duration.")
    for contender, why in league.incomplete.items():
        said.append(f"Left out: {contender} ({why}).")
    return said


def league_table(league: League, options: Options, proxy: str) -> pd.DataFrame:
    """LEAGUE_COLUMNS, one row per contender in order of rank; what does not exist is empty. `proxy` says by which rules."""
    names = {entry.contender.name: entry for entry in options.catalogue}
    records = []
    for s in league.standings:
        scenario, ratio = worst(s)
        entry = names.get(s.contender)
        records.append((
            proxy, s.rank, s.rank_low, s.rank_high, s.contender, entry.name if entry else s.contender,
            entry.section if entry else None, s.rank is None, len(league.runs), len(league.scenarios), len(s.failed),
            s.score, s.low, s.high, s.p99_score, s.lower_bound, scenario, ratio,
            s.from_best.apart if s.from_best else None, s.from_above.apart if s.from_above else None,
        ))
    table = pd.DataFrame(records, columns=list(LEAGUE_COLUMNS))
    return table.astype({"rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})


def scenario_table(league: League, proxy: str) -> pd.DataFrame:
    """SCENARIO_COLUMNS, one row per scenario and contender, in order of rank."""
    records = []
    for scenario in league.scenarios:
        for s in league.standings:
            cell = league.cells[scenario, s.contender]
            mean = mean_interval(cell.mean_s)
            records.append((
                proxy, scenario, s.contender, s.rank is None, len(league.runs), int(cell.requests.sum()),
                int(cell.failures.sum()), int(cell.unfinished.sum()), mean.mean, mean.half_width,
                cell.p50_s.mean(), cell.p99_s.mean(), s.ratios[scenario], league.reference_s[scenario],
                scenario in s.failed,
            ))
    return pd.DataFrame(records, columns=list(SCENARIO_COLUMNS))
