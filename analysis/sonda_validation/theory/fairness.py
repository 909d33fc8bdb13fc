"""Jain's index of picks when every pick falls on one of n equal agents at random.

Jain, Chiu, Hawe, DEC-TR-301, 1984. With m picks, x_i of them on agent i, J = m² / (n S), S = sum x_i².
"""

from __future__ import annotations

import numpy as np
from scipy.stats import poisson


def jain_of_picks(picks: float, agents: int) -> float:
    """E[J] for exactly `picks` picks, to second order in the fluctuation of S.

    E[S] = m + m(m-1)/n, which alone gives m / (m + n - 1); Var[S] = 2 m(m-1)(1/n)(1 - 1/n) adds the curvature of 1/S.
    """
    mean = picks + picks * (picks - 1) / agents
    variance = 2 * picks * (picks - 1) / agents * (1 - 1 / agents)
    return picks**2 / agents / mean * (1 + variance / mean**2)


def jain_of_poisson_picks(mean_picks: float, agents: int) -> float:
    """E[J] over windows with at least one pick, their number being Poisson."""
    spread = 12 * np.sqrt(mean_picks) + 12
    counts = np.arange(max(1, int(mean_picks - spread)), int(mean_picks + spread) + 1)
    weights = poisson.pmf(counts, mean_picks)
    return float((weights * [jain_of_picks(m, agents) for m in counts]).sum() / weights.sum())
