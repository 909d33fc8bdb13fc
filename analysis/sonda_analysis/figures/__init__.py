"""The four figures of a comparison. Each is drawn from a table that is written beside it as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from ..results import RunResult
from . import heat_map, probe_rtt, response_time, selection_share
from .style import save


@dataclass(frozen=True)
class DrawnFigure:
    """One figure on disk: `stem` with .png, .pdf and .csv, its title and how it is read."""

    stem: Path
    title: str
    how_to_read: str


def draw_all(runs: Sequence[RunResult], labels: dict[str, str], folder: Path) -> list[DrawnFigure]:
    """Draws every figure of `runs` into `folder`; `labels` is contender name → label, in drawing order."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for module in (response_time, selection_share, heat_map, probe_rtt):
        table = module.table(runs, list(labels))
        stem = folder / module.NAME
        save(module.draw(table, labels), table, stem)
        drawn.append(DrawnFigure(stem, module.TITLE, module.HOW_TO_READ))
    return drawn
