"""What n independent M/M/1 queues do in a limited time: the building block of every stale-board limit.

Uniformisation: with r at least all rates, the queue after a time t is that after Poisson(r t) steps, each an
arrival with probability a / r, a service with 1 / r, nothing else (Jensen 1953; Grassmann 1977). The mean
service time is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

# Poisson weights that are left out, in sum.
_LEFT_OUT = 1e-13


@dataclass(frozen=True)
class Phase:
    """Of queue j (row): `after[j, k]` probability of k jobs at the end, `mean[j]` jobs on average over the phase."""

    after: np.ndarray
    mean: np.ndarray


def evolve(rates: np.ndarray, start: np.ndarray, length: float) -> Phase:
    """Queues that begin with the law `start[j, :]` and get arrivals at `rates[j]` for `length`.

    An arrival at the last level of `start` is lost, so that it must be improbable.
    """
    rate = float(rates.max(initial=0.0)) + 1
    up, down = (rates / rate)[:, None], 1 / rate
    now, size = start, start.shape[1]
    steps = int(poisson.isf(_LEFT_OUT, rate * length)) + 2
    weights = poisson.pmf(np.arange(steps), rate * length)
    later = poisson.sf(np.arange(steps), rate * length) / (rate * length)
    jobs = np.arange(size)
    after, mean = np.zeros(start.shape), np.zeros(len(start))
    for weight, time_share in zip(weights, later):
        after += weight * now
        mean += time_share * (now @ jobs)
        following = (1 - up - down) * now
        following[:, 1:] += up * now[:, :-1]
        following[:, -1:] += up * now[:, -1:]
        following[:, :-1] += down * now[:, 1:]
        following[:, :1] += down * now[:, :1]
        now = following
    return Phase(after, mean)
