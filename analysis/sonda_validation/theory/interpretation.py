"""Load Interpretation on a periodic board: fluid limits of Dahlin's Basic and Aggressive LI.

Dahlin, "Interpreting stale load information", IEEE TPDS 11(10), 2000, carried to n to infinity as boards.py
does for d choices: a server that shows j is an M/M/1 from j whose arrival rate is known for the whole phase.
"""

from __future__ import annotations

import numpy as np

from .transient import evolve

_LEVELS = 16
_NEGLIGIBLE = 1e-10


def basic_li_mean(load: float, interval: float) -> float:
    """Mean time in system: server i gets (L - b_i)^+ of the load T arrivals per server that a phase brings.

    L is the level to which they would fill the valley, sum_j u_j (L - j)^+ = load T.
    """

    def phases(board: np.ndarray) -> list[tuple[np.ndarray, float]]:
        return [(np.maximum(_level(board, load * interval) - np.arange(board.size), 0) / interval, interval)]

    return _cycle_mean(load, interval, phases)


def aggressive_li_mean(load: float, interval: float) -> float:
    """Mean time in system: arrivals go to the least loaded servers only, evenly, until those reach the next level."""

    def phases(board: np.ndarray) -> list[tuple[np.ndarray, float]]:
        pieces, left = [], interval
        below = np.cumsum(board)
        for top in range(board.size):
            # Servers that show up to `top` are filled to top + 1, which takes below[top] arrivals per server.
            if below[top] <= _NEGLIGIBLE:
                continue
            last = top == board.size - 1
            length = left if last else min(left, below[top] / load)
            rates = np.where(np.arange(board.size) <= top, load / below[top], 0.0)
            pieces.append((rates, length))
            left -= length
            if left <= 0:
                break
        return pieces

    return _cycle_mean(load, interval, phases)


def _level(board: np.ndarray, arrivals: float) -> float:
    """The level of a valley with the shares `board` after it has been filled with `arrivals` per server."""
    filled = 0.0
    below = np.cumsum(board)
    for top in range(board.size):
        if filled + below[top] >= arrivals or top == board.size - 1:
            return top + (arrivals - filled) / below[top]
        filled += below[top]
    raise AssertionError("a board has shares")


def _cycle_mean(load: float, interval: float, phases) -> float:
    """Iterates board → rates → board. The maps are not smooth, so that nothing faster than iterating is safe."""
    board = (1 - load) * load ** np.arange(_LEVELS)
    mean = np.inf
    for _ in range(20_000):
        law, jobs = np.eye(board.size), np.zeros(board.size)
        for rates, length in phases(board):
            phase = evolve(rates, law, length)
            law, jobs = phase.after, jobs + phase.mean * length / interval
        following, before = board @ law, mean
        mean = float(board @ jobs) / load
        if following[-1] > _NEGLIGIBLE:
            board = np.concatenate((following, np.zeros(_LEVELS)))
            continue
        if np.abs(following - board).sum() < 1e-9 and abs(mean - before) < 1e-9:
            return mean
        board = following / following.sum()
    raise ValueError(f"no fixed cycle found for load {load}, T = {interval}")
