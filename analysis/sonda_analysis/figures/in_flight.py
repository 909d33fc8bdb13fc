"""Requests in flight per agent over time: how high a herd piles up, and how often it moves on."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..results import RunResult
from .style import common_run, line_style, new_panels, plain_number, present_in

NAME = "in-flight"
TITLE = "In flight per agent over time"
HOW_TO_READ = (
    "How many requests each agent had in flight, as the mean over each window of one run: one thin line per agent or, "
    "for many agents, the range of all (light), of the middle half (dark) and the median (line). The grey line is the "
    "most that any agent had at once in the window. Agents that take turns at a high peak are a herd moving on. The "
    "scale is linear up to 1 and logarithmic above."
)

# More lines than this are a blot.
_MOST_AGENTS = 24
_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender, agent and window of one run: in_flight_mean, in_flight_max."""
    columns = ["agent", "start_s", "end_s", "in_flight_mean", "in_flight_max"]
    return pd.concat([
        run.windows[columns].assign(contender=name, rng_run=run.rng_run, warmup_s=run.summary["warmup_s"])
        for name, run in common_run(runs, contenders).items()
    ], ignore_index=True)[["contender", "rng_run", "warmup_s", *columns]]


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per contender with common axes; seconds across."""
    present = present_in(data, labels)
    figure, panels = new_panels(len(present), 1.25)
    for panel, name in zip(panels, present):
        own = data[data["contender"] == name]
        _draw_agents(panel, own, line_style(present.index(name))["color"])
        panel.axvline(own["warmup_s"].iloc[0], color="0.3", linestyle=":", linewidth=1)
        panel.set_title(f"{labels[name]} (RngRun {own['rng_run'].iloc[0]})", loc="left", pad=2)
    panels[0].set_yscale("symlog", linthresh=1)
    panels[0].yaxis.set_major_formatter(FuncFormatter(plain_number))
    panels[0].set(ylim=(0, max(1.0, data["in_flight_max"].max()) * 1.3), xlim=(0, data["end_s"].max()))
    figure.supxlabel("time since the start (s)", fontsize=8.5)
    figure.supylabel("requests in flight at an agent", fontsize=8.5)
    return figure


def _draw_agents(panel: Axes, data: pd.DataFrame, colour: str) -> None:
    means = data.pivot(index="start_s", columns="agent", values="in_flight_mean").sort_index()
    middles = (means.index + data.groupby("start_s")["end_s"].first().to_numpy()) / 2
    most = data.groupby("start_s")["in_flight_max"].max()
    panel.plot(middles, most, color="0.55", linewidth=0.9, zorder=2)
    if means.shape[1] <= _MOST_AGENTS:
        panel.plot(middles, means.to_numpy(), color=colour, linewidth=0.8, alpha=0.7, zorder=3)
        return
    lowest, low, median, high, highest = np.nanquantile(means.to_numpy(), _LEVELS, axis=1)
    panel.fill_between(middles, lowest, highest, color=colour, alpha=0.2, linewidth=0)
    panel.fill_between(middles, low, high, color=colour, alpha=0.35, linewidth=0)
    panel.plot(middles, median, color=colour, linewidth=1.2, zorder=3)
