"""The curves of a sweep: every metric against the swept key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ..sweep_values import Sweep
from .drawn import DrawnFigure
from .style import MOST_LINES, WIDTH_IN, draw_field, line_panels, line_style, plt, present_in, save, use_log


@dataclass(frozen=True)
class _Metric:
    """A column of sweep.csv, its interval's, and how both are shown."""

    column: str
    interval: str
    label: str
    factor: float
    response_time: bool


_METRICS = (
    _Metric("mean_s", "mean_ci95_s", "mean response time (ms)", 1e3, True),
    _Metric("p50_s", "p50_ci95_s", "p50 (ms)", 1e3, True),
    _Metric("p99_s", "p99_ci95_s", "p99 (ms)", 1e3, True),
    _Metric("failed_share", "failed_share_ci95", "failed requests (%)", 100, False),
    _Metric("jain_window", "jain_ci95", "Jain's index per window", 1, False),
)
_HOW_TO_READ = (
    "Means over runs with their 95 % intervals. Hollow marks are overloaded: requests without an outcome at twice the "
    "duration are left out, so that response times are too low. Beside Jain's index the black dashed line is what "
    "picks at random in the ideal shares would give. A bound, which knows what no proxy can know, is dotted black."
)


def draw_sweep(data: pd.DataFrame, sweep: Sweep, labels: dict[str, str], folder: Path) -> list[DrawnFigure]:
    """One figure with a panel per metric or, with too many contenders for that, one figure per metric with a panel per
    contender. Each is written with the rows that it shows as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    title = f"Against {sweep.key}"
    if data["contender"].nunique() <= MOST_LINES:
        stem = folder / "sweep"
        save(_draw_together(data, sweep, labels), data, stem)
        return [DrawnFigure(stem, title, _HOW_TO_READ)]
    drawn = []
    for metric in _METRICS:
        stem = folder / f"sweep-{metric.column.removesuffix('_s').replace('_', '-')}"
        columns = ["key", "value", "contender", "bound", "unfinished", metric.column, metric.interval, "jain_chance"]
        save(_draw_apart(data, sweep, labels, metric), data[columns], stem)
        drawn.append(DrawnFigure(stem, f"{title}: {metric.label}", _HOW_TO_READ + " Grey are the others."))
    return drawn


def _draw_together(data: pd.DataFrame, sweep: Sweep, labels: dict[str, str]) -> Figure:
    figure, grid = plt.subplots(3, 2, sharex=True, constrained_layout=True, figsize=(WIDTH_IN, 6.6))
    for axes, metric in zip(grid.flat, _METRICS):
        for index, name in enumerate(labels):
            _draw_line(axes, data[data["contender"] == name], metric, index, labels[name])
        _finish(axes, data, sweep, metric)
        axes.set_ylabel(metric.label)
        axes.tick_params(labelbottom=True)
    figure.align_ylabels()
    handles, names = grid[0, 0].get_legend_handles_labels()
    chance = [(h, n) for h, n in zip(*grid[2, 0].get_legend_handles_labels()) if n == "at random"]
    handles += [h for h, _ in chance]
    names += [n for _, n in chance]
    grid[2, 1].axis("off")
    grid[2, 1].legend(handles, names, loc="center", frameon=False, fontsize=7.5)
    figure.supxlabel(sweep.key, fontsize=8.5)
    return figure


def _draw_apart(data: pd.DataFrame, sweep: Sweep, labels: dict[str, str], metric: _Metric) -> Figure:
    present = present_in(data, labels)
    figure, panels = line_panels(present, labels, 3.0)
    own = {name: data[data["contender"] == name] for name in present}
    draw_field(panels, {name: np.column_stack([rows["value"], rows[metric.column] * metric.factor])
                        for name, rows in own.items()})
    for index, name in enumerate(present):
        _draw_line(panels[name], own[name], metric, index, labels[name])
        _finish(panels[name], data, sweep, metric)
    figure.supxlabel(sweep.key, fontsize=8.5)
    figure.supylabel(metric.label, fontsize=8.5)
    return figure


def _draw_line(axes: Axes, rows: pd.DataFrame, metric: _Metric, index: int, label: str) -> None:
    if rows.empty:
        return
    rows = rows.sort_values("value")
    bound = bool(rows["bound"].iloc[0])
    style = {"color": "black", "linestyle": ":"} if bound else line_style(index)
    values = rows[metric.column].to_numpy(dtype=float) * metric.factor
    half = rows[metric.interval].to_numpy(dtype=float) * metric.factor
    axes.plot(rows["value"], values, linewidth=1.3, label=label, zorder=3, **style)
    # An interval that reaches below 0 ends there, which on a logarithmic axis is below the picture.
    low = np.maximum(values - half, 1e-9 if metric.response_time else 0)
    axes.fill_between(rows["value"], low, values + half, color=style["color"], alpha=0.15, linewidth=0, zorder=2)
    hollow = (rows["unfinished"] > 0).to_numpy() & metric.response_time
    for mask, face in ((hollow, "white"), (~hollow, style["color"])):
        axes.plot(rows["value"][mask], values[mask], "o", markersize=3.2, color=style["color"], markerfacecolor=face,
                  zorder=4)


def _finish(axes: Axes, data: pd.DataFrame, sweep: Sweep, metric: _Metric) -> None:
    """Scales: logarithmic across for geometric values, up where response times span more than a decade."""
    if metric.column == "jain_window":
        chance = data.groupby("value")["jain_chance"].mean()
        axes.plot(chance.index, chance, color="black", linestyle="--", linewidth=1, label="at random", zorder=5)
        axes.set_ylim(0, 1.05)
    values = data[metric.column].to_numpy(dtype=float) * metric.factor
    positive = values[values > 0]
    if metric.response_time and positive.size and positive.max() > 10 * positive.min():
        axes.set_ylim(positive.min() / 1.3, positive.max() * 1.3)
        use_log(axes, "y")
    elif metric.column != "jain_window":
        axes.set_ylim(0, positive.max() * 1.1 if positive.size else 1)
    if sweep.geometric:
        use_log(axes, "x")
        axes.set_xticks(_ticks(sweep.numbers))
        axes.xaxis.set_minor_locator(NullLocator())


def _ticks(numbers: Sequence[float]) -> list[float]:
    """At most six of the values, evenly spread."""
    step = -(-len(numbers) // 6)
    return list(numbers[::step])
