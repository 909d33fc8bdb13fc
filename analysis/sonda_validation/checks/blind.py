"""Policies that look at nothing: every server is a queue of its own with known arrivals; and the central queue."""

from __future__ import annotations

from functools import partial
from typing import Any, Mapping

from ..case import Case, Expected
from ..measures import Metric, Quantile
from ..theory import fairness, queues, service
from .family import Family, Point, describe
from .plan import WARM_UP_REMNANT, Plan, Times, scenario, servers, setup, slug


def _formula(function: Any, *arguments: Any, source: str) -> Expected:
    value = function(*arguments)
    return Expected(value, source, model_error=WARM_UP_REMNANT * value)


def _requests_for(load: float) -> float:
    """Millions of requests for 1.4 % at 16 runs: the variance of an M/M/1's mean grows with (1 - load)^-2 squared."""
    # Asymptotic variance of the mean time in system, relative to its square (Whitt, Management Sci. 35(11), 1989).
    relative = load * (2 + 5 * load - 4 * load**2 + load**3) / (1 - load) ** 2
    return max(0.5, relative / 0.0028**2 / 1e6)


def random_picks(plan: Plan, point: Point) -> list[Case]:
    n, load = int(point["n"]), point["load"]
    times = Times.of(plan, plan.requests(_requests_for(load)), n * load, queues.mm1_relaxation(load))
    name = f"random-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), None, "random")
    cases = [Case("V1", describe(point), "mean", (what,), Metric("mean_s"),
                  partial(_formula, queues.mm1_mean, load, source="M/M/1"), cap=0.02 * plan.cap_scale)]
    for p, cap in ((0.5, 0.02), (0.99, 0.03), (0.999, 0.06)):
        cases.append(Case("V1", describe(point), f"p{100 * p:g}", (what,), Quantile(p),
                          partial(_formula, queues.mm1_quantile, load, p, source="M/M/1"), cap=cap * plan.cap_scale))
    return cases


def round_robin(plan: Plan, point: Point) -> list[Case]:
    n, load = int(point["n"]), point["load"]
    # The arrivals at a server are more regular than Poisson ones, which shortens memory and variance.
    times = Times.of(plan, plan.requests(_requests_for(load) / 2), n * load, queues.mm1_relaxation(load))
    name = f"round-robin-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), None, "round-robin")
    return [Case("V2", describe(point), "mean", (what,), Metric("mean_s"),
                 partial(_formula, queues.round_robin_mean, load, n, source="E_n/M/1"), cap=0.02 * plan.cap_scale)]


def fairness_of_random_picks(plan: Plan, point: Point) -> list[Case]:
    n, load, interval = int(point["n"]), point["load"], point["interval"]
    times = Times.of(plan, plan.requests(1), n * load, queues.mm1_relaxation(0.3), interval=interval)
    name = f"random-jain-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), None, "random")
    return [Case("V10", describe(point), "Jain per window", (what,), Metric("jain_window"),
                 partial(_formula, fairness.jain_of_poisson_picks, load * n * interval, n, source="multinomial picks"),
                 cap=0.01 * plan.cap_scale)]


def central_queue(plan: Plan, point: Point) -> list[Case]:
    n, load = int(point["n"]), point["load"]
    # As a single server n times as fast: the memory is that of one queue, divided by n.
    millions, relaxation = 2 * _requests_for(load) / n + 1, queues.mm1_relaxation(load) / n + 2
    times = Times.of(plan, plan.requests(millions), n * load, relaxation)
    name = f"central-queue-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), None, "central-queue")
    return [
        Case("V11", describe(point), "mean", (what,), Metric("mean_s"),
             partial(_formula, queues.mmc_mean, load, n, source="M/M/c"), cap=0.02 * plan.cap_scale),
        Case("V11", describe(point), "p99", (what,), Quantile(0.99),
             partial(_formula, queues.mmc_quantile, load, n, 0.99, source="M/M/c"), cap=0.03 * plan.cap_scale),
    ]


# Service times of mean 1 s with squared coefficients of variation from 0 to 5, in ms.
_SERVICES: Mapping[str, Mapping[str, Any]] = {
    "constant": {"constant": 1000},
    "uniform": {"uniform": [0, 2000]},
    "lognormal": {"lognormal": {"mean": 1000, "cv": 1.5}},
    "bimodal": {"bimodal": {"p": 0.9, "a": 500, "b": 5500}},
    "pareto": {"pareto": {"mean": 1000, "shape": 2.5, "max": 100_000}},
}


def general_service(plan: Plan, point: Point) -> list[Case]:
    cases = []
    for kind, distribution in _SERVICES.items():
        mean, squared_cv = service.moments(distribution)
        assert abs(mean - 1000) < 1e-6, kind
        cases += [_general("V16", plan, point, kind, distribution, "fcfs", squared_cv)]
    # Processor sharing does not care what the service times are distributed like (Kleinrock II, 4.4).
    cases.append(_general("V16", plan, point, "bimodal", _SERVICES["bimodal"], "processor-sharing", 1.0))
    return cases


def _general(family: str, plan: Plan, point: Point, kind: str, distribution: Mapping[str, Any], discipline: str,
             squared_cv: float) -> Case:
    n, load = int(point["n"]), point["load"]
    # Work that comes in larger pieces is remembered longer and varies more.
    heavy = max(1.0, (1 + squared_cv) / 2)
    requests = plan.requests(_requests_for(load) * heavy * 1.5)
    times = Times.of(plan, requests, n * load, heavy * queues.mm1_relaxation(load))
    name = f"random-{kind}-{discipline}-{slug(**point)}"
    content = scenario(name, plan, times, servers(n, discipline=discipline), load=load,
                       service=distribution)
    source = "Pollaczek-Khinchine" if discipline == "fcfs" else "M/G/1-PS, insensitive"
    return Case(family, f"{describe(point)} {kind} {'FCFS' if discipline == 'fcfs' else 'PS'}", "mean",
                (setup(name, content, None, "random"),), Metric("mean_s"),
                partial(_formula, queues.mg1_mean, load, squared_cv, source=source), cap=0.02 * plan.cap_scale)


def unequal_servers(plan: Plan, point: Point) -> list[Case]:
    """Half of the servers at half speed, picked by a weight that is not their capacity."""
    half, load = int(point["n"]) // 2, point["load"]
    speeds, weights = (1.0, 0.5), (0.6, 0.4)
    rate = load * half * sum(speeds)
    shares = [w / sum(weights) / half for w in weights for _ in range(half)]
    every = [s for s in speeds for _ in range(half)]
    busiest = rate * shares[-1] / speeds[1]
    if busiest >= 1:
        raise ValueError(f"load {load:g} overloads the slow servers, which get 40 % of the arrivals; below 0.83 is "
                         "allowed")
    times = Times.of(plan, plan.requests(_requests_for(busiest)), rate, queues.mm1_relaxation(busiest) / speeds[1])
    groups = [{**servers(half, speed=speed, weight=weight)[0], "name": name}
              for name, speed, weight in zip(("fast", "slow"), speeds, weights)]
    name = f"weighted-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, groups, load=load), None, "weighted")
    return [Case("V17", f"{describe(point)} speeds 1, 0.5 weights 0.6, 0.4", "mean", (what,), Metric("mean_s"),
                 partial(_formula, queues.static_split_mean, rate, shares, every, source="M/M/1 each"),
                 cap=0.02 * plan.cap_scale)]


def _points(*pairs: tuple[float, float]) -> list[Point]:
    return [{"n": n, "load": load} for n, load in pairs]


FAMILIES = (
    Family("V1", "random picks are M/M/1 queues", random_picks, {"n": 10, "load": 0.7},
           _points((10, 0.5), (10, 0.7), (10, 0.9), (37, 0.8)), _points((10, 0.5), (10, 0.7))),
    Family("V2", "round robin is E_n/M/1", round_robin, {"n": 10, "load": 0.7},
           _points((2, 0.7), (10, 0.5), (10, 0.7), (10, 0.9), (7, 0.85), (100, 0.9)), _points((10, 0.7), (3, 0.6))),
    Family("V10", "fairness of random picks", fairness_of_random_picks, {"n": 10, "load": 0.9, "interval": 10},
           [{}, {"n": 100, "interval": 5}, {"n": 30, "load": 0.5, "interval": 2}],
           [{}, {"n": 30, "load": 0.5, "interval": 2}]),
    Family("V11", "the central queue is M/M/c", central_queue, {"n": 10, "load": 0.9},
           _points((10, 0.9), (10, 0.7), (2, 0.9), (100, 0.95)), _points((10, 0.9))),
    Family("V16", "general service times", general_service, {"n": 10, "load": 0.7}, [{}], [{"load": 0.6}]),
    Family("V17", "unequal servers, static split", unequal_servers, {"n": 10, "load": 0.7}, [{}], [{"load": 0.6}]),
)
