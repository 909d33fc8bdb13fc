"""d choices by a board that is refreshed every T: all at once, or each entry at its own time."""

from __future__ import annotations

from functools import lru_cache, partial

from ..case import Case, Expected
from ..measures import Crossing, Metric, meeting_point
from ..models import board
from ..theory import queues
from ..theory.boards import BoardLimit
from ..theory.fresh import Refined
from .family import Family, Point, describe
from .plan import WARM_UP_REMNANT, Plan, Times, scenario, servers, setup, slug

_SURE = 0.003
# Moments within an interval at which entries with their own phase are refreshed.
SLICES = 50


@lru_cache(maxsize=256)
def limit(load: float, d: int, interval: float) -> Refined:
    return BoardLimit(load, d, interval).refined()


def expect_sample(n: int, load: float, d: int, interval: float, times: Times, seed: int, replicas: int,
                  slices: int) -> Expected:
    """Fluid limit where it is sure enough for n servers, else the board simulated anew."""
    refined = limit(load, d, interval)
    value, error = refined.mean(n), refined.model_error(n)
    source = "fluid limit + c/n"
    if slices > 1:
        # The correction was derived for the periodic board; this one's differs by no more than its own size.
        value, error, source = refined.limit, abs(refined.mean(n) - refined.limit) * 2, "fluid limit"
    if error <= _SURE * value:
        return Expected(value, source, error + WARM_UP_REMNANT * value)
    setting = board.Setting(n, load, interval, slices)
    estimate = board.simulate(setting, board.sample(d), warmup=times.warmup, length=times.length, replicas=replicas,
                              seed=seed)
    return Expected(estimate.mean, "independent simulation", 0.0, estimate.error, estimate.replicas)


def samples(family: str, plan: Plan, point: Point) -> list[Case]:
    n, load, interval, d = int(point["n"]), point["load"], point["interval"], int(point["d"])
    if not 2 <= d <= n:
        raise ValueError(f"d is {d}; from 2 to n = {n} is allowed")
    slices = SLICES if family == "V18" else 1
    relaxation = limit(load, d, interval).relaxation
    times = Times.of(plan, plan.requests(1 + 0.15 * relaxation), n * load, relaxation, interval=interval)
    name = f"reported-sample-{family}-{slug(**point)}"
    content = scenario(name, plan, times, servers(n), load=load)
    if slices > 1:
        content["probe"]["slices"] = slices
    return [Case(family, describe(point), "mean", (setup(name, content, "reported", f"sample:{d}"),), Metric("mean_s"),
                 partial(expect_sample, n, load, d, interval, times, plan.seed, 4 * plan.runs, slices),
                 cap=0.015 * plan.cap_scale)]


# --- the shortest of the board ----------------------------------------------------------------


def expect_rule(rule: board.Rule, n: int, load: float, interval: float, times: Times, seed: int,
                replicas: int) -> Expected:
    estimate = board.simulate(board.Setting(n, load, interval), rule, warmup=times.warmup, length=times.length,
                              replicas=replicas, seed=seed)
    return Expected(estimate.mean, "independent simulation", 0.0, estimate.error, estimate.replicas)


def _herd_times(plan: Plan, n: int, load: float, interval: float, millions: float) -> Times:
    # What a herd leaves behind is worked off at the rate 1 - load per server; a phase brings load n T to few servers.
    relaxation = 5 / (1 - load) + 3 * interval
    return Times.of(plan, plan.requests(millions), n * load, relaxation, interval=interval)


def shortest(plan: Plan, point: Point) -> list[Case]:
    n, load, interval = int(point["n"]), point["load"], point["interval"]
    times = _herd_times(plan, n, load, interval, 4 + 0.7 * interval)
    name = f"reported-best-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), "reported", "best")
    return [Case("V5", describe(point), "mean", (what,), Metric("mean_s"),
                 partial(expect_rule, board.shortest, n, load, interval, times, plan.seed, 4 * plan.runs),
                 cap=0.03 * plan.cap_scale)]


def _all_in_one(n: int) -> Expected:
    return Expected(1 / n, "definition", model_error=1e-12)


def head(plan: Plan, point: Point) -> list[Case]:
    n, load, interval = int(point["n"]), point["load"], point["interval"]
    # A server is the head once in n phases or so, and is worked off meanwhile.
    relaxation = 1 / (1 - load) + n * interval * load / 6
    times = Times.of(plan, plan.requests(2), n * load, relaxation, interval=interval)
    name = f"reported-head-{slug(**point)}"
    what = setup(name, scenario(name, plan, times, servers(n), load=load), "reported", "head")
    return [
        Case("V6", describe(point), "mean", (what,), Metric("mean_s"),
             partial(expect_rule, board.head, n, load, interval, times, plan.seed, 2 * plan.runs),
             cap=0.01 * plan.cap_scale),
        Case("V6", describe(point), "Jain per window", (what,), Metric("jain_window"), partial(_all_in_one, n),
             exact=True),
    ]


# --- crossings with random picks --------------------------------------------------------------

_SPREAD = 0.12


def expect_crossing_of_samples(n: int, load: float, d: int, intervals: tuple[float, float]) -> Expected:
    """The straight line through the limit's means at the two intervals, so that its curvature is no difference."""
    means = [limit(load, d, interval).mean(n) for interval in intervals]
    value = meeting_point(intervals, (means[0], means[1]), queues.mm1_mean(load))
    doubt = max(limit(load, d, interval).model_error(n) for interval in intervals)
    slope = (means[1] - means[0]) / (intervals[1] - intervals[0])
    return Expected(value, "fluid limit + c/n", doubt / slope + WARM_UP_REMNANT * value)


def expect_crossing_of_shortest(n: int, load: float, intervals: tuple[float, float], sides: tuple[Times, Times],
                                seed: int, replicas: int) -> Expected:
    low, high = (expect_rule(board.shortest, n, load, interval, times, seed + k, replicas)
                 for k, (interval, times) in enumerate(zip(intervals, sides)))
    level, width = queues.mm1_mean(load), intervals[1] - intervals[0]
    value = meeting_point(intervals, (low.value, high.value), level)
    # First-order propagation: the point moves against the line's height, divided by its slope.
    slope = (high.value - low.value) / width
    share = (value - intervals[0]) / width
    error = ((1 - share) ** 2 * low.error**2 + share**2 * high.error**2) ** 0.5 / slope
    return Expected(value, "independent simulation", 0.0, error, replicas)


def _rough_crossing_of_samples(n: int, load: float, d: int) -> float:
    """To a few per cent, only to know where to look."""
    level = queues.mm1_mean(load)
    low = high = 0.5
    while limit(load, d, high).mean(n) < level:
        low, high = high, 2 * high
        if high > 500:
            raise ValueError(f"d = {d} by a board is better than random picks at load {load:g} for intervals up to 500")
    means = [limit(load, d, interval).mean(n) for interval in (low, high)]
    return low if low == high else meeting_point((low, high), (means[0], means[1]), level)


def crossing(plan: Plan, point: Point) -> list[Case]:
    """d = n stands for the shortest of all."""
    n, load, d = int(point["n"]), point["load"], int(point["d"])
    all_of_them = d == n
    if not 2 <= d <= n:
        raise ValueError(f"d is {d}; from 2 to n = {n} is allowed")
    middle = _rough_crossing_of_shortest(n, load, plan.seed) if all_of_them else _rough_crossing_of_samples(n, load, d)
    intervals = (round(middle * (1 - _SPREAD), 3), round(middle * (1 + _SPREAD), 3))
    policy = "best" if all_of_them else f"sample:{d}"
    setups, sides = [], tuple(_herd_times(plan, n, load, interval, 4) for interval in intervals)
    for interval, times in zip(intervals, sides):
        name = f"reported-{policy.replace(':', '')}-crossing-{slug(n=n, load=load, T=interval)}"
        setups.append(setup(name, scenario(name, plan, times, servers(n), load=load), "reported", policy))
    expect = (partial(expect_crossing_of_shortest, n, load, intervals, sides, plan.seed, 4 * plan.runs)
              if all_of_them else partial(expect_crossing_of_samples, n, load, d, intervals))
    choice = "shortest" if all_of_them else f"d={d}"
    return [Case("V7", f"n={n} load={load:g} {choice} = random", "T of crossing", tuple(setups),
                 Crossing(intervals, queues.mm1_mean(load)), expect, cap=0.05 * plan.cap_scale)]


@lru_cache(maxsize=16)
def _rough_crossing_of_shortest(n: int, load: float, seed: int) -> float:
    """To a few per cent, only to know where to look: the mean is nearly linear in the interval."""
    level = queues.mm1_mean(load)
    middle = max(0.2, (level - 2) / 2)
    for spread in (0.4, 0.15):
        intervals = (middle * (1 - spread), middle * (1 + spread))
        means = []
        for interval in intervals:
            times = Times(30 / (1 - load) + 10 * interval, 60 / (1 - load) + 20 * interval, interval)
            means.append(expect_rule(board.shortest, n, load, interval, times, seed, 3000 // n + 8).value)
        middle = max(0.05, meeting_point(intervals, (means[0], means[1]), level))
    return middle


_SAMPLES = {"n": 100, "load": 0.9, "interval": 4, "d": 2}
_HERD = {"n": 100, "load": 0.9, "interval": 4}

FAMILIES = (
    Family("V4", "d choices by a periodic board", partial(samples, "V4"), _SAMPLES,
           [*({"interval": t, "d": d} for d in (2, 3) for t in (1, 4, 16)), {"n": 1000},
            {"n": 300, "load": 0.8, "interval": 2.5, "d": 5}, {"n": 60, "load": 0.95, "interval": 7},
            {"n": 10, "interval": 3}],
           [{"interval": 4}, {"n": 60, "load": 0.8, "interval": 2.5, "d": 3}]),
    Family("V5", "the shortest of a periodic board, ties at random", shortest, _HERD,
           [{"interval": 1}, {}, {"interval": 16}, {"n": 30, "load": 0.7, "interval": 2}], [{"n": 30, "interval": 2}]),
    Family("V6", "head of a periodic board", head, _HERD,
           [{"interval": 1}, {}, {"interval": 16}, {"n": 20, "load": 0.6, "interval": 3}],
           [{"n": 20, "load": 0.6, "interval": 3}]),
    Family("V7", "the interval from which random picks are better", crossing, {"n": 100, "load": 0.9, "d": 3},
           [{"d": 100}, {"d": 3}, {"d": 2}], [{"n": 50, "d": 50}]),
    Family("V18", "d choices by a board of entries with their own phase", partial(samples, "V18"),
           {**_SAMPLES, "n": 500}, [{"interval": t} for t in (1, 4, 16)] + [{"load": 0.8, "interval": 2.5, "d": 3}],
           [{"load": 0.8, "interval": 2.5}]),
)
