"""What the figures share: size, colours that colour-blind readers tell apart, agents' order, saving."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Iterable, Sequence

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen before pyplot is imported)
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.collections import LineCollection  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

from ..files import write_table, write_whole  # noqa: E402
from ..results import RunResult  # noqa: E402

# Two columns of a journal page; the PNG has 1050 pixels across.
WIDTH_IN = 7.0
DPI = 150

# More lines than this in one pair of axes are not told apart.
MOST_LINES = 10

# Okabe and Ito's palette without its yellow, which is hard to see on white; seven colours and five
# dash patterns repeat together only after 35 contenders.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7", "#56B4E9", "#E69F00")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
_MARKERS = "osD^vPX"

matplotlib.rcParams.update({
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "pdf.fonttype": 42,
    "figure.dpi": DPI,
    "axes.spines.top": False,
    "axes.spines.right": False,
})


def line_style(index: int) -> dict[str, Any]:
    """Colour and dashes of the contender with this index."""
    return {"color": _COLOURS[index % len(_COLOURS)], "linestyle": _DASHES[index % len(_DASHES)]}


def marker_style(index: int) -> dict[str, Any]:
    """Colour and marker of the contender with this index."""
    return {"color": _COLOURS[index % len(_COLOURS)], "marker": _MARKERS[index % len(_MARKERS)]}


def new_figure(height_in: float) -> tuple[Figure, Axes]:
    """One pair of axes, 7 in wide."""
    figure, axes = plt.subplots(figsize=(WIDTH_IN, height_in), constrained_layout=True)
    return figure, axes


def new_panels(count: int, panel_height_in: float) -> tuple[Figure, list[Axes]]:
    """One panel per contender with common axes: one column, more when there are many contenders."""
    columns = 1 if count <= 6 else 2 if count <= 16 else 3
    rows = math.ceil(count / columns)
    figure, grid = plt.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False, constrained_layout=True,
        figsize=(WIDTH_IN, 0.7 + panel_height_in * rows),
    )
    panels = list(grid.flat)
    for index, panel in enumerate(panels):
        if index >= count:
            panel.set_visible(False)
        elif index + columns >= count:
            panel.tick_params(labelbottom=True)
    return figure, panels[:count]


def line_panels(names: Sequence[str], labels: dict[str, str], height_in: float) -> tuple[Figure, dict[str, Axes]]:
    """Where the line of each contender is drawn: all in one pair of axes or, when they are too many to be told apart
    there, each in a panel of its own (see draw_field())."""
    if len(names) <= MOST_LINES:
        figure, axes = new_figure(height_in)
        return figure, dict.fromkeys(names, axes)
    figure, panels = new_panels(len(names), 1.5)
    for panel, name in zip(panels, names):
        panel.set_title(labels[name], loc="left", pad=2)
    return figure, dict(zip(names, panels))


def draw_field(panels: dict[str, Axes], lines: dict[str, np.ndarray]) -> None:
    """Draws every line of shape (points, 2) in grey into every panel, so that each contender shows the field."""
    for panel in dict.fromkeys(panels.values()):
        field = LineCollection(list(lines.values()), colors="0.75", linewidths=0.4, rasterized=True, zorder=1)
        panel.add_collection(field)


def label_panels(figure: Figure, panels: Iterable[Axes], x: str, y: str) -> None:
    """Names the axes once: on the axes when there is one pair, else on the figure."""
    distinct = list(dict.fromkeys(panels))
    if len(distinct) == 1:
        distinct[0].set(xlabel=x, ylabel=y)
    else:
        figure.supxlabel(x, fontsize=8.5)
        figure.supylabel(y, fontsize=8.5)


def present_in(data: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """The contenders of `labels` that the table has, in the order of `labels`."""
    known = set(data["contender"])
    return [name for name in labels if name in known]


def runs_by_contender(runs: Sequence[RunResult], contenders: Sequence[str]) -> dict[str, list[RunResult]]:
    """Contender → its runs, in the order of `contenders`; without those that have none."""
    own = {name: [run for run in runs if run.contender.name == name] for name in contenders}
    return {name: found for name, found in own.items() if found}


def common_run(runs: Sequence[RunResult], contenders: Sequence[str]) -> dict[str, RunResult]:
    """Contender → one run, for figures of single runs: the lowest RngRun that all have, else its lowest."""
    present = {name: {run.rng_run: run for run in own} for name, own in runs_by_contender(runs, contenders).items()}
    common = set.intersection(*(set(numbers) for numbers in present.values()))
    return {name: numbers[min(common) if common else min(numbers)] for name, numbers in present.items()}


def sorted_agents(capacities: dict[str, float]) -> list[str]:
    """Agents by falling capacity, then by name with numbers in number order (a[2] before a[10])."""

    def natural(name: str) -> list[Any]:
        return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]

    return sorted(capacities, key=lambda agent: (-capacities[agent], natural(agent)))


def thin_labels(names: Sequence[str], most: int) -> tuple[list[int], list[str]]:
    """Positions and labels of at most `most` of the names, evenly spaced from the first."""
    step = max(1, math.ceil(len(names) / most))
    positions = list(range(0, len(names), step))
    return positions, [names[i] for i in positions]


def finish_empty(axes: Axes, text: str) -> None:
    """Says in the middle of axes why nothing is drawn there."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")


def plain_number(value: float, _position: Any = None) -> str:
    """A tick label without exponent or superfluous zeros."""
    return np.format_float_positional(value, precision=6, trim="-") if value else "0"


def use_log(axes: Axes, direction: str) -> None:
    """Makes the axis `direction` ("x" or "y") logarithmic, with enough labels also where it spans one decade."""
    getattr(axes, f"set_{direction}scale")("log")
    axis = axes.xaxis if direction == "x" else axes.yaxis
    low, high = sorted(axis.get_view_interval())
    if high < 100 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(plain_number))
    axis.set_minor_formatter(NullFormatter())


def save(figure: Figure, table: pd.DataFrame, stem: Path) -> None:
    """Writes stem.png, stem.pdf and stem.csv, each complete or not at all; equal input gives equal bytes."""
    metadata: dict[str, dict[str, Any]] = {"png": {"Software": None}, "pdf": {"CreationDate": None}}
    for kind, facts in metadata.items():
        write_whole(Path(f"{stem}.{kind}"),
                    lambda path, kind=kind, facts=facts: figure.savefig(path, format=kind, dpi=DPI, metadata=facts))
    plt.close(figure)
    write_table(table, Path(f"{stem}.csv"))


def capacities_of(windows: Iterable[pd.DataFrame]) -> dict[str, float]:
    """Agent → mean capacity over all windows given (weighted by their length)."""
    together = pd.concat([w[["agent", "capacity", "start_s", "end_s"]] for w in windows], ignore_index=True)
    length = together["end_s"] - together["start_s"]
    weighted = (together["capacity"] * length).groupby(together["agent"], sort=False).sum()
    return (weighted / length.groupby(together["agent"], sort=False).sum()).to_dict()
