"""d choices by a board of old queue lengths: fluid limit, and its correction for finite n.

The board shows every server's queue length as of the last refresh, T ago at most. A server that shows j gets
arrivals at the rate a_j = load (U_j^d - U_{j+1}^d) / u_j until its next refresh (u_j share of servers that show
j, U_j that show j or more), and is an M/M/1 from j; the law of what it has then is the next board. Periodic
refresh (all at once): Mitzenmacher, "How useful is old information?", IEEE TPDS 11(1), 2000. When each server
has its own phase the board's shares do not change with time, and a server that shows j still lives at a_j for
exactly T, so that the fixed point is the same.

Correction for finite n: the board is a Markov chain with noise of order n^{-1/2}, so that the expansion of
Gast, Latella, Massink, "A refined mean field approximation of synchronous discrete-time population models",
Perform. Eval. 126, 2018, applies; the term of drawing without replacement is added. It is that of the periodic
board.

The state is x_i = U_i, i = 1 … K: then every shape of board is a state and nothing is divided by u_j.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from .fresh import Refined
from .transient import Phase, evolve

# Change of a rate for the derivatives of a queue's law with respect to it: error and rounding balance near 1e-8.
_STEP = 1e-3
# A board is truncated where less than this share of the servers is.
_NEGLIGIBLE = 1e-11


@dataclass(frozen=True)
class _Rates:
    """a_j(x) and the derivatives with respect to U_j and U_{j+1}, and how finite n changes a_j (times n)."""

    value: np.ndarray
    by_upper: np.ndarray
    by_lower: np.ndarray
    second: np.ndarray  # [j] = (uu, ul, ll)
    apart: np.ndarray


def _power_sum(x: np.ndarray, y: np.ndarray, d: int, nx: int = 0, ny: int = 0) -> np.ndarray:
    """(x^d - y^d) / (x - y) as the polynomial that it is, derived nx times by x and ny times by y."""

    def power(base: np.ndarray, exponent: int, derived: int) -> np.ndarray:
        factor = 1.0
        for k in range(derived):
            factor *= exponent - k
        return factor * base ** max(exponent - derived, 0) if factor else np.zeros_like(base)

    return sum((power(x, k, nx) * power(y, d - 1 - k, ny) for k in range(d)), np.zeros_like(x))


def _rates(state: np.ndarray, load: float, d: int) -> _Rates:
    upper, lower = np.concatenate(([1.0], state)), np.append(state, 0.0)
    apart = -d * (d - 1) / 2 * (_power_sum(upper, lower, d - 1) - _power_sum(upper, lower, d))
    second = [_power_sum(upper, lower, d, *order) for order in ((2, 0), (1, 1), (0, 2))]
    return _Rates(
        value=load * _power_sum(upper, lower, d),
        by_upper=load * _power_sum(upper, lower, d, 1, 0),
        by_lower=load * _power_sum(upper, lower, d, 0, 1),
        second=load * np.array(second).T,
        apart=load * apart,
    )


class BoardLimit:
    """The fixed cycle of d choices with a board refreshed every T.

    `mean`: time in system; `board[j]`: share of servers that show j. ValueError when the cycle is not found.
    """

    def __init__(self, load: float, choices: int, interval: float) -> None:
        if not 0 < load < 1 or choices < 1 or interval <= 0:
            raise ValueError(f"load {load}, choices {choices}, interval {interval}: 0 < load < 1, 1 or more, above 0")
        self.load, self.choices, self.interval = load, choices, interval
        self._find_cycle()
        shares = self._shares(self._state)
        self.board = shares
        self.mean = float(shares @ self._phase(self._state).mean) / load

    # --- the map of one phase -------------------------------------------------------------

    def _shares(self, state: np.ndarray) -> np.ndarray:
        return -np.diff(np.concatenate(([1.0], state, [0.0])))

    def _phase(self, state: np.ndarray, rate_change: float = 0.0) -> Phase:
        rates = _rates(state, self.load, self.choices).value + rate_change
        return evolve(rates, np.eye(state.size + 1), self.interval)

    def _next(self, state: np.ndarray) -> np.ndarray:
        return _tails(self._shares(state) @ self._phase(state).after)

    # --- the fixed point ------------------------------------------------------------------

    def _find_cycle(self) -> None:
        """Newton's method from the fresh fixed point's neighbourhood; the board is widened until its end is empty."""
        size = 12
        state = self.load ** np.arange(1.0, size + 1)
        for _ in range(200):
            state = self._iterate(state)
            if state[-1] < _NEGLIGIBLE:
                self._state = state[: max(8, int((state > _NEGLIGIBLE).sum()) + 1)]
                return
            state = np.concatenate((state, np.zeros(state.size // 3 + 1)))
        raise ValueError(f"no fixed cycle found for load {self.load}, d = {self.choices}, T = {self.interval}")

    def _iterate(self, state: np.ndarray) -> np.ndarray:
        for _ in range(100):
            change = self._next(state) - state
            if np.abs(change).max() < 1e-12:
                break
            if np.abs(change).max() < 1e-2:
                jacobian = self._derivatives(state)[0]
                change = np.linalg.solve(np.eye(state.size) - jacobian, change)
            state = np.clip(state + change, 0.0, 1.0)
        return state

    # --- derivatives and the correction ---------------------------------------------------

    def _derivatives(self, state: np.ndarray) -> tuple[np.ndarray, "_Curves"]:
        curves = _Curves(self, state)
        return curves.jacobian, curves

    def refined(self) -> Refined:
        """The mean time in system for n servers of which d distinct ones are drawn (limit and first correction)."""
        jacobian, curves = self._derivatives(self._state)
        covariance = solve_discrete_lyapunov(jacobian, curves.noise())
        curved, mean_curved = curves.second_order(covariance)
        apart, mean_apart = curves.apart()
        shift = np.linalg.solve(np.eye(jacobian.shape[0]) - jacobian, curved + apart)
        first = float(curves.mean_gradient @ shift + mean_curved + mean_apart) / self.load
        radius = float(np.abs(np.linalg.eigvals(jacobian)).max())
        return Refined(self.mean, first, -self.interval / np.log(radius))


class _Curves:
    """How the next board and the phase's mean depend on the board, to second order.

    With P_j(a) the law of a queue that shows j, the next board is sum_j u_j P_j(a_j(x)); derivatives with respect
    to a are central differences, all others exact.
    """

    def __init__(self, limit: BoardLimit, state: np.ndarray) -> None:
        self._limit, self._state = limit, state
        self._u = limit._shares(state)
        self._a = _rates(state, limit.load, limit.choices)
        here = limit._phase(state)
        above, below = limit._phase(state, _STEP), limit._phase(state, -_STEP)
        self._law = here.after
        self._tails = _tails(here.after)
        self._tails1 = (_tails(above.after) - _tails(below.after)) / (2 * _STEP)
        self._tails2 = (_tails(above.after) - 2 * self._tails + _tails(below.after)) / _STEP**2
        self._mean = here.mean
        self._mean1 = (above.mean - below.mean) / (2 * _STEP)
        self._mean2 = (above.mean - 2 * here.mean + below.mean) / _STEP**2
        # Row j of these is du_j/dx and da_j/dx.
        size = state.size
        self._du = np.eye(size + 1, size, -1) - np.eye(size + 1, size)
        by_upper, by_lower = self._a.by_upper[:, None], self._a.by_lower[:, None]
        self._da = by_upper * np.eye(size + 1, size, -1) + by_lower * np.eye(size + 1, size)
        self.jacobian = self._tails.T @ self._du + (self._u[:, None] * self._tails1).T @ self._da
        self.mean_gradient = self._mean @ self._du + (self._u * self._mean1) @ self._da

    def noise(self) -> np.ndarray:
        """Covariance of the next board given this one, times n: every server goes its own way."""
        own = np.zeros((self._state.size, self._state.size))
        for share, tail in zip(self._u, self._tails):
            # Of one server: P(at least i and at least k) = P(at least max(i, k)).
            own += share * (np.minimum.outer(tail, tail) - np.outer(tail, tail))
        return own

    def second_order(self, covariance: np.ndarray) -> tuple[np.ndarray, float]:
        """Half of the second derivatives of (next board, mean jobs) contracted with the covariance."""
        size = self._state.size
        wide = np.zeros((size + 2, size + 2))  # index i is U_i; U_0 = 1 and U_{K+1} = 0 do not vary
        wide[1:-1, 1:-1] = covariance
        j = np.arange(size + 1)
        upper, lower, both = wide[j, j], wide[j + 1, j + 1], wide[j, j + 1]
        # Contractions of du_j da_j, da_j da_j and the second derivative of a_j.
        share_rate = ((self._du @ covariance) * self._da).sum(axis=1)
        rate_rate = ((self._da @ covariance) * self._da).sum(axis=1)
        bent = self._a.second[:, 0] * upper + 2 * self._a.second[:, 1] * both + self._a.second[:, 2] * lower

        def contract(by_rate: np.ndarray, by_rate_twice: np.ndarray) -> np.ndarray:
            return share_rate @ by_rate + 0.5 * (self._u * rate_rate) @ by_rate_twice + 0.5 * (self._u * bent) @ by_rate

        return contract(self._tails1, self._tails2), float(contract(self._mean1, self._mean2))

    def apart(self) -> tuple[np.ndarray, float]:
        """What drawing without replacement changes in (next board, mean jobs), times n."""
        weights = self._u * self._a.apart
        return weights @ self._tails1, float(weights @ self._mean1)


def _tails(law: np.ndarray) -> np.ndarray:
    """Along the last axis: probabilities of at least 1, 2, … from those of 0, 1, …"""
    return np.cumsum(law[..., ::-1], axis=-1)[..., ::-1][..., 1:]
