"""From samples to numbers and verdicts; nothing is measured here."""

from __future__ import annotations

import math

import pytest

from sonda_bench.measure import Cost
from sonda_bench.numbers import Spread, number, spread
from sonda_bench.sim_cases import EmptyLoop, Sample
from sonda_bench.sim_numbers import Pair, bars, ratio_of, spread_of


def pair(requests_per_s: float, memory_mb: float = 20, clock: str = "wall") -> Pair:
    """Half a second of start; 100,000 requests more, 4 events each; the CPU takes half of the time."""
    more_s = 100_000 / requests_per_s
    short = Sample(10, 50, 0.1, Cost(0.5, 0.25, 10_000_000))
    long = Sample(100_010, 400_050, 0.1, Cost(0.5 + more_s, 0.25 + more_s / 2, round(1e6 * memory_mb)))
    return Pair(short, long, EmptyLoop(100, 1_000_000, Cost(0.2, 0.1, 0)), clock)


def test_what_both_runs_share_is_not_counted() -> None:
    one = pair(200_000)
    assert one.requests_per_s == pytest.approx(200_000)
    assert one.events_per_s == pytest.approx(800_000) and one.events_per_request == 4
    assert one.whole_requests_per_s == pytest.approx(100_010 / 1.0)
    assert one.of_empty == pytest.approx(800_000 / 5_000_000)
    assert pair(200_000, clock="cpu").requests_per_s == pytest.approx(400_000)
    assert pair(200_000, clock="cpu").of_empty == pytest.approx(1_600_000 / 10_000_000)


def test_a_round_that_cannot_tell_makes_no_number() -> None:
    short = Sample(10, 50, 0.1, Cost(0.5, 0.5, 1))
    still = Pair(short, Sample(20, 90, 0.1, Cost(0.4, 0.4, 1)), None, "wall")
    assert math.isnan(still.requests_per_s)
    assert spread([1.0, still.requests_per_s]) is None and spread([]) is None
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert spread_of({}, "event, 100 agents", lambda one: one.requests_per_s) is None


def test_ratios_are_taken_within_a_round() -> None:
    rounds = {"a": [pair(100_000), pair(300_000), pair(90_000)], "b": [pair(50_000), pair(100_000), pair(45_000)]}
    ratio = ratio_of(rounds, "a", "b")
    assert (ratio.median, ratio.least, ratio.largest) == pytest.approx((2, 2, 3))
    assert ratio_of(rounds, "a", "c") is None


@pytest.mark.parametrize("value, text", [(1234567.0, "1,230,000"), (999.6, "1,000"), (12.345, "12.3"),
                                         (0.01234, "0.0123"), (0.0, "0"), (-2.5, "-2.50")])
def test_three_digits_count(value: float, text: str) -> None:
    assert number(value) == text


def test_bars_are_met_at_the_limit_missed_beyond_and_open_when_not_measured() -> None:
    rounds = {
        "event, 100 agents": [pair(800_000)],
        "request, 100 agents": [pair(499_000)],
        "request, 5000 agents": [pair(499_000 / 1.6)],
        "event (queues only), 100 agents": [pair(900_000)],
        "SimPy, 100 agents": [pair(100_000)],
        "event, 10000 agents": [pair(1, memory_mb=600)],
        "request, 10000 agents": [pair(1, memory_mb=601)],
        "packet, 1000 agents": [pair(499)],
    }
    verdicts = {bar.text: bar.met for bar in bars(rounds)}
    assert list(verdicts.values()) == [True, False, True, None, False, True, False, False]
    assert bars(rounds)[4].measured.median == pytest.approx(1.6)
