"""Load Interpretation on a periodic board: fluid limits of Dahlin's Basic and Aggressive LI.

Dahlin, "Interpreting stale load information", IEEE TPDS 11(10), 2000, carried to n to infinity as boards.py
does for d choices: a server that shows j is an M/M/1 from j whose arrival rate is known for the whole phase.
"""

from __future__ import annotations

from typing import Callable

import numpy as np

from .transient import evolve

_LEVELS = 16
_NEGLIGIBLE = 1e-10
# Change of the shares from one phase to the next, in sum: the mean is then known to 10^-7.
_CONVERGED = 1e-9
_MEMORY = 5


def basic_li_mean(load: float, interval: float) -> float:
    """Mean time in system: server i gets (L - b_i)^+ of the load T arrivals per server that a phase brings.

    L is the level to which they would fill the valley, sum_j u_j (L - j)^+ = load T.
    """

    def pieces(board: np.ndarray) -> list[tuple[np.ndarray, float]]:
        return [(np.maximum(_level(board, load * interval) - np.arange(board.size), 0) / interval, interval)]

    return _cycle_mean(load, interval, pieces)


def aggressive_li_mean(load: float, interval: float) -> float:
    """Mean time in system: arrivals go to the least loaded servers only, evenly, until those reach the next level."""

    def pieces(board: np.ndarray) -> list[tuple[np.ndarray, float]]:
        found, left = [], interval
        below = np.cumsum(board)
        for top in range(board.size):
            # Servers that show up to `top` are filled to top + 1, which takes below[top] arrivals per server.
            if below[top] <= _NEGLIGIBLE:
                continue
            last = top == board.size - 1
            length = left if last else min(left, below[top] / load)
            rates = np.where(np.arange(board.size) <= top, load / below[top], 0.0)
            found.append((rates, length))
            left -= length
            if left <= 0:
                break
        return found

    return _cycle_mean(load, interval, pieces)


def _level(board: np.ndarray, arrivals: float) -> float:
    """The level of a valley with the shares `board` after it has been filled with `arrivals` per server."""
    filled = 0.0
    below = np.cumsum(board)
    for top in range(board.size):
        if filled + below[top] >= arrivals or top == board.size - 1:
            return top + (arrivals - filled) / below[top]
        filled += below[top]
    raise AssertionError("a board has shares")


# From a board's shares to the pieces of a phase: (arrival rate of a server that shows j, length of the piece).
Pieces = Callable[[np.ndarray], "list[tuple[np.ndarray, float]]"]


def _cycle_mean(load: float, interval: float, pieces: Pieces) -> float:
    """Mean time in system in the fixed cycle board → rates → board."""
    board = (1 - load) * load ** np.arange(_LEVELS)
    boards: list[np.ndarray] = []
    following: list[np.ndarray] = []
    for _ in range(20_000):
        law, jobs = np.eye(board.size), np.zeros(board.size)
        for rates, length in pieces(board):
            phase = evolve(rates, law, length)
            law, jobs = phase.after, jobs + phase.mean * length / interval
        after = board @ law
        if after[-1] > _NEGLIGIBLE:
            board = np.concatenate((after, np.zeros(_LEVELS)))
            boards, following = [], []
            continue
        if np.abs(after - board).sum() < _CONVERGED:
            return float(board @ jobs) / load
        boards, following = [*boards[-_MEMORY:], board], [*following[-_MEMORY:], after]
        board = _anderson(boards, following)
    raise ValueError(f"no fixed cycle found for load {load}, T = {interval}")


def _anderson(boards: list[np.ndarray], following: list[np.ndarray]) -> np.ndarray:
    """The next board to try: the mixture of the last ones whose changes cancel best (Anderson 1965).

    The map has kinks, so that the mixture may lead astray; then the last image itself is taken.
    """
    changes = np.array(following) - np.array(boards)
    mixed = following[-1]
    if len(boards) > 1:
        steps = np.diff(changes, axis=0).T
        weights = np.linalg.lstsq(steps, changes[-1], rcond=1e-10)[0]
        mixed = following[-1] - np.diff(np.array(following), axis=0).T @ weights
    if mixed.min() < -1e-3 or np.abs(mixed - following[-1]).sum() > 0.5:
        mixed = following[-1]
    mixed = np.maximum(mixed, 0)
    return mixed / mixed.sum()
