"""Power of d choices with fresh information: fixed point for n to infinity, and its correction for finite n.

Fixed point: Vvedenskaya, Dobrushin, Karpelevich, Probl. Inf. Transm. 32(1), 1996; Mitzenmacher, IEEE TPDS
12(10), 2001. Correction: Gast, Van Houdt, "A refined mean field approximation", Proc. ACM Meas. Anal. Comput.
Syst. 1(2), 2017, to which the term of drawing without replacement is added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_continuous_lyapunov

# Levels with a smaller share of servers do not matter to any digit that is printed.
_NEGLIGIBLE = 1e-14


@dataclass(frozen=True)
class Refined:
    """A mean time as limit + first / n + O(1 / n²).

    `relaxation` is the time in which what the system was like is forgotten (1 / spectral gap, for n to
    infinity).
    """

    limit: float
    first: float
    relaxation: float

    def mean(self, servers: int) -> float:
        return self.limit + self.first / servers

    def model_error(self, servers: int) -> float:
        """What mean() may be wrong by: twice the next term of a geometric series with these first two.

        A rule of thumb, held to simulation in tests/analysis: the terms do shrink that fast, and the factor two is
        there because the ratio is not constant.
        """
        return 2 * self.limit * (self.first / self.limit / servers) ** 2


def levels(load: float, choices: int) -> np.ndarray:
    """Share of servers with at least 1, 2, … jobs: load^((d^i - 1) / (d - 1))."""
    shares, exponent, step = [], 1.0, float(choices)
    while load**exponent > _NEGLIGIBLE and len(shares) < 2000:
        shares.append(load**exponent)
        exponent += step
        step *= choices
    return np.array(shares)


def limit_mean(load: float, choices: int) -> float:
    """Mean time in system for n to infinity; d = 1 is the M/M/1."""
    if choices == 1:
        return 1 / (1 - load)
    return float(levels(load, choices).sum()) / load


def refined(load: float, choices: int) -> Refined:
    """Mean time in system with `choices` (2 or more) distinct servers drawn for each arrival.

    With s_i the share of servers with at least i jobs and g(x) the probability that d drawn servers all
    belong to a share x, ds_i/dt = load (g(s_{i-1}) - g(s_i)) - (s_i - s_{i+1}). Without replacement g(x) =
    x^d - d(d-1)/(2n) x^{d-1}(1-x) + O(1/n²). A is the drift's Jacobian, W the covariance of the
    fluctuations times n, V their effect on the mean times n.
    """
    if choices < 2:
        raise ValueError(f"choices is {choices}; it must be 2 or more (one choice is an M/M/1)")
    s = levels(load, choices)
    below = np.concatenate(([1.0], s))
    d = choices
    slope = d * below ** (d - 1)
    bend = d * (d - 1) * below ** (d - 2)
    drawn_apart = d * (d - 1) / 2 * (below ** (d - 1) - below**d)

    size = s.size
    jacobian = np.diag(-load * slope[1:] - 1) + np.diag(np.ones(size - 1), 1) + np.diag(load * slope[1:-1], -1)
    noise = np.diag(2 * (s - np.append(s[1:], 0.0)))
    covariance = solve_continuous_lyapunov(jacobian, -noise)
    spread = np.concatenate(([0.0], np.diag(covariance)))
    curved = 0.5 * load * (bend[:-1] * spread[:-1] - bend[1:] * spread[1:])
    apart = -load * (drawn_apart[:-1] - drawn_apart[1:])
    shift = -np.linalg.solve(jacobian, curved + apart)
    gap = -np.linalg.eigvals(jacobian).real.max()
    return Refined(float(s.sum()) / load, float(shift.sum()) / load, float(1 / gap))
