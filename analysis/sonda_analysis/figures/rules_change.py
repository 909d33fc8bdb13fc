"""What the proxy's rules change for each contender of one scenario: mean response time with / without, and failures."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..effects import Effect, effects_table
from .style import WIDTH_IN, plt

NAME = "rules"
TITLE = "What the rules change"
HOW_TO_READ = (
    "Left: mean response time as shipped, compared with bare, and its 95 % interval over paired runs; 0 where the rules "
    "change nothing. Right: share of requests that failed, bare (hollow) and as shipped (filled)."
)
_COLOUR = "#0072B2"


def table(effects: Sequence[Effect]) -> pd.DataFrame:
    """One row per contender."""
    return effects_table(effects)


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Contenders are rows, the first on top."""
    places = np.arange(len(data))
    figure, (left, right) = plt.subplots(1, 2, sharey=True, constrained_layout=True,
                                         figsize=(WIDTH_IN, 1.0 + 0.24 * max(4, len(data))))
    ratio = 100 * (data["ratio"].to_numpy(dtype=float) - 1)
    low, high = (100 * (data[name].astype(float).to_numpy() - 1) for name in ("ratio_low", "ratio_high"))
    left.hlines(places, low, high, color=_COLOUR, linewidth=1.4)
    left.plot(ratio, places, "o", color=_COLOUR, markersize=4)
    left.axvline(0, color="black", linewidth=0.8)
    left.set_xlabel("mean response time (%)")
    left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.3g}"))
    requests = np.maximum(data["requests"].to_numpy(dtype=float), 1)
    shares = [100 * data[name].to_numpy(dtype=float) / requests for name in ("failures_without", "failures_with")]
    right.hlines(places, np.minimum(*shares), np.maximum(*shares), color=_COLOUR, linewidth=1.2)
    right.plot(shares[0], places, "o", markersize=5, markeredgecolor=_COLOUR, markerfacecolor="white")
    right.plot(shares[1], places, "o", markersize=3.6, color=_COLOUR)
    right.set_xlabel("failed requests (%)")
    right.set_xlim(left=min(0, right.get_xlim()[0]))
    left.set_yticks(places, [labels.get(name, name) for name in data["contender"]])
    left.set_ylim(len(data) - 0.5, -0.5)
    return figure
