"""Join-Idle-Queue with several dispatchers: proxies with a monitor each."""

from __future__ import annotations

import math
from functools import partial

from ..case import Case, Expected
from ..measures import Metric
from ..models import idle_queue
from ..theory.idle_queue import limit_mean
from .family import Family, Point, describe
from .plan import RELAXATIONS, Plan, Times, scenario, servers, setup, slug


# An agent forgets a monitor that has not asked for 120 s, and tells it no more that it is idle (docs/protocol.md).
_LONGEST_INTERVAL = 90.0


def expect(n: int, m: int, load: float, times: Times, seed: int, replicas: int) -> Expected:
    estimate = idle_queue.simulate(n, m, load, warmup=times.warmup, length=times.length, replicas=replicas, seed=seed)
    limit = limit_mean(load, n / m)
    return Expected(estimate.mean, f"independent simulation (many proxies: {limit:.3f})", 0.0, estimate.error,
                    estimate.replicas)


def cases(plan: Plan, point: Point) -> list[Case]:
    n, m, load = int(point["n"]), int(point["m"]), point["load"]
    # What finds no idle server listed, half of the arrivals or less, makes of each server nearly an M/M/1 of that load.
    relaxation = max(30.0, 3 / (1 - load))
    # Probes only keep servers and monitors known to each other, m times n of them in a round.
    warmup = RELAXATIONS * relaxation
    interval = warmup / math.ceil(warmup / _LONGEST_INTERVAL)
    times = Times.of(plan, plan.requests(3), n * load, relaxation, interval=interval, phases=1)
    name = f"join-idle-queue-{slug(**point)}"
    content = scenario(name, plan, times, servers(n), load=load, monitors=m,
                       clients__count=m)
    return [Case("V9", describe(point), "mean", (setup(name, content, None, "join-idle-queue"),), Metric("mean_s"),
                 partial(expect, n, m, load, times, plan.seed, 2 * plan.runs), cap=0.03 * plan.cap_scale)]


FAMILIES = (
    Family("V9", "Join-Idle-Queue", cases, {"n": 500, "m": 50, "load": 0.9},
           [{}, {"load": 0.5}, {"n": 60, "m": 3, "load": 0.8}, {"n": 100, "m": 1}], [{"n": 100, "m": 10}]),
)
