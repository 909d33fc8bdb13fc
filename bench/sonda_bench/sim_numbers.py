"""From samples to numbers: what a request costs in each case, round by round, and the bars they are held to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Mapping, Sequence

from .numbers import Bar, Spread, spread
from .sim_cases import EmptyLoop, Sample


@dataclass(frozen=True)
class Pair:
    """The shorter and the longer run of a case in one round, and the empty loop if it was run.

    Seconds are of `clock`, 'wall' or 'cpu'.
    """

    short: Sample
    long: Sample
    empty: EmptyLoop | None
    clock: str

    @property
    def requests_per_s(self) -> float:
        """What is in both runs not counted; NaN when they took the same time."""
        return self._rate(self.long.requests - self.short.requests)

    @property
    def events_per_s(self) -> float:
        """The same for events."""
        return self._rate(self.long.events - self.short.events)

    @property
    def events_per_request(self) -> float:
        return (self.long.events - self.short.events) / (self.long.requests - self.short.requests)

    @property
    def whole_requests_per_s(self) -> float:
        """Of the longer run, start and building included."""
        return self.long.requests / self.long.cost.seconds(self.clock)

    @property
    def of_empty(self) -> float:
        """Events/s as a part of the empty loop's."""
        if self.empty is None:
            return math.nan
        return self.events_per_s * self.empty.cost.seconds(self.clock) / self.empty.events

    @property
    def memory_mb(self) -> float:
        """The most that the longer run held."""
        return self.long.cost.max_rss / 1e6

    def _rate(self, more: int) -> float:
        seconds = self.long.cost.seconds(self.clock) - self.short.cost.seconds(self.clock)
        return more / seconds if seconds > 0 else math.nan


Rounds = Mapping[str, Sequence[Pair]]


def spread_of(rounds: Rounds, name: str, value: Callable[[Pair], float]) -> Spread | None:
    """A number of a case over the rounds; None when the case was not measured."""
    return spread([value(pair) for pair in rounds.get(name, ())])


def ratio_of(rounds: Rounds, name: str, peer: str) -> Spread | None:
    """How many times as many requests/s a case makes as its peer in the same round."""
    pairs = zip(rounds.get(name, ()), rounds.get(peer, ()))
    return spread([one.requests_per_s / other.requests_per_s for one, other in pairs])


def bars(rounds: Rounds) -> list[Bar]:
    """Those of the project, in their order."""
    def rate(name: str) -> Spread | None:
        return spread_of(rounds, name, lambda pair: pair.requests_per_s)

    def memory_mb(name: str) -> Spread | None:
        return spread_of(rounds, name, lambda pair: pair.memory_mb)

    return [
        Bar("`event`, 100 agents, requests/s", rate("event, 100 agents"), 800_000, True),
        Bar("`request`, 100 agents, requests/s", rate("request, 100 agents"), 500_000, True),
        Bar("`event` (queues only), 100 agents, times SimPy",
            ratio_of(rounds, "event (queues only), 100 agents", "SimPy, 100 agents"), 8, True),
        Bar("`packet`, 1,000 agents, times plain ns-3",
            ratio_of(rounds, "packet, 1000 agents", "plain ns-3, 1000 agents"), 5, True),
        Bar("`request`, cost of a request with 5,000 agents, times that with 100",
            ratio_of(rounds, "request, 100 agents", "request, 5000 agents"), 1.5, False),
        Bar("`event`, 10,000 agents, MB", memory_mb("event, 10000 agents"), 600, False),
        Bar("`request`, 10,000 agents, MB", memory_mb("request, 10000 agents"), 600, False),
        Bar("`packet`, 1,000 agents, requests/s", rate("packet, 1000 agents"), 500, True),
    ]
