"""What every kind of comparison does: plan its runs, make those that are missing, say what happened.

A *point* is one set of parameters (a scenario with its overrides) at which all contenders are run:
a comparison has one, a sweep one for each value, a league one for each scenario.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Sequence

from .comparison import Rules, summarise
from .contenders import Contender
from .engine import Failure, check_contenders, find_refusals, run_missing
from .errors import AnalysisError
from .options import Options
from .results import Outcome, read_outcome, read_series
from .runs import Plan, Run, RunStore
from .until import decide
from .warmup import FIRST_PILOT, PILOTS, WarmUp, choose, pool_series


@dataclass(frozen=True)
class Point:
    """Where contenders are compared: `label` names it among others, empty when it is the only one."""

    store: RunStore
    label: str = ""

    def has_run(self, contender: Contender) -> bool:
        """Whether a run of this contender exists here, so that sonda-sim has accepted it."""
        return any((self.store.folder / contender.folder).glob("run-*/run.json"))

    def with_sets(self, options: Options, sets: Sequence[str]) -> Point:
        """The same point with further overrides: of the very bytes that were run here, which must be there already."""
        store = self.store
        return Point(RunStore(options.out, store.scenario_file, (*store.sets, *sets), store.sim), self.label)


@dataclass
class Session:
    """Makes the runs of one command, whose results folder is locked. `failures` are all runs that failed."""

    options: Options
    failures: list[Failure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Prints a remark and keeps it for the report."""
        print(text, flush=True)
        self.remarks.append(text)

    def check(self, points: Sequence[Point]) -> None:
        """Lets sonda-sim judge contenders and points before anything is run: every contender at the first point, one at
        the others; where a run exists nothing is asked again."""
        for index, point in enumerate(points):
            asked = self.options.contenders if index == 0 else self.options.contenders[:1]
            untried = [contender for contender in asked if not point.has_run(contender)]
            file, _ = point.store.sources
            check_contenders(self.options.sim, file, untried, point.store.sets)

    def leave_out_refused_bounds(self, points: Sequence[Point]) -> None:
        """Takes those bounds out of the options that cannot be run at every point, and says so: unlike a contender, a
        bound need not work everywhere (a central queue has no meaning for several proxies)."""
        bounds = [contender for contender in self.options.contenders if contender.name in self.options.bounds]
        refused: dict[Contender, str] = {}
        for point in points:
            untried = [c for c in bounds if c not in refused and not point.has_run(c)]
            file, _ = point.store.sources
            found = find_refusals(self.options.sim, file, untried, point.store.sets)
            refused.update({c: f"refused in {point.label}: {message}" for c, message in found.items()})
        for contender, why in refused.items():
            self.say(f"Left out: {contender.name}, {why}")
        kept = tuple(contender for contender in self.options.contenders if contender not in refused)
        self.options = dataclasses.replace(self.options, contenders=kept)

    def make(self, title: str, runs: Sequence[Run], points: Sequence[Point]) -> list[Run]:
        """Makes what is missing of `runs`; returns those that are complete."""
        for point in points:
            point.store.create()
        plan = points[0].store.plan(runs)
        self._say_plan(title, plan, points)
        if plan.missing:
            begin = time.monotonic()
            failures = run_missing(plan.missing, self.options.place)
            print(f"{len(plan.missing) - len(failures)} runs made in {time.monotonic() - begin:.1f} s.", flush=True)
            _say_failures(failures)
            self.failures += failures
        failed = {failure.run for failure in self.failures}
        return [run for run in runs if run not in failed]

    def _say_plan(self, title: str, plan: Plan, points: Sequence[Point]) -> None:
        for damage in plan.damaged:
            print(f"Damaged and run again: {damage}")
        total = len(plan.reused) + len(plan.missing)
        print(f"{title}: {total} runs ({_shape(plan, points)}), {len(plan.reused)} are there, {len(plan.missing)} to "
              f"run, {self.options.place.describe(total)}.", flush=True)

    def runs_of(self, points: Sequence[Point], title: str) -> dict[Point, list[Run]]:
        """The complete runs at each point: as many as --runs says, or as --until needs."""
        counts = dict.fromkeys(points, self.options.runs)
        done: dict[Point, list[Run]] = {}
        active = list(points)
        while active:
            wanted = {point: point.store.runs(self.options.contenders, counts[point]) for point in active}
            # RngRun by RngRun over all points, so that what an interrupted command has made is balanced.
            runs = sorted((run for own in wanted.values() for run in own), key=lambda run: run.rng_run)
            complete = set(self.make(title, runs, active))
            done.update({point: [run for run in own if run in complete] for point, own in wanted.items()})
            active = [point for point in active if self._needs_more(point, done[point], counts)]
        return done

    def _needs_more(self, point: Point, done: Sequence[Run], counts: dict[Point, int]) -> bool:
        """Applies --until at one point; raises its count when there are to be more runs."""
        method = self.options.method
        if method.until is None:
            return False
        where = f"{point.label}: " if point.label else ""
        if self.failures:
            self.say(f"{where}no runs are added, because some failed.")
            return False
        rows = summarise(read_outcomes(done), self.options.contenders)
        decision = decide(rows, counts[point], method.until, method.most_runs)
        if decision.runs is None:
            self.say(where + decision.reason)
            return False
        print(where + decision.reason, flush=True)
        counts[point] = decision.runs
        return True

    def pilots(self, points: Sequence[Point], title: str) -> WarmUp:
        """Runs the pilots of all contenders at all points and chooses one cut for all of them."""
        runs = {point: point.store.runs(self.options.contenders, PILOTS, FIRST_PILOT) for point in points}
        every = [run for own in runs.values() for run in own]
        complete = self.make(f"{title}, pilots", every, points)
        if len(complete) != len(every):
            raise AnalysisError("--warmup auto: a pilot run failed, so that there is no common cut")
        series, overloaded = {}, []
        for point, own in runs.items():
            for contender in self.options.contenders:
                name = f"{contender.name} at {point.label}" if point.label else contender.name
                outcomes = [read_outcome(r.folder, contender, r.rng_run) for r in own if r.contender == contender]
                if any(outcome.summary["unfinished"] for outcome in outcomes):
                    overloaded.append(name)
                else:
                    series[name] = pool_series([read_series(outcome.folder) for outcome in outcomes])
        duration = min(outcome.summary["duration_s"] for outcome in read_outcomes(own[0] for own in runs.values()))
        warmup = choose(series, overloaded, duration)
        self.say(warmup.sentence())
        return warmup


def _shape(plan: Plan, points: Sequence[Point]) -> str:
    runs = (*plan.reused, *plan.missing)
    contenders = len({run.contender for run in runs})
    numbers: dict[RunStore, set[int]] = {}
    for run in runs:
        numbers.setdefault(run.store, set()).add(run.rng_run)
    counts = {len(own) for own in numbers.values()}
    each = f"{max(counts)} each" if len(counts) == 1 else f"up to {max(counts)} each"
    return f"{contenders} contenders, {each}" + (f" at {len(points)} points" if len(points) > 1 else "")


def rules_of(options: Options) -> Rules:
    """How the options want contenders to be judged."""
    method = options.method
    return Rules(
        bounds=options.bounds,
        baseline=None if method.baseline is None else method.baseline.name,
        oracle=None if method.oracle is None else method.oracle.name,
    )


def read_outcomes(runs: Iterable[Run]) -> list[Outcome]:
    """What the runs are in numbers."""
    return [read_outcome(run.folder, run.contender, run.rng_run) for run in runs]


def contenders_of(outcomes: Iterable[Outcome]) -> list[Contender]:
    """The contenders that have a run, in order."""
    return list(dict.fromkeys(outcome.contender for outcome in outcomes))


def _say_failures(failures: list[Failure]) -> None:
    """Each distinct message once, with the runs that gave it and the command to repeat one of them."""
    by_message: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        by_message.setdefault((failure.reason, failure.stderr), []).append(failure)
    for (reason, stderr), group in by_message.items():
        print(f"failed ({reason}): {'; '.join(failure.run.name for failure in group)}", file=sys.stderr)
        for line in stderr.splitlines()[-20:]:
            print(f"    {line}", file=sys.stderr)
        print(f"  repeat it with: {group[0].command}", file=sys.stderr, flush=True)


def shown_path(path: Path) -> str:
    """The path as short as it can be written from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
