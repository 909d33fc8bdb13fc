"""Theory as curves, the table's simulated means as points with their tolerances.

As for ./sonda compare, each figure has a PNG, a PDF and the CSV behind its points.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator
from scipy.interpolate import PchipInterpolator

from sonda_analysis.figures.style import line_style, marker_style, new_figure, plain_number, save

from .theory import fresh, interpretation, queues
from .theory.boards import BoardLimit
from .verdict import FAILED, Row

_POINT_COLUMNS = ["curve", "n", "load", "interval", "d", "simulated", "tolerance", "expected"]
# The boards' figure is drawn at the literature's load.
_BOARD_LOAD = 0.9


def draw_all(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Draws what the rows have points for; the stems of the figures that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    means = [row for row in rows if row.quantity == "mean" and row.verdict != FAILED]
    drawn = []
    for name, draw in (("power-of-d", _draw_power_of_d), ("old-boards", _draw_boards)):
        if draw(means, folder / name):
            drawn.append(folder / name)
    return drawn


def _draw_power_of_d(rows: Sequence[Row], stem: Path) -> bool:
    """Mean over load for d choices with fresh information."""
    points = _points([row for row in rows if row.family in ("V1", "V3")],
                     lambda row: f"d = {row.point.get('d', 1):g}")
    if points.empty:
        return False
    figure, axes = new_figure(3.8)
    loads = np.linspace(0.3, 0.99, 70)
    for index, d in enumerate((1, 2, 3, 4, 5)):
        name = f"d = {d}"
        if d in (1, 2, 3, 5) or name in set(points["curve"]):
            limit = [fresh.limit_mean(load, d) for load in loads]
            axes.plot(loads, limit, label=f"{name}, n → ∞", linewidth=1, **line_style(index))
            _marks(axes, points[points["curve"] == name], "load", index)
    axes.set(xlabel="load", ylabel="mean time in system (service times)", yscale="log", xlim=(0.28, 1))
    _finish(axes, stem, figure, points, "simulated (n ≥ 8), bar: tolerance")
    return True


def _draw_boards(rows: Sequence[Row], stem: Path) -> bool:
    """Mean over the age of a board at load 0.9."""
    wanted = [row for row in rows if row.family in ("V4", "V5", "V8", "V18") and row.point["load"] == _BOARD_LOAD]
    points = _points(wanted, _board_curve)
    if points.empty:
        return False
    figure, axes = new_figure(3.8)
    curves: list[tuple[str, Callable[[float], float] | None]] = [
        ("2 choices", lambda t: BoardLimit(_BOARD_LOAD, 2, t).mean),
        ("3 choices", lambda t: BoardLimit(_BOARD_LOAD, 3, t).mean),
        ("Basic LI", lambda t: interpretation.basic_li_mean(_BOARD_LOAD, t)),
        ("Aggressive LI", lambda t: interpretation.aggressive_li_mean(_BOARD_LOAD, t)),
        ("shortest", None),
        ("random", lambda _t: queues.mm1_mean(_BOARD_LOAD)),
        ("round robin", lambda _t: queues.dm1_mean(_BOARD_LOAD)),
    ]
    for index, (name, limit) in enumerate(curves):
        if limit is not None and (name in set(points["curve"]) or name in ("random", "round robin")):
            axes.plot(*_smooth(limit), label=f"{name}, n → ∞", linewidth=1, **line_style(index))
        own = points[points["curve"] == name]
        _marks(axes, own, "interval", index, label=f"{name}, simulated" if limit is None and not own.empty else None)
    axes.set(xlabel="time between two refreshes of the board (service times)",
             ylabel="mean time in system (service times)", xscale="log", yscale="log")
    _finish(axes, stem, figure, points, "simulated (n from 10 to 1000), bar: tolerance")
    return True


def _smooth(limit: Callable[[float], float]) -> tuple[np.ndarray, np.ndarray]:
    """A curve over the interval from a dozen points: a limit takes a second, and is smooth on logarithmic axes."""
    intervals = np.geomspace(0.5, 40, 12)
    curve = PchipInterpolator(np.log(intervals), np.log([limit(t) for t in intervals]))
    fine = np.geomspace(intervals[0], intervals[-1], 100)
    return fine, np.exp(curve(np.log(fine)))


def _board_curve(row: Row) -> str:
    if row.family == "V5":
        return "shortest"
    if row.family == "V8":
        return "Basic LI" if row.setting.endswith("basic-li") else "Aggressive LI"
    return f"{row.point['d']:g} choices"


def _points(rows: Sequence[Row], curve: Callable[[Row], str]) -> pd.DataFrame:
    records = [(curve(row), *(row.point.get(key) for key in _POINT_COLUMNS[1:5]), row.simulated, row.tolerance,
                row.expected) for row in rows]
    return pd.DataFrame(records, columns=_POINT_COLUMNS)


def _marks(axes: Axes, points: pd.DataFrame, x: str, index: int, label: str | None = None) -> None:
    if not points.empty:
        axes.errorbar(points[x], points["simulated"], yerr=points["tolerance"], linestyle="none", markersize=4,
                      capsize=2, label=label, **marker_style(index))


def _finish(axes: Axes, stem: Path, figure, points: pd.DataFrame, what: str) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(FuncFormatter(plain_number))
    axes.plot([], [], color="grey", marker="o", linestyle="none", markersize=4, label=what)
    axes.legend(loc="upper left", frameon=False, ncol=2)
    save(figure, points, stem)
