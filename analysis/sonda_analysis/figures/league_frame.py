"""What the league's figures share: contenders down, scores at the left on a log axis, scenarios at the right."""

from __future__ import annotations

from typing import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from .style import plain_number, plt

COLOUR = "#0072B2"
_ROW_IN = 0.165
_WIDTH_IN = 10.5


def new_frame(names: Sequence[str], scenarios: Sequence[str]) -> tuple[Figure, Axes, Axes]:
    """A figure of a row for each of `names`, the first on top, with axes for the scores and for the scenarios."""
    width = 3.4 + 0.36 * len(scenarios)
    figure, (left, right) = plt.subplots(
        1, 2, sharey=True, constrained_layout=True, gridspec_kw={"width_ratios": [3.4, 0.36 * len(scenarios) + 0.4]},
        figsize=(max(7.0, min(_WIDTH_IN, 2.4 + width)), 1.9 + _ROW_IN * max(6, len(names))),
    )
    left.set_yticks(range(len(names)), names, fontsize=7)
    left.set_ylim(len(names) - 0.5, -0.5)
    return figure, left, right


def finish_scores(axes: Axes, label: str) -> None:
    """Makes the drawn scores read: 1 is the best, the axis is logarithmic."""
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(label)
    axes.grid(axis="y", alpha=0.3)


def finish_scenarios(axes: Axes, scenarios: Sequence[str]) -> None:
    """Names the columns of the drawn image, above it."""
    axes.set_xticks(range(len(scenarios)), scenarios, rotation=60, ha="left", rotation_mode="anchor", fontsize=7)
    axes.xaxis.tick_top()
    axes.tick_params(left=False)
    axes.grid(visible=False)
