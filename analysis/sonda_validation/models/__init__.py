"""The same systems simulated anew, from their definitions and not from Sonda's C++.

Queue lengths only, as Markov chains, many replicas side by side in numpy; times come from Little's law. So a
mistake in sonda-sim's events, queues, reports or measurement is not repeated here. The mean service time is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """Mean of independent replicas, its standard error, and how many replicas there were."""

    mean: float
    error: float
    replicas: int

    @staticmethod
    def of(values: np.ndarray) -> "Estimate":
        return Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)), int(values.size))
