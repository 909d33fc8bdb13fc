"""The league in one figure: scores with intervals, and every contender's ratio in every scenario."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..ranking import League
from .league_frame import COLOUR, finish_scenarios, finish_scores, new_frame
from .style import plain_number

NAME = "league"
TITLE = "League"
HOW_TO_READ = (
    "Left: the score with its 95 % interval over runs (1 is the best of every scenario; hollow: it fails scenarios, or "
    "the score is a lower bound), and the p99 score as a diamond. Right: mean response time in each scenario, as a "
    "multiple of the lowest there; a cross marks scenarios that the contender fails. Bounds are below the line and not "
    "ranked."
)
# Beyond a hundred times the best it does not matter how much worse something is.
_WORST_SHOWN = 100


def table(league: League) -> pd.DataFrame:
    """One row per contender and scenario, in order of rank."""
    rows = [
        (s.rank, s.contender, s.score, s.low, s.high, s.p99_score, s.lower_bound, len(s.failed), scenario,
         s.ratios[scenario], scenario in s.failed)
        for s in league.standings for scenario in league.scenarios
    ]
    columns = ["rank", "contender", "score", "score_low", "score_high", "p99_score", "lower_bound", "failed_scenarios",
               "scenario", "ratio", "fails"]
    return pd.DataFrame(rows, columns=columns).astype({"rank": "Int64"})


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Contenders are rows, best on top; scores at the left on a log axis, scenarios at the right."""
    contenders = list(dict.fromkeys(data["contender"]))
    scenarios = list(dict.fromkeys(data["scenario"]))
    rows = data.drop_duplicates("contender").reset_index(drop=True)
    names = [f"{labels.get(row.contender, row.contender)}  {'–' if pd.isna(row.rank) else row.rank}"
             for row in rows.itertuples()]
    figure, left, right = new_frame(names, scenarios)
    _draw_scores(left, rows)
    image = _draw_ratios(right, data, contenders, scenarios)
    ranked = int(rows["rank"].notna().sum())
    if ranked < len(rows):
        for axes in (left, right):
            axes.axhline(ranked - 0.5, color="black", linewidth=1)
    bar = figure.colorbar(image, ax=[left, right], orientation="horizontal", location="bottom", shrink=0.6, aspect=40,
                          pad=0.01, ticks=[1, 2, 5, 10, 20, 50, 100], format=FuncFormatter(plain_number))
    bar.set_label(
        f"mean response time / lowest of the scenario (from {_WORST_SHOWN} on one colour); ×: fails the scenario"
    )
    bar.minorticks_off()
    return figure


def _draw_scores(axes: Axes, rows: pd.DataFrame) -> None:
    places = rows.index.to_numpy()
    score = np.minimum(rows["score"].to_numpy(dtype=float), 1e9)
    certain = ~(rows["lower_bound"] | (rows["failed_scenarios"] > 0)).to_numpy()
    low, high = rows["score_low"].astype(float), rows["score_high"].astype(float)
    axes.hlines(places, low, high, color=COLOUR, linewidth=1.4)
    for mask, face in ((certain, COLOUR), (~certain, "white")):
        axes.plot(score[mask], places[mask], "o", markersize=4, markeredgecolor=COLOUR, markerfacecolor=face, zorder=3)
    axes.plot(np.minimum(rows["p99_score"].to_numpy(dtype=float), 1e9), places, "D", markersize=2.6, color="#D55E00",
              alpha=0.8, zorder=2)
    finish_scores(axes, "score (circle), p99 score (diamond)")


def _draw_ratios(axes: Axes, data: pd.DataFrame, contenders: list[str], scenarios: list[str]):
    def grid(values: str) -> np.ndarray:
        return data.pivot(index="contender", columns="scenario", values=values).loc[contenders, scenarios].to_numpy()

    fails = grid("fails").astype(bool)
    shown = np.clip(grid("ratio").astype(float), 1, _WORST_SHOWN)
    image = axes.imshow(shown, aspect="auto", cmap="cividis_r", norm=LogNorm(1, _WORST_SHOWN), interpolation="nearest")
    down, across = np.nonzero(fails)
    axes.plot(across, down, "x", color="#D55E00", markersize=4, markeredgewidth=1.2)
    finish_scenarios(axes, scenarios)
    return image
