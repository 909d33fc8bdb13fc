"""Policies that look at a board of old queue lengths, finite n.

Between two refreshes nobody looks at anything new: given the board the arrivals at each server are a Poisson
process of known rate, and every server is an M/M/1 of its own. So a phase is drawn server by server.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Callable

import numpy as np

from . import Estimate

# From a board (replicas, servers) to arrival rates of the same shape, in units of one server's mean rate. A rule that
# has `observe` is told how many arrivals each phase had.
Rule = Callable[[np.ndarray], np.ndarray]


def sample(choices: int) -> Rule:
    """The least loaded of `choices` distinct servers drawn at random, among equals at random."""

    def rates(board: np.ndarray) -> np.ndarray:
        servers = board.shape[1]
        alike = _counts(board)
        at_least = alike[:, ::-1].cumsum(axis=1)[:, ::-1]
        # All d in a set of k servers: C(k, d) / C(n, d).
        inside = np.array([comb(k, choices) for k in range(servers + 1)]) / comb(servers, choices)
        won = inside[at_least]
        won[:, :-1] -= inside[at_least[:, 1:]]
        share = won / np.maximum(alike, 1)
        return servers * np.take_along_axis(share, board, axis=1)

    return rates


def shortest(board: np.ndarray) -> np.ndarray:
    """The least loaded of all, among equals at random."""
    best = board == board.min(axis=1, keepdims=True)
    return board.shape[1] * best / best.sum(axis=1, keepdims=True)


def head(board: np.ndarray) -> np.ndarray:
    """The least loaded of all, among equals always the one with the lowest number."""
    rates = np.zeros(board.shape)
    rates[np.arange(len(board)), board.argmin(axis=1)] = board.shape[1]
    return rates


class BasicLi:
    """Dahlin's Basic LI: server i with probability (L - b_i)^+ / K, K the arrivals that a phase brings.

    K is known, or (`memory` phases above 0) estimated from the arrivals seen, each counting exp(-age / memory).
    """

    def __init__(self, load: float, interval: float, memory: float = 0.0) -> None:
        self._known, self._memory = load * interval, memory
        self._seen: np.ndarray | None = None
        self._weight = 0.0

    def __call__(self, board: np.ndarray) -> np.ndarray:
        servers = board.shape[1]
        arrivals = np.full((len(board), 1), self._known * servers)
        if self._seen is not None:
            arrivals = np.maximum(self._seen / self._weight, 1e-3)[:, None]
        ranked = np.sort(board, axis=1)
        many = np.arange(1, servers + 1)
        level = (arrivals + ranked.cumsum(axis=1)) / many
        deepest = servers - 1 - (level > ranked)[:, ::-1].argmax(axis=1)
        reached = np.take_along_axis(level, deepest[:, None], axis=1)
        return servers * np.maximum(reached - board, 0) / arrivals

    def observe(self, arrivals: np.ndarray) -> None:
        """Arrivals of the last phase, one number per replica."""
        if self._memory > 0:
            kept = np.exp(-1 / self._memory)
            # Those of one phase are spread evenly over it.
            fresh = self._memory * (1 - kept)
            self._seen = fresh * arrivals + (0 if self._seen is None else kept * self._seen)
            self._weight = fresh + kept * self._weight


def _counts(board: np.ndarray) -> np.ndarray:
    """How many servers of each replica show 0, 1, …: shape (replicas, highest + 1)."""
    width = int(board.max()) + 1
    places = board + width * np.arange(len(board))[:, None]
    return np.bincount(places.ravel(), minlength=width * len(board)).reshape(len(board), width)


@dataclass(frozen=True)
class Setting:
    """n servers at `load`, a board refreshed every `interval`: all at once, or in `slices` one after the other."""

    servers: int
    load: float
    interval: float
    slices: int = 1


def simulate(setting: Setting, rule: Rule, *, warmup: float, length: float, replicas: int, seed: int) -> Estimate:
    """Mean time in system over `length` after `warmup`, started empty."""
    rng = np.random.default_rng(seed)
    jobs = np.zeros((replicas, setting.servers), dtype=np.int64)
    board = jobs.copy()
    step = setting.interval / setting.slices
    total, steps = np.zeros(replicas), 0
    member = np.arange(setting.servers) % setting.slices
    for number in range(int(np.ceil((warmup + length) / step))):
        due = member == number % setting.slices
        board[:, due] = jobs[:, due]
        mean, arrivals = run_phase(jobs, setting.load * rule(board), step, rng)
        if hasattr(rule, "observe"):
            rule.observe(arrivals)
        if number * step >= warmup:
            total += mean
            steps += 1
    return Estimate.of(total / steps / (setting.load * setting.servers))


def run_phase(jobs: np.ndarray, rates: np.ndarray, length: float,
              rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Lets every queue of `jobs` (replicas, servers) live for `length`, in place.

    Returns mean jobs and arrivals of each replica. A queue with arrival rate a sees Poisson((a + 1) length) events:
    arrivals with probability a / (a + 1), else services, which an empty queue ignores. Given their number they cut the
    time evenly on average.
    """
    events = rng.poisson((rates + 1) * length).ravel()
    order = np.argsort(-events, kind="stable")
    events = events[order]
    busy = jobs.ravel()[order]
    arrival = (rates / (rates + 1)).ravel()[order]
    total, arrived = busy.astype(float), np.zeros_like(busy)
    alive = np.searchsorted(-events, -np.arange(events[0]), side="left") if events.size else []
    for many in alive:
        here = busy[:many]
        arrives = rng.random(many) < arrival[:many]
        here += arrives
        arrived[:many] += arrives
        here -= ~arrives & (here > 0)
        total[:many] += here
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    jobs[...] = busy[back].reshape(jobs.shape)
    mean = (total / (events + 1))[back].reshape(jobs.shape)
    return mean.sum(axis=1), arrived[back].reshape(jobs.shape).sum(axis=1)
