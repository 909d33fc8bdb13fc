"""Share of requests slower than a time: where each contender's tail begins."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..results import RunResult
from ..statistics import merge_histograms, share_slower
from .style import (draw_field, finish_empty, label_panels, line_panels, line_style, plain_number, present_in,
                    runs_by_contender)

NAME = "response-time"
TITLE = "Response-time distribution"
HOW_TO_READ = (
    "How many requests took longer than the time on the x axis: the lower and the further left a line, the better; "
    "where it crosses 1 % is the p99. Thin lines are single runs; grey, in panels, are the others. Failed and "
    "unfinished requests have none."
)


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender, run (empty: all runs pooled) and bucket: low_s, high_s, count, share_slower."""
    parts = []
    for name, own in runs_by_contender(runs, contenders).items():
        pooled = merge_histograms([run.latency for run in own])
        for rng_run, histogram in [("", pooled), *((run.rng_run, run.latency) for run in own)]:
            ordered = histogram.sort_values("low_s")
            parts.append(ordered.assign(contender=name, rng_run=rng_run, share_slower=share_slower(ordered)))
    columns = ["contender", "rng_run", "low_s", "high_s", "count", "share_slower"]
    return pd.concat(parts, ignore_index=True)[columns]


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """1 − ECDF on log-log axes, milliseconds across."""
    present = present_in(data, labels) or list(labels)
    figure, panels = line_panels(present, labels, 4.2)
    smallest = data.loc[data["share_slower"] > 0, "share_slower"].min()
    if np.isnan(smallest):
        finish_empty(panels[present[0]], "no request was completed")
        return figure
    alone = len(set(panels.values())) > 1
    if alone:
        pooled = data[data["rng_run"] == ""]
        draw_field(panels, {name: _field_line(pooled[pooled["contender"] == name]) for name in present})
    for index, name in enumerate(present):
        _draw_lines(panels[name], data[data["contender"] == name], index, labels[name])
    first = panels[present[0]]
    first.set(xscale="log", yscale="log", ylim=(smallest * 0.7, 1.3))
    first.xaxis.set_major_formatter(FuncFormatter(plain_number))
    first.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g} %"))
    for axes in dict.fromkeys(panels.values()):
        _draw_levels(axes, smallest)
    label_panels(figure, panels.values(), "response time (ms)", "share of requests that took longer")
    if not alone:
        first.legend(loc="lower left", framealpha=0.9)
    return figure


def _draw_lines(axes: Axes, data: pd.DataFrame, index: int, label: str) -> None:
    for rng_run, line in data.groupby("rng_run", sort=False):
        share = line["share_slower"].where(line["share_slower"] > 0)
        style = line_style(index)
        if rng_run == "":
            style.update(linewidth=1.8, zorder=3, label=label)
        else:
            style.update(linewidth=0.6, zorder=2, alpha=0.4, linestyle="-")
        axes.plot(line["high_s"] * 1e3, share, drawstyle="steps-post", **style)


def _draw_levels(axes: Axes, smallest: float) -> None:
    for share, text in ((0.5, "p50"), (0.1, "p90"), (0.01, "p99"), (0.001, "p99.9")):
        if share > smallest:
            axes.axhline(share, color="0.6", linewidth=0.6, zorder=1)
            axes.text(1.0, share, f" {text}", transform=axes.get_yaxis_transform(), va="center", color="0.35", size=8)


def _field_line(line: pd.DataFrame) -> np.ndarray:
    """About every tenth point of a line, shape (points, 2): enough for the grey behind a panel."""
    above = line[line["share_slower"] > 0].iloc[::10]
    return np.column_stack([above["high_s"] * 1e3, above["share_slower"]])
