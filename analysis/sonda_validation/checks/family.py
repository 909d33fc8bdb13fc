"""A family: one kind of line, for a list of settings or for the user's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Mapping, Sequence

from ..case import Case
from .plan import Plan

Point = Mapping[str, float]
# What a user may set (--n …), in the order in which a line shows it.
PARAMETERS = ("n", "m", "load", "interval", "d")


@dataclass(frozen=True)
class Family:
    """`make` turns one setting into lines; `base` has a value for every parameter that it takes."""

    id: str
    title: str
    make: Callable[[Plan, Point], list[Case]]
    base: Point
    full: Sequence[Point]
    short: Sequence[Point]

    def cases(self, plan: Plan, given: Point) -> list[Case]:
        """The lines of the table, or of the one setting that the user gives parts of."""
        points = [given] if given else self.short if plan.short else self.full
        return [replace(case, point={**self.base, **point}) for point in points
                for case in self.make(plan, {**self.base, **point})]


def describe(point: Point) -> str:
    """n=100 load=0.9 T=4: the interval is called T, in service times, as in the literature."""
    names = {"interval": "T"}
    return " ".join(f"{names.get(key, key)}={point[key]:g}" for key in PARAMETERS if key in point)
