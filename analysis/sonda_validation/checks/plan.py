"""How much is simulated, and how a setting becomes a scenario file.

One mean service time is one second, so that T in service times is probe.interval_s; all delays are 0, so that a
response time is the time in a queue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Mapping

from sonda_analysis.contenders import Contender

from ..case import Setup

# A run starts with empty queues; what is left of that after this many relaxation times is below 10^-4 of a mean
# (computed for the M/M/1 from its transient, docs/validation.md).
RELAXATIONS = 6
WARM_UP_REMNANT = 1e-4
EXPONENTIAL = {"exponential": 1000}


@dataclass(frozen=True)
class Plan:
    """Amount of work: `runs` to begin with and at most, `scale` of all numbers of requests, `cap_scale` of all caps."""

    short: bool
    seed: int
    fidelity: str

    @property
    def runs(self) -> int:
        return 12 if self.short else 16

    @property
    def most_runs(self) -> int:
        return 36 if self.short else 96

    @property
    def cap_scale(self) -> float:
        """A short table is content with wider tolerances."""
        return 1.5 if self.short else 1.0

    def requests(self, millions: float) -> float:
        """How many requests all runs of a line shall have, given how many they have in a long table."""
        return millions * 1e6 / (3 if self.short else 1)


@dataclass(frozen=True)
class Times:
    """Warm-up and measured length of one run and the probe interval, in service times; both are whole intervals.

    A window is as long as an interval, so that windows begin where the warm-up ends.
    """

    warmup: float
    length: float
    interval: float

    @staticmethod
    def of(plan: Plan, requests: float, rate: float, relaxation: float, interval: float | None = None,
           phases: int = 20) -> "Times":
        """Shares `requests` (arriving at `rate`) among the runs; no run is measured for less than its warm-up.

        Without `interval` boards do not matter, and a quarter of the warm-up is chosen; with it at least `phases`
        intervals are measured.
        """
        warmup = RELAXATIONS * relaxation
        step = interval or float(f"{warmup / 4:.3g}")
        warmup = math.ceil(warmup / step) * step
        length = max(requests / rate / plan.runs, warmup, phases * step if interval else 0)
        return Times(warmup, math.ceil(length / step) * step, step)


def scenario(name: str, plan: Plan, times: Times, agents: list[Mapping[str, Any]], *, load: float,
             service: Mapping[str, Any] | float = EXPONENTIAL, **keys: Any) -> dict[str, Any]:
    """A scenario file's content; `keys` replace or add keys (dots as __: probe__slices)."""
    content: dict[str, Any] = {
        "name": name,
        "about": "made by ./sonda validate: one mean service time is one second, no delays",
        "duration_s": times.warmup + times.length,
        "warmup_s": times.warmup,
        "fidelity": plan.fidelity,
        "probe": {"interval_s": times.interval, "window_ms": 0},
        "clients": {"count": 1, "delay_ms": 0},
        "agents": agents,
        "workload": {"load": load, "arrivals": "poisson", "service_ms": service, "ram_mb": 0},
    }
    for key, value in keys.items():
        *parents, last = key.split("__")
        inner = content
        for parent in parents:
            inner = inner[parent]
        inner[last] = value
    return content


def servers(count: int, **keys: Any) -> list[Mapping[str, Any]]:
    """One group of equal servers."""
    return [{"name": "server", "count": count, "discipline": "fcfs", "delay_ms": 0, **keys}]


def setup(name: str, content: Mapping[str, Any], formula: str | None, policy: str, **keys: Any) -> Setup:
    return Setup.of(name, content, Contender(formula, policy), **keys)


def slug(**values: float) -> str:
    """A piece of a file name: n=100, load=0.9 → n100-load0.9."""
    return "-".join(f"{key}{value:g}" for key, value in values.items())
