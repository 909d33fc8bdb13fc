"""Share of picks per agent beside its ideal share, over whole runs after the warm-up."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..results import RunResult
from ..statistics import mean_interval
from .style import (capacities_of, finish_empty, line_style, new_figure, new_panels, plain_number, present_in,
                    runs_by_contender, sorted_agents, thin_labels)

NAME = "selection-share"
TITLE = "Selection share against ideal share"
HOW_TO_READ = (
    "A bar is the share of all picks that an agent got after the warm-up, with its 95 % interval over runs; the tick "
    "is its ideal share (its part of the total capacity). Over a whole run herding looks fair: see the heat map too."
)

# More bars than this are thinner than a line in 7 in.
_MOST_BARS = 60


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender and agent: capacity, ideal_share, share_mean, share_ci95, runs (shares from 0 to 1)."""
    late = {id(run): run.windows[run.windows["start_s"] >= run.summary["warmup_s"] - 1e-9] for run in runs}
    capacities = capacities_of(late.values())
    agents = sorted_agents(capacities)
    total = sum(capacities.values())
    parts = []
    for name, own in runs_by_contender(runs, contenders).items():
        shares = [_shares(late[id(run)], agents) for run in own]
        intervals = [mean_interval(column) for column in np.array(shares).T]
        parts.append(pd.DataFrame({
            "contender": name,
            "agent": agents,
            "capacity": [capacities[agent] for agent in agents],
            "ideal_share": [capacities[agent] / total for agent in agents],
            "share_mean": [interval.mean for interval in intervals],
            "share_ci95": [interval.half_width for interval in intervals],
            "runs": len(shares),
        }))
    return pd.concat(parts, ignore_index=True)


def _shares(windows: pd.DataFrame, agents: Sequence[str]) -> np.ndarray:
    picks = windows.groupby("agent")["picks"].sum().reindex(agents, fill_value=0).to_numpy(dtype=float)
    return picks / picks.sum() if picks.sum() > 0 else np.full(len(agents), np.nan)


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per contender, common axes: bars, or dots on a log axis for many agents."""
    present = present_in(data, labels)
    if not present:
        figure, axes = new_figure(2.0)
        finish_empty(axes, "no window begins after the warm-up")
        return figure
    agents = list(data.loc[data["contender"] == present[0], "agent"])
    figure, panels = new_panels(len(present), 1.15)
    paint = _bars if len(agents) <= _MOST_BARS else _dots
    for panel, name in zip(panels, present):
        rows = data[data["contender"] == name].reset_index(drop=True)
        unpicked = int((rows["share_mean"] == 0).sum())
        remark = f": {unpicked} of {len(rows)} agents got no pick" if unpicked else ""
        panel.set_title(labels[name] + remark, loc="left", pad=2)
        panel.grid(axis="x", visible=False)
        paint(panel, rows, line_style(list(labels).index(name))["color"])
    ticks, names = thin_labels(agents, 12 if max(map(len, agents)) < 9 else 8)
    panels[0].set_xticks(ticks, names)
    panels[0].set_xlim(-0.6, len(agents) - 0.4)
    if paint is _bars:
        # An interval over few runs may be longer than all bars: it may leave the picture, the bars may not.
        panels[0].set_ylim(0, 1.25 * np.nanmax([data["share_mean"].max(), data["ideal_share"].max()]))
    else:
        panels[0].set(yscale="log", ylim=(data["ideal_share"].min() / 5, None))
    panels[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value * 100)))
    panels[0].legend(loc="lower right", bbox_to_anchor=(1, 0.95), frameon=False)
    figure.supylabel("share of all picks (%)", fontsize=8.5)
    figure.supxlabel("agent, largest capacity first", fontsize=8.5)
    return figure


def _bars(panel: Axes, rows: pd.DataFrame, colour: str) -> None:
    half = rows["share_ci95"].astype(float)
    panel.bar(rows.index, rows["share_mean"], width=0.8, color=colour, alpha=0.75)
    if half.notna().all():
        # An interval may reach below a share of 0, which does not exist: it ends there.
        down = np.minimum(half, rows["share_mean"])
        panel.errorbar(rows.index, rows["share_mean"], yerr=[down, half], fmt="none", ecolor="0.15", linewidth=0.9)
    panel.hlines(rows["ideal_share"], rows.index - 0.42, rows.index + 0.42, color="black", linewidth=1.6,
                 label="ideal share")


def _dots(panel: Axes, rows: pd.DataFrame, colour: str) -> None:
    panel.plot(rows.index, rows["share_mean"].where(rows["share_mean"] > 0), ".", markersize=2, color=colour)
    panel.step(rows.index, rows["ideal_share"], where="mid", color="black", linewidth=1.2, label="ideal share")
