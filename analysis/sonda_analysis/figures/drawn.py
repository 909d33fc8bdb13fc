"""A figure on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DrawnFigure:
    """`stem` with .png, .pdf and .csv, the figure's title and how it is read."""

    stem: Path
    title: str
    how_to_read: str
