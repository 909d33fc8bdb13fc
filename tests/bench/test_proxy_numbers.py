"""From rounds of `./sonda bench proxy` to verdicts; nothing is measured here."""

from __future__ import annotations

import pytest

from sonda_bench.proxy_loads import UNITS
from sonda_bench.proxy_numbers import DEMANDS, bars, best_of, half_load_rate, ratio_of

KEEPALIVE = DEMANDS[0]


def test_all_demands_are_on_numbers_that_are_measured() -> None:
    assert {demand.number for demand in DEMANDS} <= UNITS.keys()


def test_the_best_peer_is_chosen_once_and_ratios_are_taken_within_a_round() -> None:
    # haproxy-1 is better in the last round only: the best of each round would be 100, 100, 300.
    rounds = {"haproxy-1": {"keepalive_per_s": [90, 90, 300]}, "haproxy-2": {"keepalive_per_s": [100, 100, 50]},
              "nginx": {"keepalive_per_s": [999, 999, 999]}, "sonda": {"keepalive_per_s": [120, 110, 55]}}
    assert best_of(rounds, "haproxy", KEEPALIVE) == "haproxy-2"
    ratio = ratio_of(rounds, "sonda", "haproxy-2", "keepalive_per_s")
    assert (ratio.median, ratio.least, ratio.largest) == pytest.approx((1.1, 1.1, 1.2))
    assert bars(rounds, "sonda")[0].met and "times haproxy-2" in bars(rounds, "sonda")[0].text


def test_less_is_better_where_less_is_demanded() -> None:
    rounds = {"haproxy-1": {"half_load_p99_us": [100]}, "haproxy-2": {"half_load_p99_us": [200]},
              "sonda": {"half_load_p99_us": [101], "first_byte_max_ms": [4.9], "idle_bytes": [1025]}}
    verdicts = {demand.number: bar.met for demand, bar in zip(DEMANDS, bars(rounds, "sonda"))}
    assert verdicts == {"keepalive_per_s": None, "short_per_s": None, "short_eof_per_s": None, "bulk1_gbit_per_s": None,
                        "bulk4_gbit_per_s": None, "half_load_p99_us": False, "first_byte_max_ms": True,
                        "idle_bytes": False}


def test_half_load_is_half_of_what_the_slowest_makes() -> None:
    looks = {"a": {"keepalive_per_s": [30_000]}, "b": {"keepalive_per_s": [20_000]}}
    assert half_load_rate(looks, ["a", "b"]) == 10_000
