"""Numbers of several rounds: their spread, and the bars they are held to."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Sequence


@dataclass(frozen=True)
class Spread:
    """Median, least and largest of the rounds."""

    median: float
    least: float
    largest: float

    def __str__(self) -> str:
        if self.least == self.largest:
            return number(self.median)
        return f"{number(self.median)} ({number(self.least)} – {number(self.largest)})"


def spread(values: Sequence[float]) -> Spread | None:
    """None when a round could not tell (too short to be measured)."""
    if not values or not all(math.isfinite(value) for value in values):
        return None
    return Spread(statistics.median(values), min(values), max(values))


def number(value: float) -> str:
    """Three digits that count, thousands marked."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{round(value, 2 - math.floor(math.log10(abs(value)))):,.{digits}f}"


@dataclass(frozen=True)
class Bar:
    """What is demanded, what was measured, and the verdict (None: not measured)."""

    text: str
    measured: Spread | None
    limit: float
    at_least: bool

    @property
    def met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured.median >= self.limit if self.at_least else self.measured.median <= self.limit
