"""Join-Idle-Queue with several dispatchers, finite n, as Lu et al. (Perform. Eval. 68(11), 2011) define it.

A server that becomes idle puts itself at the end of the idle list of one dispatcher, drawn at random, unless it is on
that list already. A dispatcher sends an arrival to the first server of its list and strikes it off; with an empty list
it sends to a server drawn from all. A server that was hit at random stays on the lists that it is on: their dispatchers
do not hear of it. At the start no list has anybody.
"""

from __future__ import annotations

import numpy as np

from . import Estimate

# Random numbers are drawn in blocks: one at a time would take most of the time.
_BLOCK = 1 << 16


def simulate(servers: int, dispatchers: int, load: float, *, warmup: float, length: float, replicas: int,
             seed: int) -> Estimate:
    """Mean time in system over `length` after `warmup`, started empty."""
    sequence = np.random.SeedSequence(seed).spawn(replicas)
    values = [_replica(servers, dispatchers, load, warmup, length, np.random.default_rng(s)) for s in sequence]
    return Estimate.of(np.array(values))


def _replica(servers: int, dispatchers: int, load: float, warmup: float, length: float,
             rng: np.random.Generator) -> float:
    jobs = [0] * servers
    # A dict keeps the order of its keys, and finds one at once.
    lists: list[dict[int, None]] = [{} for _ in range(dispatchers)]
    rate = servers * (load + 1)
    skipped, counted = rng.poisson(rate * warmup), rng.poisson(rate * length)
    present, total, done = 0, 0, 0
    while done < skipped + counted:
        many = min(_BLOCK, skipped + counted - done)
        arrives = (rng.random(many) < load / (load + 1)).tolist()
        anyone = rng.integers(servers, size=many).tolist()
        chosen = rng.integers(dispatchers, size=many).tolist()
        for arrival, server, dispatcher in zip(arrives, anyone, chosen):
            if done >= skipped:
                total += present
            done += 1
            if arrival:
                idle = lists[dispatcher]
                if idle:
                    server = next(iter(idle))
                    del idle[server]
                jobs[server] += 1
                present += 1
            elif jobs[server]:
                jobs[server] -= 1
                present -= 1
                if not jobs[server]:
                    lists[dispatcher].setdefault(server)
    return total / counted / (load * servers)
