"""Load Interpretation on a periodic board (Dahlin)."""

from __future__ import annotations

from functools import partial

from ..case import Case, Expected
from ..measures import Metric
from ..models import board, chain
from ..theory import interpretation
from .boards import expect_rule
from .family import Family, Point, describe
from .fresh import AMPLE, SHORTER
from .plan import WARM_UP_REMNANT, Plan, Times, scenario, servers, setup, slug

# From as many servers on the fluid limit is compared with. Its error falls as 1 / n: the independent simulation of 100
# servers is 0.4 % to 1.6 % above it (load 0.9, T from 1 to 16).
_MANY = 1000
_PER_SERVER = 2.0
# Over how many intervals the policy measures the rate of arrivals (docs/policies.md).
_MEMORY = 10


def expect_basic(n: int, load: float, interval: float, times: Times, seed: int, runs: int) -> Expected:
    if n >= _MANY:
        return _fluid(interpretation.basic_li_mean(load, interval), n)
    return expect_rule(board.BasicLi(load, interval, memory=_MEMORY), n, load, interval, times, seed, 4 * runs)


def expect_aggressive(n: int, load: float, interval: float, times: Times, seed: int, runs: int) -> Expected:
    if n >= _MANY:
        return _fluid(interpretation.aggressive_li_mean(load, interval), n)
    estimate = chain.simulate(n, load, chain.aggressive_li, interval=interval, warmup=times.warmup,
                              length=times.length / SHORTER, replicas=AMPLE * SHORTER * runs, seed=seed)
    return Expected(estimate.mean, "independent simulation", 0.0, estimate.error, estimate.replicas)


def _fluid(value: float, n: int) -> Expected:
    return Expected(value, "fluid limit", (_PER_SERVER / n + WARM_UP_REMNANT) * value)


def cases(plan: Plan, point: Point) -> list[Case]:
    n, load, interval = int(point["n"]), point["load"], point["interval"]
    # As for d choices, whose boards forget within 2 T and a few times 1 / (1 - load).
    relaxation = 2 / (1 - load) + 2 * interval
    times = Times.of(plan, plan.requests(6), n * load, relaxation, interval=interval)
    lines = []
    for policy, expect in (("basic-li", expect_basic), ("aggressive-li", expect_aggressive)):
        name = f"reported-{policy}-{slug(**point)}"
        content = scenario(name, plan, times, servers(n), load=load)
        lines.append(Case("V8", f"{describe(point)} {policy}", "mean", (setup(name, content, "reported", policy),),
                          Metric("mean_s"), partial(expect, n, load, interval, times, plan.seed, plan.runs),
                          cap=0.03 * plan.cap_scale))
    return lines


FAMILIES = (
    Family("V8", "Load Interpretation by a periodic board", cases, {"n": 10, "load": 0.9, "interval": 4},
           [{}, {"interval": 32}, {"n": 1000}, {"n": 25, "load": 0.8, "interval": 2}], [{}]),
)
