"""Probe RTT (hold time subtracted) per agent: what the formulas see of the paths."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..results import RunResult
from ..statistics import weighted_quantiles
from .style import (capacities_of, finish_empty, line_style, marker_style, new_figure, plain_number, present_in,
                    runs_by_contender, sorted_agents, thin_labels)

NAME = "probe-rtt"
TITLE = "Probe RTT per agent"
HOW_TO_READ = (
    "The mark is the median RTT of an agent's probe responses, the line reaches from the 5 % to the 95 % quantile, all "
    "runs together. RTT is without the time for which the agent held the response; long lines mean that ranking agents "
    "by one RTT is chancy."
)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_COLUMNS = [f"p{level * 100:02.0f}_s" for level in LEVELS]

# More marks than this do not fit beside each other in 7 in: then lines over all agents are drawn.
_MOST_MARKS = 150


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender and agent: responses, and RTT quantiles in seconds."""
    agents = sorted_agents(capacities_of(run.windows for run in runs))
    rows = []
    for name, found in runs_by_contender(runs, contenders).items():
        together = pd.concat([run.rtt for run in found], ignore_index=True).dropna(subset=["rtt_s"])
        groups = dict(tuple(together.groupby("agent")))
        for agent in agents:
            own = groups.get(agent)
            count = 0 if own is None else int(own["count"].sum())
            quantiles = np.full(len(LEVELS), np.nan)
            if count:
                quantiles = weighted_quantiles(own["rtt_s"].to_numpy(), own["count"].to_numpy(), LEVELS)
            rows.append([name, agent, count, *quantiles])
    return pd.DataFrame(rows, columns=["contender", "agent", "responses", *_COLUMNS])


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Median with the 5 % to 95 % range per agent and contender, milliseconds on a log axis."""
    figure, axes = new_figure(3.6)
    present = present_in(data, labels)
    agents = list(data.loc[data["contender"] == present[0], "agent"])
    if not (data["responses"] > 0).any():
        finish_empty(axes, "no probe response arrived")
        return figure
    if len(agents) * len(present) <= _MOST_MARKS:
        _draw_marks(axes, data, labels, present)
    else:
        _draw_lines(axes, data, labels, present)
    lowest, highest = data["p05_s"].min(), data["p95_s"].max()
    if lowest > 0 and highest > 3 * lowest:
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, highest * 1e3 * 1.15 or 1)
    axes.yaxis.set_major_formatter(FuncFormatter(plain_number))
    ticks, names = thin_labels(agents, 12 if max(map(len, agents)) < 9 else 8)
    axes.set_xticks(ticks, names)
    axes.set_xlim(-0.6, len(agents) - 0.4)
    axes.set(xlabel="agent, largest capacity first", ylabel="probe RTT (ms)")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncol=3, frameon=False)
    return figure


def _draw_marks(axes: Axes, data: pd.DataFrame, labels: dict[str, str], present: Sequence[str]) -> None:
    for index, name in enumerate(present):
        rows = data[data["contender"] == name]
        positions = np.arange(len(rows)) + 0.7 * ((index + 0.5) / len(present) - 0.5)
        style = marker_style(list(labels).index(name))
        axes.vlines(positions, rows["p05_s"] * 1e3, rows["p95_s"] * 1e3, color=style["color"], linewidth=1.1)
        axes.plot(positions, rows["p50_s"] * 1e3, linestyle="none", markersize=4, label=labels[name], **style)


def _draw_lines(axes: Axes, data: pd.DataFrame, labels: dict[str, str], present: Sequence[str]) -> None:
    for name in present:
        rows = data[data["contender"] == name]
        style = line_style(list(labels).index(name))
        positions = np.arange(len(rows))
        axes.fill_between(positions, rows["p05_s"] * 1e3, rows["p95_s"] * 1e3, color=style["color"], alpha=0.12, lw=0)
        axes.plot(positions, rows["p50_s"] * 1e3, linewidth=0.9, label=labels[name], **style)
