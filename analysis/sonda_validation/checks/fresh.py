"""Power of d choices with fresh information: the proxy's own count of connections."""

from __future__ import annotations

from functools import partial

from ..case import Case, Expected
from ..measures import Metric
from ..models import chain
from ..theory import fresh
from .family import Family, Point, describe
from .plan import WARM_UP_REMNANT, Plan, Times, scenario, servers, setup, slug

# Where the correction for finite n is less sure than this, the system is simulated anew.
_SURE = 0.003
# The chains are simulated side by side: many short ones cost less than few long ones.
SHORTER = 8
# Times the requests of all runs to begin with; at loads at which lines end with six times these runs, as many.
AMPLE = 2
AMPLE_AT_HIGH_LOAD = 6
_HIGH_LOAD = 0.95


def expect(n: int, load: float, d: int, times: Times, seed: int, runs: int) -> Expected:
    refined = fresh.refined(load, d)
    value = refined.mean(n)
    if refined.model_error(n) <= _SURE * value:
        return Expected(value, "fixed point + c/n", refined.model_error(n) + WARM_UP_REMNANT * value)
    ample = AMPLE if load <= _HIGH_LOAD else AMPLE_AT_HIGH_LOAD
    estimate = chain.simulate(n, load, chain.fresh_sample(d), interval=10, warmup=times.warmup,
                              length=times.length / SHORTER, replicas=ample * SHORTER * runs, seed=seed)
    return Expected(estimate.mean, "independent simulation", 0.0, estimate.error, estimate.replicas)


def cases(plan: Plan, point: Point) -> list[Case]:
    n, load, d = int(point["n"]), point["load"], int(point["d"])
    if not 2 <= d <= n:
        raise ValueError(f"d is {d}; from 2 to n = {n} is allowed")
    relaxation = fresh.refined(load, d).relaxation
    # What varies is remembered for the relaxation time: so many fewer independent looks at the queues.
    times = Times.of(plan, plan.requests(1.6 + 0.25 * relaxation), n * load, relaxation)
    name = f"connections-sample-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), "connections",
                 f"sample:{d}")
    return [Case("V3", describe(point), "mean", (what,), Metric("mean_s"),
                 partial(expect, n, load, d, times, plan.seed, plan.runs),
                 cap=(0.01 if load <= _HIGH_LOAD else 0.03) * plan.cap_scale)]


_LOADS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)

FAMILIES = (
    Family("V3", "power of d, fresh information", cases, {"n": 100, "load": 0.9, "d": 2},
           [*({"load": load, "d": d} for d in (2, 3) for load in _LOADS),
            *({"load": load, "d": 5} for load in (0.7, 0.9)),
            {"n": 500, "load": 0.99, "d": 2}, {"n": 500, "load": 0.99, "d": 5}, {"n": 37, "load": 0.83, "d": 4},
            {"n": 8, "load": 0.8, "d": 2}],
           [{"load": 0.7, "d": 2}, {"load": 0.9, "d": 2}, {"load": 0.9, "d": 3}, {"load": 0.8, "d": 5},
            {"n": 37, "load": 0.83, "d": 4}]),
)
