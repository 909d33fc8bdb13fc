"""Forest plot: the paired differences from the reference, which are the claim itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from .style import WIDTH_IN, finish_empty, plt

NAME = "differences"
TITLE = "Differences between contenders"
HOW_TO_READ = (
    "Each mark is a contender's difference of means over runs of equal RngRun, with its interval, Holm-corrected over "
    "contenders. Filled: the interval does not include 0, the difference is told apart from none. Hollow: it does, and "
    "the runs cannot tell. Left of the line is faster. Where the scale has equal steps for powers of ten, the part "
    "between the innermost labels is linear."
)
_COLOUR = "#0072B2"
_HEADINGS = {"mean": "mean response time", "p99": "p99", "regret": "mean"}

# From this ratio of the largest difference to the smaller ones on, a linear axis would hide those.
_MOST_FOR_LINEAR = 50


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per metric with contenders as rows, in the order of the first panel's differences."""
    metrics = [metric for metric in _HEADINGS if (data["metric"] == metric).any()]
    first = data[data["metric"] == (metrics[0] if metrics else "")]
    order = list(first.sort_values("difference_s")["contender"])
    order += [name for name in dict.fromkeys(data["contender"]) if name not in order]
    figure, grid = plt.subplots(1, max(1, len(metrics)), sharey=True, squeeze=False, constrained_layout=True,
                                figsize=(WIDTH_IN, 1.1 + 0.2 * max(3, len(order))))
    if not metrics:
        finish_empty(grid[0, 0], "there is nothing to compare")
        return figure
    for panel, metric in zip(grid[0], metrics):
        rows = data[data["metric"] == metric].set_index("contender").reindex(order).reset_index()
        _draw_panel(panel, rows)
        reference = str(data.loc[data["metric"] == metric, "reference"].iloc[0])
        panel.set_title(f"{_HEADINGS[metric]}, minus that of\n{labels.get(reference, reference)}", loc="left")
    grid[0, 0].set_yticks(range(len(order)), [labels.get(name, name) for name in order])
    grid[0, 0].set_ylim(len(order) - 0.4, -0.6)
    figure.supxlabel("difference of response times", fontsize=8.5)
    return figure


def _draw_panel(panel: Axes, rows: pd.DataFrame) -> None:
    values = rows["difference_s"].to_numpy(dtype=float) * 1e3
    halves = rows["half_width_s"].to_numpy(dtype=float) * 1e3
    places = np.arange(len(rows))
    panel.axvline(0, color="black", linewidth=0.9, zorder=1)
    known = np.isfinite(halves)
    low, high = (values - halves)[known], (values + halves)[known]
    panel.hlines(places[known], low, high, color=_COLOUR, linewidth=1.4, zorder=2)
    apart = rows["told_apart"].eq(True).to_numpy()
    for mask, face in ((apart, _COLOUR), (~apart, "white")):
        panel.plot(values[mask], places[mask], "o", markersize=4.5, markeredgecolor=_COLOUR, markerfacecolor=face,
                   zorder=3)
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size and sizes.max() > _MOST_FOR_LINEAR * np.quantile(sizes, 0.1):
        _use_symlog(panel, values, halves)
    else:
        panel.xaxis.set_major_locator(MaxNLocator(4))
    panel.xaxis.set_major_formatter(FuncFormatter(_with_unit))
    panel.grid(axis="y", visible=False)


def _use_symlog(panel: Axes, values: np.ndarray, halves: np.ndarray) -> None:
    """Powers of ten beyond a linear part that holds the smallest differences."""
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    threshold = 10.0 ** np.floor(np.log10(np.quantile(known, 0.1)))
    reach = np.nanmax(np.abs(values) + np.nan_to_num(halves))
    panel.set_xscale("symlog", linthresh=threshold, linscale=0.5)
    decades = [threshold * 10.0**power for power in range(int(np.ceil(np.log10(reach / threshold))) + 1)]
    both = np.nanmin(values - np.nan_to_num(halves)) < -threshold
    # From the largest down, so that labels do not meet at 0, where the scale is narrow.
    shown = decades[:0:-2] if both else decades[:: -(-len(decades) // 5)]
    panel.set_xticks([*([-tick for tick in shown] if both else []), 0, *shown])
    panel.xaxis.set_minor_locator(NullLocator())


def _with_unit(milliseconds: float, _position: object = None) -> str:
    """`-20 s`, `100 ms`: as short as a tick label has to be."""
    if abs(milliseconds) >= 1000:
        return f"{milliseconds / 1000:g} s"
    return f"{milliseconds:g} ms" if milliseconds else "0"
