"""How old the picked agent's report was: what staleness each contender decides with."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..results import RunResult
from ..statistics import merge_histograms, share_slower
from .style import draw_field, finish_empty, label_panels, line_panels, line_style, present_in, runs_by_contender

NAME = "report-age"
TITLE = "Age of the report at each pick"
HOW_TO_READ = (
    "How many picks went to an agent whose last report was older than the time on the x axis, all runs together. With "
    "a probe every T seconds, picks that do not care for age fall on a straight line from 100 % to 0 at T; a longer "
    "tail are agents that did not answer, a steeper fall are policies that prefer fresh reports or probe when they "
    "pick."
)


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender and bucket, all runs pooled: low_s, high_s, count, share_older."""
    parts = []
    for name, own in runs_by_contender(runs, contenders).items():
        pooled = merge_histograms([run.ages for run in own])
        parts.append(pooled.assign(contender=name, share_older=share_slower(pooled)))
    return pd.concat(parts, ignore_index=True)[["contender", "low_s", "high_s", "count", "share_older"]]


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """1 − ECDF, seconds across, both axes linear."""
    present = present_in(data, labels) or list(labels)
    figure, panels = line_panels(present, labels, 3.2)
    if data.empty:
        finish_empty(panels[present[0]], "no pick was made after the warm-up")
        return figure
    lines = {name: _line(data[data["contender"] == name]) for name in present}
    alone = len(set(panels.values())) > 1
    if alone:
        draw_field(panels, lines)
    for index, name in enumerate(present):
        panels[name].plot(*lines[name].T, label=labels[name], zorder=3, linewidth=1.5, **line_style(index))
    first = panels[present[0]]
    first.set(xlim=(0, data["high_s"].max() * 1.02), ylim=(0, 103))
    label_panels(figure, panels.values(), "age of the picked agent's report (s)",
                 "share of picks with an older one (%)")
    if not alone:
        first.legend(loc="upper right", framealpha=0.9)
    return figure


def _line(data: pd.DataFrame) -> np.ndarray:
    """From (least age, 100 %) down, shape (buckets + 1, 2)."""
    start = [[float(data["low_s"].iloc[0]), 100.0]]
    return np.concatenate([start, np.column_stack([data["high_s"], data["share_older"] * 100])])
