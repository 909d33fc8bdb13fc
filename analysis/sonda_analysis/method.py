"""The options that say how a comparison is made and judged, beside what is compared."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from typing import Mapping

from .contenders import Contender, parse_contender
from .errors import AnalysisError
from .sweep_values import Sweep, parse_sweep

ORACLE = Contender(None, "fresh-least-work")
MOST_RUNS = 30
# From fewer runs the rule of --until would stop by chance too often.
RUNS_TO_BEGIN_WITH = 10


@dataclass(frozen=True)
class Method:
    """How a comparison is made.

    `baseline` is compared with instead of the best; `pilots` means that the warm-up is found by
    pilot runs; `until` is the half-width of the mean's interval to reach, as a share of the mean,
    with at most `most_runs` runs; `oracle` is the contender that regret is measured from.
    """

    baseline: Contender | None = None
    pilots: bool = False
    until: float | None = None
    most_runs: int = MOST_RUNS
    oracle: Contender | None = None
    sweep: Sweep | None = None

    def added(self, contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
        """`contenders` with those that the method needs."""
        needed = [contender for contender in (self.baseline, self.oracle) if contender is not None]
        return tuple(dict.fromkeys((*contenders, *needed)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this file to the command line."""
    group = parser.add_argument_group("how it is judged (docs/comparisons.md)")
    group.add_argument("--baseline", metavar="A", help="compare with this contender instead of with the best")
    group.add_argument("--regret", action="store_true",
                       help=f"run {ORACLE.name} too and show how much slower than it the others are")
    group.add_argument("--warmup", metavar="auto|SECONDS",
                       help="auto: where MSER-5 cuts pilot runs, the same for all (default: the scenario's warmup_s)")
    group.add_argument("--until", metavar="SHARE",
                       help="add runs until half of the 95 %% interval of every mean is at most this share, as 0.05")
    group.add_argument("--most-runs", type=int, metavar="N",
                       help=f"with --until: at most this many (default: {MOST_RUNS})")
    group.add_argument("--sweep", action="append", metavar="KEY=VALUES",
                       help="compare at every value of a scenario key and draw curves: workload.load=0.1:1.1:0.1 "
                            "(from:to:step), probe.interval_s=0.5:50:x10 (from:to:xfactor) or clients.count=1,2,8")


def warmup_sets(given: argparse.Namespace, sets: tuple[str, ...]) -> tuple[str, ...]:
    """The --set that a fixed --warmup stands for. AnalysisError when it is no length of time, or given twice."""
    if given.warmup is None:
        return ()
    if any(item.partition("=")[0] == "warmup_s" for item in sets):
        raise AnalysisError("--warmup: the key warmup_s is given by --set too; give it once")
    if given.warmup == "auto":
        return ()
    seconds = _number(given.warmup)
    if not 0 <= seconds < math.inf:
        raise AnalysisError(f"--warmup: '{given.warmup}' is neither auto nor a number of seconds from 0 on")
    return (f"warmup_s={given.warmup}",)


def read_method(given: argparse.Namespace, sets: tuple[str, ...], named: Mapping[str, Contender]) -> Method:
    """Reads the options; `sets` are the --set of the comparison, `named` the names of the catalogue.

    AnalysisError for what is not allowed.
    """
    until = None
    if given.until is not None:
        until = _number(given.until)
        if not 0 < until < 1:
            raise AnalysisError(f"--until: '{given.until}' is not allowed; it is a share of the mean, as 0.05 for 5 %")
        if given.runs == 1:
            raise AnalysisError("--until: with --runs 1 there is no interval to begin with; give --runs 2 or more")
    if given.most_runs is not None and until is None:
        raise AnalysisError("--most-runs needs --until: without it exactly --runs are made")
    most = MOST_RUNS if given.most_runs is None else given.most_runs
    if most < 2:
        raise AnalysisError(f"--most-runs: {most} is not allowed; it must be 2 or more")
    if until is not None and given.runs is not None and given.runs > most:
        raise AnalysisError(f"--most-runs: {most} is less than --runs {given.runs}")
    if given.sweep and len(given.sweep) > 1:
        raise AnalysisError(f"--sweep: {len(given.sweep)} were given; one key can be swept: repeat the command with "
                            "--set for the values of the other, and with another --out")
    sweep = parse_sweep(given.sweep[0], sets) if given.sweep else None
    if sweep is not None and sweep.key == "warmup_s" and given.warmup == "auto":
        raise AnalysisError("--warmup auto: the key warmup_s is swept; choose one")
    return Method(
        baseline=_baseline(given.baseline, named),
        pilots=given.warmup == "auto",
        until=until,
        most_runs=most,
        oracle=ORACLE if given.regret else None,
        sweep=sweep,
    )


def _baseline(text: str | None, named: Mapping[str, Contender]) -> Contender | None:
    return None if text is None else named.get(text.strip()) or parse_contender(text, "--baseline")


def runs_to_begin_with(given: argparse.Namespace, default: int) -> int:
    """The number of runs to make at first: --runs, or what suits the other options."""
    if given.runs is not None:
        return given.runs
    if given.until is None:
        return default
    return min(RUNS_TO_BEGIN_WITH, MOST_RUNS if given.most_runs is None else given.most_runs)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
