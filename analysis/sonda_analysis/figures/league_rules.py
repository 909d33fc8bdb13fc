"""What the proxy's rules change in the league: scores bare and as shipped, and every mean as a ratio of the two."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..effects import Effect
from ..ranking import League
from .league_frame import COLOUR, finish_scenarios, finish_scores, new_frame

NAME = "league-rules"
TITLE = "What the rules change"
HOW_TO_READ = (
    "Left: the score as shipped (filled) and bare (hollow), joined by a line; 1 is the best of every scenario in that "
    "league. Right: mean response time as shipped / bare in each scenario, white where nothing changes; a dot marks "
    "where the rules save at least one request in a hundred, a cross where they cost as many."
)
# Larger changes have one colour.
_MOST_SHOWN = 0.5
_SHARE = 0.01


def table(bare: League, shipped: League, effects: Sequence[Effect]) -> pd.DataFrame:
    """One row per contender and scenario, in order of rank as shipped."""
    plain = {standing.contender: standing for standing in bare.standings}
    by_cell = {(effect.contender, effect.scenario): effect for effect in effects}
    rows = []
    for standing in shipped.standings:
        other = plain.get(standing.contender)
        for scenario in shipped.scenarios:
            effect = by_cell.get((standing.contender, scenario))
            if other is not None and effect is not None:
                rows.append((standing.rank, other.rank, standing.contender, standing.score, other.score, scenario,
                             effect.ratio, effect.saved / max(effect.requests, 1)))
    columns = ["rank", "rank_bare", "contender", "score", "score_bare", "scenario", "ratio", "saved_share"]
    return pd.DataFrame(rows, columns=columns).astype({"rank": "Int64", "rank_bare": "Int64"})


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Contenders are rows, best as shipped on top."""
    contenders = list(dict.fromkeys(data["contender"]))
    scenarios = list(dict.fromkeys(data["scenario"]))
    rows = data.drop_duplicates("contender").reset_index(drop=True)
    names = [f"{labels.get(row.contender, row.contender)}  {_place(row.rank)} ({_place(row.rank_bare)})"
             for row in rows.itertuples()]
    figure, left, right = new_frame(names, scenarios)
    _draw_scores(left, rows)
    image = _draw_changes(right, data, contenders, scenarios)
    bar = figure.colorbar(image, ax=[left, right], orientation="horizontal", location="bottom", shrink=0.6, aspect=40,
                          pad=0.01, extend="both", format=FuncFormatter(lambda value, _: f"{100 * value:+.0f} %"))
    bar.set_label("mean response time as shipped, compared with bare; rank as shipped (bare)")
    return figure


def _place(rank: object) -> str:
    return "–" if pd.isna(rank) else str(rank)


def _draw_scores(axes: Axes, rows: pd.DataFrame) -> None:
    places = rows.index.to_numpy()
    shipped = np.minimum(rows["score"].to_numpy(dtype=float), 1e9)
    bare = np.minimum(rows["score_bare"].to_numpy(dtype=float), 1e9)
    axes.hlines(places, np.minimum(shipped, bare), np.maximum(shipped, bare), color=COLOUR, linewidth=1.2)
    axes.plot(bare, places, "o", markersize=4, markeredgecolor=COLOUR, markerfacecolor="white", zorder=2)
    axes.plot(shipped, places, "o", markersize=3.4, color=COLOUR, zorder=3)
    finish_scores(axes, "score: as shipped (filled), bare (hollow)")


def _draw_changes(axes: Axes, data: pd.DataFrame, contenders: list[str], scenarios: list[str]):
    def grid(values: str) -> np.ndarray:
        return data.pivot(index="contender", columns="scenario", values=values).reindex(
            index=contenders, columns=scenarios).to_numpy(dtype=float)

    change = np.clip(grid("ratio") - 1, -_MOST_SHOWN, _MOST_SHOWN)
    norm = TwoSlopeNorm(0, -_MOST_SHOWN, _MOST_SHOWN)
    image = axes.imshow(change, aspect="auto", cmap="PuOr_r", norm=norm, interpolation="nearest")
    saved = grid("saved_share")
    for mask, mark in ((saved >= _SHARE, "."), (saved <= -_SHARE, "x")):
        down, across = np.nonzero(mask)
        axes.plot(across, down, mark, color="black", markersize=4, markeredgewidth=1)
    finish_scenarios(axes, scenarios)
    return image
