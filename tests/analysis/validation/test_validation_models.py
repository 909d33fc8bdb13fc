"""The independent simulations of ./sonda validate against theory and against other programs' numbers.

Tolerances are 4.5 standard errors of the replicas (about one false alarm in 10^5 tests; seeds are fixed anyway) plus
what the compared number is itself uncertain by.
"""

from __future__ import annotations

import numpy as np
import pytest

from sonda_validation.models import Estimate, board, chain, idle_queue
from sonda_validation.theory import fresh, interpretation, queues
from sonda_validation.theory.boards import BoardLimit


def agrees(estimate: Estimate, expected: float, uncertainty: float = 0.0) -> bool:
    return abs(estimate.mean - expected) < 4.5 * estimate.error + uncertainty


@pytest.mark.parametrize("choices, interval, servers", [(2, 1, 100), (3, 4, 100), (2, 4, 20), (5, 2, 50)])
def test_a_board_of_samples(choices: int, interval: float, servers: int) -> None:
    refined = BoardLimit(0.9, choices, interval).refined()
    setting = board.Setting(servers, 0.9, interval)
    estimate = board.simulate(setting, board.sample(choices), warmup=150, length=200, replicas=60, seed=1)
    assert agrees(estimate, refined.mean(servers), refined.model_error(servers))
    assert estimate.error < 0.015 * estimate.mean


def test_a_board_of_entries_with_their_own_phase_has_the_same_limit() -> None:
    refined = BoardLimit(0.9, 2, 4).refined()
    setting = board.Setting(1000, 0.9, 4, slices=20)
    estimate = board.simulate(setting, board.sample(2), warmup=150, length=60, replicas=10, seed=1)
    assert agrees(estimate, refined.limit, abs(refined.first) / 1000)


@pytest.mark.parametrize("interval, expected, head_expected", [(1, 4.037, 45.5), (4, 10.02, 178.6)])
def test_the_shortest_of_an_old_board(interval: float, expected: float, head_expected: float) -> None:
    setting = board.Setting(100, 0.9, interval)
    estimate = board.simulate(setting, board.shortest, warmup=200, length=200, replicas=40, seed=1)
    assert agrees(estimate, expected, 0.01 * expected)
    estimate = board.simulate(setting, board.head, warmup=800, length=200, replicas=8, seed=1)
    assert agrees(estimate, head_expected, 0.01 * head_expected)


@pytest.mark.parametrize("interval, basic, aggressive", [(1, 2.915, 2.753), (4, 4.075, 3.763), (16, 5.824, 5.297)])
def test_load_interpretation_of_ten_servers(interval: float, basic: float, aggressive: float) -> None:
    setting = board.Setting(10, 0.9, interval)
    rule = board.BasicLi(0.9, interval)
    assert agrees(board.simulate(setting, rule, warmup=200, length=800, replicas=100, seed=1), basic, 0.01 * basic)
    estimate = chain.simulate(10, 0.9, chain.aggressive_li, interval=interval, warmup=200, length=400, replicas=100,
                              seed=1)
    assert agrees(estimate, aggressive, 0.01 * aggressive)


def test_measuring_the_rate_of_arrivals_costs_little() -> None:
    setting = board.Setting(10, 0.9, 4)
    known, measured = (board.simulate(setting, board.BasicLi(0.9, 4, memory), warmup=200, length=800, replicas=200,
                                      seed=1) for memory in (0, 10))
    assert agrees(measured, known.mean, 4.5 * known.error + 0.01 * known.mean)
    # What is seen is the rate: after many phases K is off by its noise only, 1 / sqrt(2 * 10 * 36) relative.
    rule, rng = board.BasicLi(0.9, 4, 10), np.random.default_rng(1)
    for _ in range(200):
        rule.observe(rng.poisson(36, 1000))
    estimate = rule._seen / rule._weight
    assert estimate.mean() == pytest.approx(36, rel=4.5 * 0.0373 / 1000**0.5)
    assert estimate.std() / 36 == pytest.approx(0.0373, rel=0.15)


def test_load_interpretation_of_very_many_servers_is_the_fluid_limit() -> None:
    rule = board.BasicLi(0.9, 4)
    estimate = board.simulate(board.Setting(2000, 0.9, 4), rule, warmup=100, length=40, replicas=8, seed=1)
    # The shares of a level fluctuate by n^-1/2, which moves a threshold by 1 % here at most.
    assert agrees(estimate, interpretation.basic_li_mean(0.9, 4), 0.01)


@pytest.mark.parametrize("servers, choices", [(100, 2), (20, 2), (20, 3)])
def test_fresh_samples(servers: int, choices: int) -> None:
    refined = fresh.refined(0.8, choices)
    estimate = chain.simulate(servers, 0.8, chain.fresh_sample(choices), interval=10, warmup=60, length=100,
                              replicas=100, seed=1)
    assert agrees(estimate, refined.mean(servers), refined.model_error(servers))


def test_rates_of_a_board_are_the_probabilities_of_the_draw() -> None:
    shown = np.array([[3, 0, 1, 1, 2, 0]])
    rng = np.random.default_rng(1)
    for choices in (1, 2, 3):
        won = np.zeros(6)
        for _ in range(20_000):
            drawn = rng.permutation(6)[:choices]
            won[drawn[shown[0, drawn].argmin()]] += 1
        share = won / won.sum()
        assert board.sample(choices)(shown)[0] / 6 == pytest.approx(share, abs=4.5 * np.sqrt(0.25 / 20_000))
    assert board.shortest(shown)[0].tolist() == [0, 3, 0, 0, 0, 3]
    assert board.head(shown)[0].tolist() == [0, 6, 0, 0, 0, 0]
    # K = 0.5 * 6 * 2 = 6 arrivals fill 0, 0, 1, 1, 2 to the level 2, which the server that shows 2 is at, not below.
    assert board.BasicLi(0.5, 2)(shown)[0] / 6 == pytest.approx([0, 2 / 6, 1 / 6, 1 / 6, 0, 2 / 6])


def test_a_phase_of_single_queues_is_m_m_1() -> None:
    rng = np.random.default_rng(1)
    jobs = np.zeros((50, 40), dtype=np.int64)
    for _ in range(40):
        board.run_phase(jobs, np.full(jobs.shape, 0.6), 5.0, rng)
    phases = [board.run_phase(jobs, np.full(jobs.shape, 0.6), 5.0, rng)[0] for _ in range(60)]
    assert agrees(Estimate.of(np.mean(phases, axis=0) / 40 / 0.6), queues.mm1_mean(0.6))


@pytest.mark.parametrize("dispatchers, load, expected", [(50, 0.9, 1.845), (50, 0.95, 2.715), (25, 0.9, 1.463)])
def test_join_idle_queue(dispatchers: int, load: float, expected: float) -> None:
    estimate = idle_queue.simulate(500, dispatchers, load, warmup=100, length=150, replicas=8, seed=1)
    assert agrees(estimate, expected, 0.01 * expected)
    assert estimate == idle_queue.simulate(500, dispatchers, load, warmup=100, length=150, replicas=8, seed=1)
