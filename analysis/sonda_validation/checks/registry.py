"""All families by their id, and the lines of a table."""

from __future__ import annotations

from typing import Sequence

from sonda_analysis.errors import AnalysisError

from ..case import Case
from ..options import LITTLE
from . import blind, boards, fresh, idle, interpretation, network
from .family import PARAMETERS, Family, Point
from .plan import Plan

_MODULES = (blind, fresh, boards, interpretation, idle, network)


def _order(family: Family) -> int:
    return int(family.id[1:])


FAMILIES = {f.id: f for f in sorted((f for module in _MODULES for f in module.FAMILIES), key=_order)}
# These judge other lines' runs, or run test programs: they have no settings of their own.
FORMULAS, TABLE = "V13", "V14"
SPECIAL = {LITTLE: "Little's law in every run", FORMULAS: "every formula is monotone as it declares",
           TABLE: "the status table loses no agent, whatever the scores"}


def make_cases(ids: Sequence[str], plan: Plan, given: Point) -> list[Case]:
    """The lines of the chosen families; AnalysisError for parameters that they do not take or that are impossible."""
    chosen = [FAMILIES[name] for name in ids if name in FAMILIES]
    if given:
        for name in (name for name in ids if name != LITTLE):
            taken = [key for key in PARAMETERS if name in FAMILIES and key in FAMILIES[name].base]
            for key in given:
                if key not in taken:
                    allowed = ", ".join(f"--{known}" for known in taken) or "none"
                    raise AnalysisError(f"--{key}: {name} does not take it; it takes: {allowed}")
    try:
        return [case for family in chosen for case in family.cases(plan, given)]
    except ValueError as error:
        raise AnalysisError(f"this setting cannot be validated: {error}") from None
