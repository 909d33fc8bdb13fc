"""The figures of a comparison. Each is drawn from a table that is written beside it as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Sequence

import pandas as pd

from ..comparison import Comparison, differences_table
from ..results import RunResult
from ..warmup import WarmUp
from . import differences, fairness, heat_map, in_flight, probe_rtt, report_age, response_time, selection_share, warm_up
from .drawn import DrawnFigure
from .style import save

__all__ = ["DrawnFigure", "draw_all", "draw_one"]



def draw_all(runs: Sequence[RunResult], comparison: Comparison, labels: dict[str, str], folder: Path,
             warmup: WarmUp | None = None) -> list[DrawnFigure]:
    """Draws every figure of a comparison into `folder`; `labels` is contender name → label, in drawing order."""
    drawn = [draw_one(response_time, response_time.table(runs, list(labels)), labels, folder)]
    drawn.append(draw_one(differences, differences_table(comparison), labels, folder))
    for module in (selection_share, heat_map, fairness, in_flight, report_age, probe_rtt):
        drawn.append(draw_one(module, module.table(runs, list(labels)), labels, folder))
    if warmup is not None:
        drawn.append(draw_one(warm_up, warm_up.table(warmup), labels, folder))
    return drawn


def draw_one(module: Any, table: pd.DataFrame, labels: dict[str, str], folder: Path, name: str | None = None,
             title: str | None = None) -> DrawnFigure:
    """Draws the figure of one module (NAME, TITLE, HOW_TO_READ, draw()) from its table; another name and title where
    there are several of its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    draw: Callable[..., Any] = module.draw
    stem = folder / (name or module.NAME)
    save(draw(table, labels), table, stem)
    return DrawnFigure(stem, title or module.TITLE, module.HOW_TO_READ)
