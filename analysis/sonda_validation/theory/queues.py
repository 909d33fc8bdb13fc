"""Closed forms for single queues and the central queue. Every function raises ValueError outside of its range.

Sources: Kleinrock, Queueing Systems I (1975): M/M/1 3.2, M/M/m 3.5, M/G/1 5.6, G/M/1 6.4; the Erlang-B
recursion: Cooper, Introduction to Queueing Theory (1981), 3.1.
"""

from __future__ import annotations

import math
from typing import Callable, Sequence

import numpy as np
from scipy.optimize import brentq


def _check_load(load: float) -> None:
    if not 0 < load < 1:
        raise ValueError(f"load is {load}; a stable queue has a load above 0 and below 1")


def mm1_mean(load: float) -> float:
    """Mean time in system of an M/M/1: each of n servers of equal speed under random picks."""
    _check_load(load)
    return 1 / (1 - load)


def mm1_quantile(load: float, p: float) -> float:
    """Time in system that the share p does not exceed: it is exponential with rate 1 - load (FCFS)."""
    _check_load(load)
    return -math.log1p(-p) / (1 - load)


def mm1_relaxation(load: float) -> float:
    """1 / spectral gap of the M/M/1: what a queue was like is forgotten in a few of these times."""
    _check_load(load)
    return 1 / (1 - math.sqrt(load)) ** 2


def mg1_mean(load: float, squared_cv: float) -> float:
    """Pollaczek-Khinchine mean time in system; `squared_cv` is variance / mean² of the service time."""
    _check_load(load)
    return 1 + load * (1 + squared_cv) / (2 * (1 - load))


def round_robin_mean(load: float, servers: int) -> float:
    """Mean time in system under round robin over `servers`: each is an E_n/M/1 queue.

    A customer finds the server idle with probability 1 - sigma, where sigma is the root in (0, 1) of
    sigma = A(1 - sigma), A the Laplace transform of the time between the arrivals at one server.
    """
    _check_load(load)
    if servers == 1:
        return mm1_mean(load)

    def excess(sigma: float) -> float:
        return (servers * load / (servers * load + 1 - sigma)) ** servers - sigma

    return 1 / (1 - _root(excess))


def dm1_mean(load: float) -> float:
    """Mean time in system of a D/M/1: round robin over very many servers."""
    _check_load(load)
    return 1 / (1 - _root(lambda sigma: math.exp(-(1 - sigma) / load) - sigma))


def _root(excess: Callable[[float], float]) -> float:
    # sigma = 1 is the other root; the wanted one is below it by at least the queue's idleness squared.
    return float(brentq(excess, 0.0, 1 - 1e-9, xtol=1e-15, rtol=1e-14))


def erlang_c(load: float, servers: int) -> float:
    """Probability that an arrival at an M/M/c has to wait; `load` is per server."""
    _check_load(load)
    offered = servers * load
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked / (1 - load + load * blocked)


def mmc_mean(load: float, servers: int) -> float:
    """Mean time in system of an M/M/c, the bound of every policy that does not move requests."""
    return 1 + erlang_c(load, servers) / (servers * (1 - load))


def mmc_quantile(load: float, servers: int, p: float) -> float:
    """Time in system of an M/M/c that the share p does not exceed (FCFS).

    The wait is 0 with probability 1 - C, else exponential with rate c(1 - load); the service is exponential.
    """
    wait, rate = erlang_c(load, servers), servers * (1 - load)

    def above(t: float) -> float:
        if abs(rate - 1) < 1e-9:
            return math.exp(-t) * (1 + wait * t)
        return math.exp(-t) + wait * (math.exp(-rate * t) - math.exp(-t)) / (1 - rate)

    return float(brentq(lambda t: above(t) - (1 - p), 0.0, 1e3 * mmc_mean(load, servers) - math.log1p(-p) * 10))


def static_split_mean(arrival_rate: float, shares: Sequence[float], speeds: Sequence[float]) -> float:
    """Mean time in system when server i, an M/M/1 with rate `speeds[i]`, gets the share `shares[i]`."""
    share, speed = np.asarray(shares, float), np.asarray(speeds, float)
    left = speed - arrival_rate * share
    if (left <= 0).any():
        raise ValueError(f"server {int(left.argmin())} gets more than it can work off")
    return float((share / left).sum())
