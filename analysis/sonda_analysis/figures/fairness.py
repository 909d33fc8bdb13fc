"""Jain's index per window over time, with its chance line: fairness where herding cannot hide."""

from __future__ import annotations

from typing import Sequence

import pandas as pd
from matplotlib.figure import Figure

from ..results import RunResult
from .style import line_style, new_panels, present_in, runs_by_contender

NAME = "fairness"
TITLE = "Fairness per window over time"
HOW_TO_READ = (
    "Jain's index of picks / capacity in each window: 1 when every agent gets its share, 1/n when one of n equal "
    "agents gets everything. Thin lines are single runs, the thick one is their mean. The black dashed line is what "
    "picks at random in the ideal shares would give: whoever lies far below it herds or overlooks agents. Left of the "
    "dotted line is the warm-up."
)


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender, run (empty: the mean over runs) and window: start_s, end_s, jain, chance."""
    parts = []
    for name, own in runs_by_contender(runs, contenders).items():
        each = pd.concat([run.fairness.assign(rng_run=run.rng_run) for run in own], ignore_index=True)
        mean = each.groupby(["start_s", "end_s"], as_index=False)[["jain", "chance"]].mean().assign(rng_run="")
        together = pd.concat([mean, each], ignore_index=True)
        parts.append(together.assign(contender=name, warmup_s=own[0].summary["warmup_s"]))
    columns = ["contender", "rng_run", "warmup_s", "start_s", "end_s", "jain", "chance"]
    return pd.concat(parts, ignore_index=True)[columns]


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per contender with common axes; seconds across."""
    present = present_in(data, labels)
    figure, panels = new_panels(len(present), 1.1)
    for panel, name in zip(panels, present):
        own = data[data["contender"] == name]
        colour = line_style(present.index(name))["color"]
        for rng_run, line in own.groupby("rng_run", sort=False):
            # A step per window; the last value is repeated at the end of its window.
            times = [*line["start_s"], line["end_s"].iloc[-1]]
            width, alpha = (1.6, 1.0) if rng_run == "" else (0.6, 0.4)
            panel.step(times, [*line["jain"], line["jain"].iloc[-1]], where="post", color=colour, linewidth=width,
                       alpha=alpha)
            if rng_run == "":
                chance = [*line["chance"], line["chance"].iloc[-1]]
                panel.step(times, chance, where="post", color="black", linestyle="--", linewidth=1, label="at random",
                           zorder=4)
        panel.axvline(own["warmup_s"].iloc[0], color="0.3", linestyle=":", linewidth=1)
        panel.set_title(labels[name], loc="left", pad=2)
    panels[0].set(ylim=(0, 1.05), xlim=(0, data["end_s"].max()))
    panels[0].legend(loc="lower right", bbox_to_anchor=(1, 0.95), frameon=False)
    figure.supxlabel("time since the start (s)", fontsize=8.5)
    figure.supylabel("Jain's index of picks / capacity", fontsize=8.5)
    return figure
