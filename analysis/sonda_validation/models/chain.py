"""Policies that need every arrival in its turn, finite n: fresh information, and Aggressive LI.

The whole system as one uniformised chain: events at the rate n (load + 1), each an arrival with probability
load / (load + 1), else a service at a random server, which an empty one ignores.
"""

from __future__ import annotations

from typing import Callable

import numpy as np

from . import Estimate

# The server for the next arrival of every replica: from jobs now (replicas, servers) and arrivals since the refresh.
Pick = Callable[[np.ndarray, np.ndarray], np.ndarray]
# Called at every refresh with the jobs then: returns the rule of the phase.
Refresh = Callable[[np.ndarray, np.random.Generator], Pick]


def fresh_sample(choices: int) -> Refresh:
    """The least loaded of `choices` distinct servers, looked at now; among equals the first drawn."""

    def refresh(jobs: np.ndarray, rng: np.random.Generator) -> Pick:
        replicas, servers = jobs.shape
        rows = np.arange(replicas)

        def pick(now: np.ndarray, _arrived: np.ndarray) -> np.ndarray:
            drawn = _distinct(rng, replicas, servers, choices)
            return drawn[rows, now[rows[:, None], drawn].argmin(axis=1)]

        return pick

    return refresh


def aggressive_li(jobs: np.ndarray, rng: np.random.Generator) -> Pick:
    """The arrival after j others goes evenly to the m least loaded.

    m is the largest with sum_{i<m} i (b_{i+1} - b_i) <= j.
    """
    board = jobs.copy()
    order = board.argsort(axis=1, kind="stable")
    ranked = np.take_along_axis(board, order, axis=1)
    rises = np.diff(ranked, axis=1) * np.arange(1, board.shape[1])
    needed = np.concatenate((np.zeros((len(board), 1)), rises.cumsum(axis=1)), axis=1)
    rows = np.arange(len(board))

    def pick(_now: np.ndarray, arrived: np.ndarray) -> np.ndarray:
        many = (needed <= arrived[:, None]).sum(axis=1)
        return order[rows, (rng.random(len(board)) * many).astype(np.int64)]

    return pick


def simulate(servers: int, load: float, refresh: Refresh, *, interval: float, warmup: float, length: float,
             replicas: int, seed: int) -> Estimate:
    """Mean time in system over `length` after `warmup`, started empty, `refresh` called every `interval`."""
    rng = np.random.default_rng(seed)
    jobs = np.zeros((replicas, servers), dtype=np.int64)
    total, phases = np.zeros(replicas), 0
    for number in range(int(np.ceil((warmup + length) / interval))):
        mean = _run_phase(jobs, load, refresh(jobs, rng), interval, rng)
        if number * interval >= warmup:
            total += mean
            phases += 1
    return Estimate.of(total / phases / (load * servers))


def _run_phase(jobs: np.ndarray, load: float, pick: Pick, length: float, rng: np.random.Generator) -> np.ndarray:
    """One phase, in place; mean jobs of each replica over it."""
    replicas, servers = jobs.shape
    rows = np.arange(replicas)
    events = rng.poisson(servers * (load + 1) * length, replicas)
    arrived = np.zeros(replicas, dtype=np.int64)
    present = jobs.sum(axis=1)
    total = present.astype(float)
    for number in range(int(events.max())):
        alive = number < events
        arrives = (rng.random(replicas) < load / (load + 1)) & alive
        server = np.where(arrives, pick(jobs, arrived), rng.integers(servers, size=replicas))
        change = arrives.astype(np.int64) - (~arrives & alive & (jobs[rows, server] > 0))
        jobs[rows, server] += change
        present += change
        arrived += arrives
        total += np.where(alive, present, 0)
    return total / (events + 1)


def _distinct(rng: np.random.Generator, replicas: int, servers: int, choices: int) -> np.ndarray:
    """For each replica `choices` distinct servers, every ordered choice equally likely."""
    drawn = rng.integers(servers, size=(replicas, choices))
    while True:
        ranked = np.sort(drawn, axis=1)
        again = (ranked[:, 1:] == ranked[:, :-1]).any(axis=1)
        if not again.any():
            return drawn
        drawn[again] = rng.integers(servers, size=(int(again.sum()), choices))
