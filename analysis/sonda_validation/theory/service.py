"""Moments of service times given as a scenario's distribution (docs/design.md, 6.1)."""

from __future__ import annotations

import math
from typing import Any, Mapping

from scipy.optimize import brentq


def moments(distribution: Mapping[str, Any] | float) -> tuple[float, float]:
    """(mean, squared coefficient of variation) of a scenario's distribution; ValueError for one unknown here."""
    if isinstance(distribution, (int, float)):
        return float(distribution), 0.0
    (kind, value), = distribution.items()
    if kind == "constant":
        return float(value), 0.0
    if kind == "exponential":
        return float(value), 1.0
    if kind == "uniform":
        low, high = value
        return (low + high) / 2, (high - low) ** 2 / 12 / ((low + high) / 2) ** 2
    if kind == "lognormal":
        return float(value["mean"]), float(value["cv"]) ** 2
    if kind == "bimodal":
        p, a, b = value["p"], value["a"], value["b"]
        mean = p * a + (1 - p) * b
        return mean, (p * a**2 + (1 - p) * b**2) / mean**2 - 1
    if kind == "pareto":
        mean = float(value["mean"])
        return mean, _pareto_second(mean, value["shape"], value["max"]) / mean**2 - 1
    raise ValueError(f"distribution {kind!r} is unknown here")


def _pareto_second(mean: float, shape: float, most: float) -> float:
    """E[X²] of a Pareto variable cut off at `most`: density proportional to x^(-shape-1) on [least, most]."""

    def moment(least: float, order: int) -> float:
        # Integral of x^(order-1-shape), which is a logarithm where order = shape.
        power = order - shape
        area = math.log(most / least) if power == 0 else (most**power - least**power) / power
        return area * shape * least**shape / (1 - (least / most) ** shape)

    least = brentq(lambda x: moment(x, 1) - mean, 1e-12 * mean, mean, xtol=1e-15 * mean)
    return moment(float(least), 2)
