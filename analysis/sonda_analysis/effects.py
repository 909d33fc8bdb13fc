"""What a rule of the proxy changes: runs without it and with it, paired by RngRun.

The runs of a pair meet the same arrivals, work and delays. Where the rule never acts they are equal to the last digit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from .ranking import make_cell
from .results import Outcome
from .statistics import mean_interval

EFFECT_COLUMNS = (
    "rule", "scenario", "contender", "runs", "requests", "failures_without", "failures_with", "mean_without_s",
    "mean_with_s", "ratio", "ratio_low", "ratio_high", "p99_ratio", "changed",
)


@dataclass(frozen=True)
class Effect:
    """One contender in one scenario; requests and failures are sums over `runs`, seconds are means over them.

    `ratio` is the geometric mean of mean response times with / without, `low` and `high` its 95 % t-interval over
    runs (None with one run); NaN where nothing was answered. An unfinished request counts as in the league.
    """

    rule: str
    scenario: str
    contender: str
    runs: int
    requests: int
    failures_without: int
    failures_with: int
    mean_without_s: float
    mean_with_s: float
    ratio: float
    low: float | None
    high: float | None
    p99_ratio: float
    changed: bool

    @property
    def saved(self) -> int:
        """Requests that failed without the rule only; negative when it costs some."""
        return self.failures_without - self.failures_with


def effect_of(rule: str, scenario: str, without: Sequence[Outcome], having: Sequence[Outcome]) -> Effect | None:
    """The effect on one contender over the RngRun that both have; None when there are none."""
    first = {outcome.rng_run: outcome for outcome in without}
    second = {outcome.rng_run: outcome for outcome in having}
    runs = sorted(set(first) & set(second))
    if not runs:
        return None
    before, after = make_cell([first[run] for run in runs]), make_cell([second[run] for run in runs])
    logs = _logs(after.mean_s, before.mean_s)
    interval = mean_interval(logs)
    half = interval.half_width
    return Effect(
        rule, scenario, without[0].contender.name, len(runs), int(before.requests.sum()),
        int(before.failures.sum()), int(after.failures.sum()), float(before.mean_s.mean()), float(after.mean_s.mean()),
        math.exp(interval.mean),
        None if half is None else math.exp(interval.mean - half),
        None if half is None else math.exp(interval.mean + half),
        math.exp(float(_logs(after.p99_s, before.p99_s).mean())),
        not all(_is_same(first[run].summary, second[run].summary) for run in runs),
    )


def _is_same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether the clients saw the same; how many events it took to simulate is not theirs to see."""
    keys = (set(one) | set(other)) - {"simulator_events"}
    return all(key in one and key in other and (one[key] == other[key] or math.isnan(one[key]) and math.isnan(other[key]))
               for key in keys)


def _logs(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Logarithms of ratios; NaN where both are infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(above) - np.log(below)


def effects_of(rule: str, without: Mapping[str, Sequence[Outcome]], having: Mapping[str, Sequence[Outcome]]
               ) -> list[Effect]:
    """Scenario → outcomes, in both ways: the effects by scenario and contender, in the order of `having`."""
    found = []
    for scenario, own in having.items():
        for name in dict.fromkeys(outcome.contender.name for outcome in own):
            pair = [[o for o in side.get(scenario, ()) if o.contender.name == name] for side in (without, having)]
            effect = effect_of(rule, scenario, *pair)
            if effect is not None:
                found.append(effect)
    return found


def effects_table(effects: Iterable[Effect]) -> pd.DataFrame:
    """EFFECT_COLUMNS, one row per effect; what does not exist is empty."""
    return pd.DataFrame([(
        e.rule, e.scenario, e.contender, e.runs, e.requests, e.failures_without, e.failures_with, e.mean_without_s,
        e.mean_with_s, e.ratio, e.low, e.high, e.p99_ratio, e.changed,
    ) for e in effects], columns=list(EFFECT_COLUMNS))


def typical_ratio(effects: Iterable[Effect]) -> float:
    """Geometric mean of the ratios that are known; NaN when none is."""
    logs = [math.log(effect.ratio) for effect in effects if 0 < effect.ratio < math.inf]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def percent(ratio: float) -> str:
    """`+3.1 %` for 1.031."""
    return "none" if not math.isfinite(ratio) else f"{100 * (ratio - 1):+.1f} %" if ratio < 2 else f"× {ratio:.3g}"


def interval_text(effect: Effect) -> str:
    """The ratio with its interval, as `+3.1 % (+2.0 % – +4.2 %)`."""
    if effect.low is None or effect.high is None or effect.low == effect.high:
        return percent(effect.ratio)
    return f"{percent(effect.ratio)} ({percent(effect.low)} – {percent(effect.high)})"
