"""The theory of ./sonda validate against published and independently computed numbers.

The tables are those of the literature (Mitzenmacher 2001, Table 1; textbooks), or were computed by other programs
than this one: Runge-Kutta on the cyclic ODE for the boards, plain event-driven simulation where a standard
deviation is given.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import norm

from sonda_validation.theory import fairness, fresh, idle_queue, interpretation, queues, service, transient
from sonda_validation.theory.boards import BoardLimit

LOADS = (0.5, 0.7, 0.9, 0.95, 0.99)
ROUND_ROBIN = {2: (1.6180, 2.6006, 7.5883, 15.0857, 75.0838), 5: (1.3962, 2.1642, 6.1421, 12.1376, 60.1342),
               10: (1.3246, 2.0198, 5.6603, 11.1549, 55.1510), 20: (1.2895, 1.9479, 5.4194, 10.6637, 52.6594),
               100: (1.2619, 1.8905, 5.2268, 10.2707, 50.6661)}
MMC_LOADS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
MMC = {1: (2.0000, 3.3333, 5.0000, 10.0000, 20.0000, 100.0000), 2: (1.3333, 1.9608, 2.7778, 5.2632, 10.2564, 50.2513),
       5: (1.0522, 1.2519, 1.5541, 2.5250, 4.5112, 20.5005), 10: (1.0072, 1.0739, 1.2046, 1.6687, 2.6512, 10.6374),
       20: (1.0004, 1.0156, 1.0640, 1.2754, 1.7554, 5.7393), 50: (1.0000, 1.0007, 1.0087, 1.0728, 1.2516, 2.8337),
       100: (1.0000, 1.0000, 1.0010, 1.0217, 1.1013, 1.8828)}
CHOICES = {1: (2.0000, 3.3333, 5.0000, 10.0000, 20.0000, 100.0000), 2: (1.2657, 1.6145, 1.9474, 2.6141, 3.3830, 5.4320),
           3: (1.1252, 1.3568, 1.5809, 2.0279, 2.5351, 3.8578), 5: (1.0313, 1.1681, 1.3289, 1.6329, 1.9888, 2.9017),
           10: (1.0010, 1.0282, 1.1074, 1.3487, 1.6023, 2.2354)}
# Mitzenmacher's simulation of 100 queues, which draws distinct ones, at MMC_LOADS.
HUNDRED_QUEUES = {2: (1.2673, 1.6202, 1.9585, 2.6454, 3.4610, 5.9275),
                  3: (1.1277, 1.3634, 1.5940, 2.0614, 2.6137, 4.4080)}
# Fluid limit at load 0.9 by T.
BOARDS = {2: {0.5: 2.7811, 1: 2.9359, 2: 3.2212, 4: 3.7328, 8: 4.6388, 16: 6.2515, 32: 9.1918},
          3: {0.5: 2.3071, 1: 2.5593, 2: 3.0240, 4: 3.8780, 8: 5.4604, 16: 8.4509}}


# A last digit of the tables that stand above may be rounded either way.
DIGIT = 1.01e-4


@pytest.mark.parametrize("servers", ROUND_ROBIN)
def test_round_robin(servers: int) -> None:
    computed = [queues.round_robin_mean(load, servers) for load in LOADS]
    assert computed == pytest.approx(ROUND_ROBIN[servers], abs=DIGIT)


def test_round_robin_over_many_is_d_m_1_and_over_one_m_m_1() -> None:
    limits = (1.2550, 1.8762, 5.1787, 10.1724, 50.1678)
    assert [queues.dm1_mean(load) for load in LOADS] == pytest.approx(limits, abs=DIGIT)
    assert queues.round_robin_mean(0.7, 100_000) == pytest.approx(queues.dm1_mean(0.7), rel=1e-4)
    assert queues.round_robin_mean(0.7, 1) == queues.mm1_mean(0.7)


@pytest.mark.parametrize("servers", MMC)
def test_central_queue(servers: int) -> None:
    assert [queues.mmc_mean(load, servers) for load in MMC_LOADS] == pytest.approx(MMC[servers], abs=DIGIT)


def test_single_queue() -> None:
    assert [queues.mm1_mean(0.9), *(queues.mm1_quantile(0.9, p) for p in (0.5, 0.9, 0.99, 0.999))] == pytest.approx(
        (10, 6.93, 23.03, 46.05, 69.08), abs=0.006)
    assert queues.mg1_mean(0.9, 0) == pytest.approx(5.5)
    assert queues.mg1_mean(0.9, 1) == pytest.approx(queues.mm1_mean(0.9))
    assert queues.mmc_mean(0.9, 1) == pytest.approx(queues.mm1_mean(0.9))


@pytest.mark.parametrize("load, servers", [(0.9, 1), (0.7, 10), (0.9, 10), (0.5, 2)])
def test_a_quantile_of_the_central_queue_is_where_its_distribution_says(load: float, servers: int) -> None:
    # Mean from the quantiles: the integral of the quantile function, by the midpoint rule with a refined tail.
    levels = 1 - np.geomspace(1, 1e-10, 4001)
    middle = (levels[1:] + levels[:-1]) / 2
    mean = sum(queues.mmc_quantile(load, servers, p) * width for p, width in zip(middle, np.diff(levels)))
    assert mean == pytest.approx(queues.mmc_mean(load, servers), rel=1e-4)


def test_a_static_split_is_a_set_of_queues() -> None:
    assert queues.static_split_mean(7, [0.1] * 10, [1] * 10) == pytest.approx(queues.mm1_mean(0.7))
    assert queues.static_split_mean(0.9, [2 / 3, 1 / 3], [1, 0.5]) == pytest.approx(2 / 3 / 0.4 + 1 / 3 / 0.2)
    with pytest.raises(ValueError, match="server 1 gets more"):
        queues.static_split_mean(1.2, [0.5, 0.5], [1, 0.5])


@pytest.mark.parametrize("function", [queues.mm1_mean, lambda load: queues.mmc_mean(load, 3), queues.dm1_mean])
@pytest.mark.parametrize("load", [0.0, 1.0, 1.2, -0.1, math.nan])
def test_an_unstable_load_is_refused(function, load: float) -> None:
    with pytest.raises(ValueError, match="load"):
        function(load)


@pytest.mark.parametrize("choices", CHOICES)
def test_power_of_d_limit(choices: int) -> None:
    assert [fresh.limit_mean(load, choices) for load in MMC_LOADS] == pytest.approx(CHOICES[choices], abs=DIGIT)


@pytest.mark.parametrize("choices", HUNDRED_QUEUES)
def test_power_of_d_for_a_hundred_queues(choices: int) -> None:
    for load, published in zip(MMC_LOADS, HUNDRED_QUEUES[choices]):
        refined = fresh.refined(load, choices)
        # The published numbers are simulated: 0.2 % for their own error, which the paper does not give.
        assert refined.mean(100) == pytest.approx(published, abs=refined.model_error(100) + 0.002 * published), load
        assert refined.limit == pytest.approx(fresh.limit_mean(load, choices))


@pytest.mark.parametrize("choices, interval", [(d, t) for d, row in BOARDS.items() for t in row])
def test_board_limit(choices: int, interval: float) -> None:
    assert BoardLimit(0.9, choices, interval).mean == pytest.approx(BOARDS[choices][interval], abs=DIGIT)


@pytest.mark.parametrize("choices, interval, simulated", [(2, 1, 2.962), (2, 4, 3.762), (2, 16, 6.316),
                                                          (3, 1, 2.599), (3, 4, 3.935), (3, 16, 8.559)])
def test_board_of_a_hundred_servers(choices: int, interval: float, simulated: float) -> None:
    # The simulated numbers have relative standard deviations up to 1 % over 3 seeds.
    assert BoardLimit(0.9, choices, interval).refined().mean(100) == pytest.approx(simulated, rel=0.0058)


def test_a_board_that_is_nearly_fresh_is_the_fresh_system_also_in_its_correction() -> None:
    refined, now = BoardLimit(0.8, 2, 0.01).refined(), fresh.refined(0.8, 2)
    assert refined.limit == pytest.approx(now.limit, rel=3e-3)
    assert refined.first == pytest.approx(now.first, rel=1e-2)
    assert refined.relaxation == pytest.approx(now.relaxation, rel=2e-2)


def test_one_choice_by_a_board_is_a_single_queue() -> None:
    assert BoardLimit(0.7, 1, 3.0).mean == pytest.approx(queues.mm1_mean(0.7), rel=1e-6)


@pytest.mark.parametrize("arguments", [(1.0, 2, 1), (0.9, 0, 1), (0.9, 2, 0)])
def test_a_board_that_cannot_be_is_refused(arguments) -> None:
    with pytest.raises(ValueError, match="load .*choices .*interval"):
        BoardLimit(*arguments)


def test_a_phase_is_what_the_matrix_exponential_says() -> None:
    rates, length, size = np.array([0.0, 0.7, 3.0]), 1.7, 40
    phase = transient.evolve(rates, np.eye(3, size), length)
    for j, rate in enumerate(rates):
        generator = np.diag(np.full(size - 1, rate), 1) + np.diag(np.ones(size - 1), -1)
        generator -= np.diag(generator.sum(axis=1))
        assert phase.after[j] == pytest.approx(expm(generator * length)[j], abs=1e-11)
        average = np.mean([expm(generator * t)[j] @ np.arange(size) for t in (np.arange(200) + 0.5) * length / 200])
        assert phase.mean[j] == pytest.approx(average, abs=1e-4)


def test_load_interpretation_meets_its_neighbours() -> None:
    # Above the fresh shortest queue of infinitely many servers (1), below the simulated 100 servers at T = 1, 4, 16.
    for interval, basic, aggressive in ((1, 2.519, 2.393), (4, 3.728, 3.452), (16, 5.631, 5.069)):
        assert 0.97 * basic < interpretation.basic_li_mean(0.9, interval) < basic
        assert 0.97 * aggressive < interpretation.aggressive_li_mean(0.9, interval) < aggressive
    assert interpretation.aggressive_li_mean(0.7, 0.01) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("distribution", [
    {"constant": 1000}, {"exponential": 7}, {"uniform": [200, 900]}, {"lognormal": {"mean": 50, "cv": 1.5}},
    {"bimodal": {"p": 0.9, "a": 500, "b": 5500}}, {"pareto": {"mean": 1000, "shape": 2.5, "max": 100_000}},
    {"pareto": {"mean": 10, "shape": 2, "max": 1000}}, {"pareto": {"mean": 10, "shape": 1, "max": 1000}}, 3.5,
])
def test_moments_of_service_times(distribution) -> None:
    """Against the quantile function, integrated: E[X^k] is the integral of Q(p)^k."""
    p = (np.arange(2_000_000) + 0.5) / 2_000_000
    mean, squared_cv = service.moments(distribution)
    values = _quantiles(distribution, p)
    assert mean == pytest.approx(values.mean(), rel=1e-4)
    # The tail beyond the last of two million points is what is missing.
    assert (1 + squared_cv) * mean**2 == pytest.approx((values**2).mean(), rel=1e-3)


def _quantiles(distribution, p: np.ndarray) -> np.ndarray:
    (kind, value), = distribution.items() if isinstance(distribution, dict) else {"constant": distribution}.items()
    if kind == "constant":
        return np.full(p.shape, float(value))
    if kind == "exponential":
        return -value * np.log1p(-p)
    if kind == "uniform":
        return value[0] + (value[1] - value[0]) * p
    if kind == "bimodal":
        return np.where(p < value["p"], value["a"], value["b"]).astype(float)
    if kind == "lognormal":
        sigma = math.sqrt(math.log1p(value["cv"] ** 2))
        return np.exp(math.log(value["mean"]) - sigma**2 / 2 + sigma * norm.ppf(p))
    shape, most = value["shape"], value["max"]

    def pareto(least: float) -> np.ndarray:
        return least * (1 - p * (1 - (least / most) ** shape)) ** (-1 / shape)

    low, high = 1e-9 * value["mean"], value["mean"]
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if pareto(middle).mean() < value["mean"] else (low, middle)
    return pareto(low)


def test_an_unknown_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="'weibull' is unknown"):
        service.moments({"weibull": 3})


def test_jain_by_chance() -> None:
    rng = np.random.default_rng(1)
    for picks, agents in ((90, 10), (30, 10), (500, 100)):
        drawn = rng.multinomial(picks, np.full(agents, 1 / agents), size=40_000).astype(float)
        index = drawn.sum(axis=1) ** 2 / (agents * (drawn**2).sum(axis=1))
        error = index.std() / math.sqrt(index.size)
        # The third order, relative: about the cube of the fluctuation of S.
        third = (2 / picks) ** 1.5 * 8
        assert fairness.jain_of_picks(picks, agents) == pytest.approx(index.mean(), abs=4 * error + third)
    assert fairness.jain_of_poisson_picks(1e4, 10) == pytest.approx(1e4 / (1e4 + 9), rel=1e-5)
    assert fairness.jain_of_picks(1, 10) == pytest.approx(0.1)


def test_join_idle_queue_limit() -> None:
    computed = [idle_queue.limit_mean(load, r) for load, r in ((0.9, 10), (0.95, 10), (0.5, 10), (0.9, 20))]
    assert computed == pytest.approx((1.818, 2.727, 1.091, 1.429), abs=6e-4)
