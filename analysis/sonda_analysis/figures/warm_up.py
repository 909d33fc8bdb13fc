"""The pilots' response times over the time of arrival, and where MSER-5 cuts them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..warmup import WarmUp
from .style import line_style, new_panels, present_in, use_log

NAME = "warm-up"
TITLE = "Warm-up"
HOW_TO_READ = (
    "Mean response time of the requests that arrived around each moment, all pilot runs of a contender together (the "
    "line is smoothed over a hundredth of the run). The coloured mark is where MSER-5 cuts this contender's pilots, "
    "the black line the one cut for all: the largest, rounded up. Left of it nothing counts."
)

_POINTS = 100


def table(warmup: WarmUp) -> pd.DataFrame:
    """One row per contender and batch: start_s, end_s, answered, mean_s, and the cuts cut_s and chosen_s."""
    return warmup.curves.assign(cut_s=warmup.curves["contender"].map(warmup.cuts), chosen_s=warmup.chosen_s)


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per contender, common axes: seconds across, milliseconds up."""
    present = present_in(data, labels)
    figure, panels = new_panels(len(present), 1.2)
    for panel, name in zip(panels, present):
        own = data[data["contender"] == name]
        colour = line_style(present.index(name))["color"]
        panel.plot(*_smooth(own, data["end_s"].max()), color=colour, linewidth=1.2)
        cut, chosen = own["cut_s"].iloc[0], own["chosen_s"].iloc[0]
        panel.axvline(cut, color=colour, linestyle="--", linewidth=1.2)
        panel.axvline(chosen, color="black", linewidth=1.2)
        panel.set_title(f"{labels[name]}: MSER-5 cuts at {cut:.3g} s", loc="left", pad=2)
    means = [_smooth(own, data["end_s"].max())[1] for _, own in data.groupby("contender")]
    lowest, highest = min(map(np.min, means)), max(map(np.max, means))
    if highest > 5 * lowest:
        panels[0].set_ylim(lowest / 1.2, highest * 1.2)
        use_log(panels[0], "y")
    else:
        panels[0].set_ylim(0, highest * 1.1)
    panels[0].set_xlim(0, data["end_s"].max())
    figure.supxlabel("time of arrival (s)", fontsize=8.5)
    figure.supylabel("mean response time (ms)", fontsize=8.5)
    return figure


def _smooth(data: pd.DataFrame, end_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Middles in seconds and means in milliseconds over about _POINTS stretches of equal length."""
    place = np.minimum((data["start_s"] / end_s * _POINTS).astype(int), _POINTS - 1)
    answered = data["answered"].groupby(place).sum()
    sums = (data["answered"] * data["mean_s"]).groupby(place).sum()
    return (answered.index.to_numpy() + 0.5) * end_s / _POINTS, (sums / answered).to_numpy() * 1e3
