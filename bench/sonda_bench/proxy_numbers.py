"""From rounds to ratios and verdicts of `./sonda bench proxy`."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Sequence

from .numbers import Bar, Spread, spread

# CONFIGURATION → NUMBER → one value for each round; see proxy_loads.UNITS.
Rounds = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Demand:
    """A bar: of a number, `limit` times that of the best HAProxy, or the number itself when `absolute`."""

    number: str
    text: str
    limit: float
    at_least: bool
    absolute: bool = False


DEMANDS = (
    Demand("keepalive_per_s", "keep-alive requests/s", 1.10, True),
    Demand("short_per_s", "short connections/s (wrk)", 1.15, True),
    Demand("short_eof_per_s", "short connections/s, read to the end", 1.15, True),
    Demand("bulk1_gbit_per_s", "bulk, 1 stream", 1.1, True),
    Demand("bulk4_gbit_per_s", "bulk, 4 streams", 1.5, True),
    Demand("half_load_p99_us", "p99 at half load", 1.0, False),
    Demand("first_byte_max_ms", "longest first byte of a speaking server, ms", 5, False, True),
    Demand("idle_bytes", "memory of an idle connection, bytes", 1024, False, True),
)


def spread_of(rounds: Rounds, configuration: str, number: str) -> Spread | None:
    """None when it was not measured."""
    return spread(rounds.get(configuration, {}).get(number, ()))


def ratio_of(rounds: Rounds, one: str, other: str, number: str) -> Spread | None:
    """One configuration's number by another's of the same round."""
    pairs = zip(rounds.get(one, {}).get(number, ()), rounds.get(other, {}).get(number, ()))
    return spread([mine / theirs for mine, theirs in pairs])


def best_of(rounds: Rounds, prefix: str, demand: Demand) -> str | None:
    """The configuration whose name has the prefix and whose median is best. None: nothing was measured.

    It is chosen once for all rounds: the best of each round would be the luckiest.
    """
    medians = {name: statistics.median(found) for name, numbers in rounds.items()
               if name.startswith(prefix) and (found := numbers.get(demand.number))}
    if not medians:
        return None
    return (max if demand.at_least else min)(medians, key=medians.__getitem__)


def bars(rounds: Rounds, configuration: str) -> list[Bar]:
    """All demands on a configuration of sonda-proxy; each bar's text names the peer that it is held against."""
    found = []
    for demand in DEMANDS:
        if demand.absolute:
            text, measured = demand.text, spread_of(rounds, configuration, demand.number)
        else:
            peer = best_of(rounds, "haproxy", demand)
            text = f"{demand.text}, times {peer or 'HAProxy'}"
            measured = ratio_of(rounds, configuration, peer, demand.number) if peer else None
        found.append(Bar(f"`{configuration}`: {text}", measured, demand.limit, demand.at_least))
    return found


def half_load_rate(rounds: Rounds, configurations: Sequence[str]) -> float:
    """Half of what the slowest of the proxies makes on kept connections, requests/s."""
    return min(statistics.median(rounds[name]["keepalive_per_s"]) for name in configurations) / 2
