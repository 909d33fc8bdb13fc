"""Picks per agent and window: herding is seen at once."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from ..errors import AnalysisError
from ..results import RunResult
from .style import capacities_of, common_run, new_panels, present_in, sorted_agents, thin_labels

NAME = "pick-heat-map"
TITLE = "Picks per agent over time"
HOW_TO_READ = (
    "Each row is an agent (largest capacity on top), each column a window, the colour how many picks per second the "
    "agent got in one run. Even colour is spreading; a single bright agent per column with the rest dark is herding. "
    "One colour scale for all; left of the dashed line is the warm-up."
)

# A panel is about 150 pixels high and 800 wide: what is finer is shown as the mean of neighbours.
_MOST_ROWS, _MOST_COLUMNS = 150, 400


def table(runs: Sequence[RunResult], contenders: Sequence[str]) -> pd.DataFrame:
    """One row per contender, agent and window of one run: the lowest RngRun that every contender has."""
    parts = []
    for name, run in common_run(runs, contenders).items():
        windows = run.windows
        length = windows["end_s"] - windows["start_s"]
        if not (length > 0).all():
            raise AnalysisError(f"{run.folder / 'windows.csv'}: a window does not end after its start (end_s, start_s)")
        if windows.duplicated(["agent", "start_s"]).any():
            raise AnalysisError(f"{run.folder / 'windows.csv'}: an agent has two rows for one window (agent, start_s)")
        parts.append(pd.DataFrame({
            "contender": name, "rng_run": run.rng_run, "warmup_s": run.summary["warmup_s"],
            "agent": windows["agent"], "capacity": windows["capacity"],
            "start_s": windows["start_s"], "end_s": windows["end_s"],
            "picks": windows["picks"], "picks_per_s": windows["picks"] / length,
        }))
    return pd.concat(parts, ignore_index=True)


def draw(data: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per contender; seconds across, agents down, one colour scale in picks per second."""
    agents = sorted_agents(capacities_of([data]))
    present = present_in(data, labels)
    figure, panels = new_panels(len(present), 1.35)
    rows = _edges(len(agents), _MOST_ROWS)
    grids = {name: _grid(data[data["contender"] == name], agents, rows) for name in present}
    highest = max((np.nanmax(values) for _, values in grids.values()), default=1)
    # A cube-root scale: beside a contender that sends all picks to one agent, the others are dark on a linear one.
    scale = PowerNorm(1 / 3, vmin=0, vmax=max(highest, 1e-9))
    for panel, name in zip(panels, present):
        edges, values = grids[name]
        image = panel.pcolormesh(edges, rows, values, norm=scale, cmap="cividis", rasterized=True)
        own = data[data["contender"] == name].iloc[0]
        panel.axvline(own["warmup_s"], color="white", linestyle="--", linewidth=1)
        panel.set_title(f"{labels[name]} (RngRun {own['rng_run']})", loc="left", pad=2)
        panel.grid(visible=False)
        panel.set_facecolor("0.8")
    ticks, names = thin_labels(agents, 6)
    panels[0].set_yticks([tick + 0.5 for tick in ticks], names)
    panels[0].set_ylim(len(agents), 0)
    figure.supxlabel("time since the start (s)", fontsize=8.5)
    group = int(rows[1] - rows[0])
    figure.supylabel("agent" if group == 1 else f"agent (a row is the mean of {group})", fontsize=8.5)
    figure.colorbar(image, ax=panels, label="picks per second, cube-root scale", shrink=0.8, aspect=40, pad=0.01)
    return figure


def _edges(count: int, most: int) -> np.ndarray:
    """Edges 0…count of at most `most` groups of equal size (the last may be smaller)."""
    size = -(-count // most)
    return np.append(np.arange(0, count, size), count)


def _grid(data: pd.DataFrame, agents: Sequence[str], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Window edges in seconds, shape (windows + 1,), and mean picks per second, (row groups, window groups)."""
    values = data.pivot(index="agent", columns="start_s", values="picks_per_s").reindex(agents).to_numpy(dtype=float)
    times = np.append(np.sort(data["start_s"].unique()), data["end_s"].max())
    columns = _edges(values.shape[1], _MOST_COLUMNS)
    known = ~np.isnan(values)
    sums, counts = np.where(known, values, 0.0), known.astype(float)
    for axis, edges in ((0, rows), (1, columns)):
        sums = np.add.reduceat(sums, edges[:-1], axis=axis)
        counts = np.add.reduceat(counts, edges[:-1], axis=axis)
    with np.errstate(invalid="ignore"):
        return times[columns], np.where(counts > 0, sums / counts, np.nan)
