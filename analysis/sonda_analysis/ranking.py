"""The rule by which contenders are ranked over many scenarios (docs/comparisons.md, "The league").

1. A contender *fails* a scenario when the share of its requests that failed is more than
   FAILED_MARGIN above the least share that any ranked contender had there. Fewer failed scenarios
   rank first: no speed elsewhere makes up for a system that breaks.
2. Among equals the lower *score* ranks first: the geometric mean, over scenarios and runs, of the
   mean response time divided by the lowest that any ranked contender reached in that scenario. A
   geometric mean, because ratios multiply; the divisor is the same for all and does not change
   the order.

A request without an answer at twice the duration has waited for the duration at least. It counts
with just that, so that the score of an overloaded contender is a lower bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from .errors import AnalysisError
from .results import Outcome
from .statistics import Difference, Interval, mean_interval, paired_differences, paired_tests

# One request in a hundred more than necessary is what a user would notice and noise does not reach.
FAILED_MARGIN = 0.01
RESAMPLES = 2000
_SEED = 1
# Scores that differ by less, relatively, differ by the rounding of sums: contenders that behave alike.
_SAME = 1e-12
# The share of the slowest requests that the p99 is about.
_TAIL = 0.01


@dataclass(frozen=True)
class Cell:
    """One contender in one scenario; arrays have one value per run, in the order of League.runs.

    `mean_s` and `p99_s` are lower bounds where `unfinished` is over 0 (see the top of the file), and
    infinite where nothing was answered.
    """

    requests: np.ndarray
    failures: np.ndarray
    unfinished: np.ndarray
    mean_s: np.ndarray
    p50_s: np.ndarray
    p99_s: np.ndarray


@dataclass(frozen=True)
class Standing:
    """A contender's place. Bounds have rank None.

    `score` and `p99_score` are ratios, `low` and `high` the ends of the 95 % t-interval of the score
    over runs (None with one run). `rank_low` and `rank_high` hold 95 % of the ranks when runs are
    resampled. `failed` are the scenarios that it fails. `from_best` and `from_above` are the paired
    differences of the logarithms of scores from the best's and from that of the one above, Holm-corrected
    over all of their kind; None for bounds and where the other fails fewer scenarios.
    """

    contender: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    score: float
    low: float | None
    high: float | None
    p99_score: float
    ratios: Mapping[str, float]
    failed: tuple[str, ...]
    lower_bound: bool
    from_best: Difference | None
    from_above: Difference | None


@dataclass(frozen=True)
class League:
    """Standings in order of rank, bounds at the end by their score; `runs` are the RngRun that all cells share."""

    scenarios: tuple[str, ...]
    runs: tuple[int, ...]
    standings: tuple[Standing, ...]
    cells: Mapping[tuple[str, str], Cell]
    reference_s: Mapping[str, float]
    incomplete: Mapping[str, str]


def make_cell(outcomes: Sequence[Outcome]) -> Cell:
    """The cell of these runs, in their order."""
    def column(metric: str) -> np.ndarray:
        return np.array([outcome.summary[metric] for outcome in outcomes], dtype=float)

    requests, failures = column("requests"), column("failures")
    unfinished = np.minimum(column("unfinished"), failures)  # those that arrived in the warm-up do not count
    duration, answered = column("duration_s"), requests - failures
    known = answered + unfinished
    total = np.where(answered > 0, np.nan_to_num(column("mean_s")) * answered, 0) + unfinished * duration
    mean = np.where(known > 0, total / np.maximum(known, 1), np.inf)
    p99 = np.where(answered > 0, np.nan_to_num(column("p99_s")), np.inf)
    in_tail = unfinished > _TAIL * np.maximum(known, 1)
    p99 = np.where(in_tail & (known > 0), np.where(answered > 0, np.maximum(p99, duration), duration), p99)
    return Cell(requests, failures, unfinished, mean, column("p50_s"), p99)


def rank(outcomes: Mapping[str, Sequence[Outcome]], contenders: Sequence[str], bounds: Sequence[str]) -> League:
    """Ranks `contenders` by the runs of each scenario; those that lack a run that others have are left out."""
    by_cell: dict[tuple[str, str], dict[int, Outcome]] = {}
    for scenario, own in outcomes.items():
        for outcome in own:
            by_cell.setdefault((scenario, outcome.contender.name), {})[outcome.rng_run] = outcome
    runs = tuple(sorted({number for own in by_cell.values() for number in own}))
    incomplete = {}
    for contender in contenders:
        missing = sum(len(runs) - len(by_cell.get((scenario, contender), {})) for scenario in outcomes)
        if missing:
            incomplete[contender] = f"{missing} of {len(runs) * len(outcomes)} runs are missing"
    complete = [contender for contender in contenders if contender not in incomplete]
    if all(contender in bounds for contender in complete):
        raise AnalysisError("no contender that can be ranked has all of its runs")
    cells = {
        (scenario, contender): make_cell([by_cell[scenario, contender][number] for number in runs])
        for scenario in outcomes for contender in complete
    }
    return _League(tuple(outcomes), runs, complete, bounds, cells, incomplete).league()


class _League:
    """The arithmetic of rank(): arrays of shape (contenders, scenarios, runs), ranked contenders first."""

    def __init__(self, scenarios: tuple[str, ...], runs: tuple[int, ...], contenders: Sequence[str],
                 bounds: Sequence[str], cells: Mapping[tuple[str, str], Cell], incomplete: Mapping[str, str]) -> None:
        self._scenarios, self._runs, self._cells, self._incomplete = scenarios, runs, cells, incomplete
        self._ranked = [contender for contender in contenders if contender not in bounds]
        self._bounds = [contender for contender in contenders if contender in bounds]

        def stack(field: str) -> np.ndarray:
            rows = [[getattr(cells[s, c], field) for s in scenarios] for c in (*self._ranked, *self._bounds)]
            return np.array(rows, dtype=float).reshape(len(rows), len(scenarios), len(runs))

        self._requests, self._failures, self._unfinished = stack("requests"), stack("failures"), stack("unfinished")
        with np.errstate(divide="ignore"):
            self._log_mean, self._log_p99 = np.log(stack("mean_s")), np.log(stack("p99_s"))

    def _fails(self, chosen: np.ndarray) -> np.ndarray:
        """Which contender fails which scenario over the runs `chosen`, shape (contenders, scenarios)."""
        requests = self._requests[:, :, chosen].sum(axis=2)
        share = self._failures[:, :, chosen].sum(axis=2) / np.maximum(requests, 1)
        least = share[: len(self._ranked)].min(axis=0)
        return share > least + FAILED_MARGIN

    def _ranks(self, chosen: np.ndarray) -> np.ndarray:
        """Ranks over the runs `chosen`: one more than how many are better, so that equals share theirs."""
        count = len(self._ranked)
        failed = self._fails(chosen)[:count].sum(axis=1)
        score = self._log_mean[:count][:, :, chosen].mean(axis=(1, 2))
        fewer = failed[:, None] < failed
        lower = (failed[:, None] == failed) & (score[:, None] < score - _SAME)
        return 1 + (fewer | lower).sum(axis=0)

    def _rank_limits(self) -> np.ndarray:
        """2.5 % and 97.5 % quantiles of ranks, (2, contenders), when runs are drawn anew, the same for all."""
        random = np.random.default_rng(_SEED)
        number = len(self._runs)
        ranks = [self._ranks(random.integers(0, number, number)) for _ in range(RESAMPLES)]
        return np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)

    def league(self) -> League:
        every = np.arange(len(self._runs))
        fails = self._fails(every)
        count = len(self._ranked)
        ranks = self._ranks(every)
        order = [int(index) for index in np.argsort(ranks, kind="stable")]
        # The best of a scenario is one that does not fail there, and there always is one.
        means = np.where(fails, np.inf, self._log_mean.mean(axis=2))[:count].min(axis=0)
        if hopeless := [scenario for scenario, mean in zip(self._scenarios, means) if not math.isfinite(mean)]:
            raise AnalysisError(f"no ranked contender has a mean response time in: {', '.join(hopeless)}")
        p99s = np.where(fails, np.inf, self._log_p99.mean(axis=2))[:count].min(axis=0)
        limits = self._rank_limits() if len(self._runs) > 1 else None
        from_best, from_above = self._differences(order, fails.sum(axis=1))
        bounds = sorted(range(count, count + len(self._bounds)), key=lambda i: self._log_mean[i].mean())
        standings = []
        for index in [*order, *bounds]:
            ranked = index < count
            places = (None, None, None) if not ranked else (int(ranks[index]), None, None) if limits is None else (
                int(ranks[index]), int(limits[0][index]), int(limits[1][index]))
            standings.append(self._standing(index, fails[index], means, p99s, places, from_best, from_above))
        reference_s = {s: math.exp(value) for s, value in zip(self._scenarios, means)}
        return League(self._scenarios, self._runs, tuple(standings), self._cells, reference_s, self._incomplete)

    def _standing(self, index: int, fails: np.ndarray, means: np.ndarray, p99s: np.ndarray,
                  places: tuple[int | None, int | None, int | None], from_best: Mapping[str, Difference],
                  from_above: Mapping[str, Difference]) -> Standing:
        name = (*self._ranked, *self._bounds)[index]
        by_run = (self._log_mean[index] - means[:, None]).mean(axis=0)
        finite = bool(np.isfinite(by_run).all())
        interval = mean_interval(by_run) if finite else Interval(math.inf, None, len(by_run))
        ratios = np.exp(self._log_mean[index].mean(axis=1) - means)
        ends = (None, None)
        if interval.half_width is not None:
            ends = (math.exp(interval.mean - interval.half_width), math.exp(interval.mean + interval.half_width))
        return Standing(
            contender=name, rank=places[0], rank_low=places[1], rank_high=places[2],
            score=math.exp(interval.mean), low=ends[0], high=ends[1],
            p99_score=math.exp((self._log_p99[index].mean(axis=1) - p99s).mean()),
            ratios=dict(zip(self._scenarios, map(float, ratios))),
            failed=tuple(s for s, failed in zip(self._scenarios, fails) if failed),
            lower_bound=bool(self._unfinished[index].any()),
            from_best=from_best.get(name),
            from_above=from_above.get(name),
        )

    def _differences(
        self, order: Sequence[int], failed: np.ndarray
    ) -> tuple[dict[str, Difference], dict[str, Difference]]:
        """Log scores by run minus the best's and minus those of the one above, of equals in failed scenarios."""
        by_run = self._log_mean.mean(axis=1)
        finite = [index for index in order if np.isfinite(by_run[index]).all()]

        def values(index: int) -> dict[int, float]:
            return dict(zip(self._runs, map(float, by_run[index])))

        alike = [index for index in finite if failed[index] == failed[order[0]]]
        best = self._ranked[order[0]]
        from_best = paired_differences({self._ranked[index]: values(index) for index in alike}, best) if (
            order[0] in alike) else []
        pairs = {self._ranked[low]: (values(low), values(high)) for high, low in zip(finite, finite[1:])
                 if failed[high] == failed[low]}
        return {d.contender: d for d in from_best}, {d.contender: d for d in paired_tests(pairs)}
