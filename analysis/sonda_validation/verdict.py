"""From the runs of a case to a verdict, with a tolerance that is derived and never chosen.

Tolerance = t × standard error of the difference + model error. The standard error is that of the mean over runs,
and of the expected value where that was simulated too. t is such that all lines of a table together give a false
alarm in 1 % of tables (Bonferroni). A tolerance wider than the case's cap decides nothing: more runs are
made, and if that does not help the line fails as imprecise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Mapping, Sequence

import numpy as np
from scipy import stats

from .case import Case, Expected

# Probability that any line of a table is out although all is well.
FALSE_ALARMS = 0.01
# Tolerances are aimed at this share of the cap, as the next runs may vary more.
_AIM = 0.8

OK, OUT, IMPRECISE, FAILED, NOT_RUN = "ok", "OUT", "IMPRECISE", "FAILED", "NOT RUN"


@dataclass(frozen=True)
class Row:
    """One line of the table; numbers in the case's own unit. `remark` says what to do about a bad one."""

    family: str
    setting: str
    quantity: str
    expected: float
    simulated: float
    difference: float
    tolerance: float
    verdict: str
    source: str
    runs: int
    remark: str = ""
    unit: str = ""
    factor: float = 1.0
    point: Mapping[str, float] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.verdict == OK


def judge(case: Case, expected: Expected, values: Sequence[float], lines: int) -> Row:
    """Compares one number per run with the expected one; `lines` is how many statistical lines the table has."""
    data = np.asarray(values, dtype=float)
    if case.exact:
        worst = data[np.argmax(np.abs(data - expected.value))] if not np.isnan(data).any() else math.nan
        return _row(case, expected, float(worst), expected.model_error, data.size, math.inf)
    tolerance = _tolerance(expected, data, FALSE_ALARMS / lines)
    return _row(case, expected, float(data.mean()), tolerance, data.size, _cap(case, expected))


def runs_wanted(case: Case, expected: Expected, values: Sequence[float], lines: int, most: int) -> int:
    """How many runs (at most `most`) bring the tolerance well below the cap, as far as these tell."""
    data = np.asarray(values, dtype=float)
    room = _AIM * _cap(case, expected)
    if case.exact or np.isnan(data).any() or _tolerance(expected, data, FALSE_ALARMS / lines) <= room / _AIM:
        return data.size
    spread = float(data.std(ddof=1))
    for runs in range(data.size + 1, most):
        if _bound(expected, spread, runs, FALSE_ALARMS / lines) + expected.model_error <= room:
            return runs
    return most


def _tolerance(expected: Expected, data: np.ndarray, alarm: float) -> float:
    spread = float(data.std(ddof=1)) if data.size > 1 else math.inf
    return _bound(expected, spread, data.size, alarm) + expected.model_error


def _bound(expected: Expected, spread: float, runs: int, alarm: float) -> float:
    """t times the standard error; degrees of freedom by Welch and Satterthwaite when both sides were simulated."""
    own, other = spread**2 / runs, expected.error**2
    if own + other == 0:
        return 0.0
    if not math.isfinite(own):
        return math.inf
    freedom = runs - 1
    if other > 0:
        freedom = (own + other) ** 2 / (own**2 / (runs - 1) + other**2 / (expected.replicas - 1))
    return float(stats.t.isf(alarm / 2, freedom)) * math.sqrt(own + other)


def _cap(case: Case, expected: Expected) -> float:
    return case.cap * abs(expected.value)


def _row(case: Case, expected: Expected, simulated: float, tolerance: float, runs: int, cap: float) -> Row:
    difference = simulated - expected.value
    verdict, remark = OK, ""
    # Written so that NaN is out.
    if not abs(difference) <= tolerance:
        verdict = OUT
    elif tolerance > cap:
        verdict = IMPRECISE
        remark = f"the tolerance is wider than {cap * case.factor:.4g}: more or longer runs are needed"
    return Row(case.family, case.setting, case.quantity, expected.value, simulated, difference, tolerance, verdict,
               expected.source, runs, remark, case.unit, case.factor, case.point)
