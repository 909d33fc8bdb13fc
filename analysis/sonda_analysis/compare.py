"""`./sonda compare`: from options to table, CSV, figures and report."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

from .comparison import check_same_parameters, compare, write_csv
from .contenders import Contender, short_labels
from .engine import Failure, Place, check_contenders, check_tools, run_missing
from .errors import AnalysisError
from .figures import draw_all
from .options import Options
from .report import Facts, write_report
from .results import RunResult, read_run
from .runs import Plan, RunLock, RunStore
from .table import format_table, sentences


def run_comparison(options: Options) -> int:
    """Runs what is missing and writes everything; 0, or 1 when a run failed. Raises AnalysisError."""
    check_tools(options.place)
    if not options.sim.is_file():
        raise AnalysisError(f"{options.sim} does not exist; ./sonda build makes it")
    lock = RunLock(options.out)
    try:
        return _compare(options)
    finally:
        lock.close()


def _compare(options: Options) -> int:
    store = RunStore(options.out, options.scenario_file, options.sets, options.sim)
    runs = store.runs(options.contenders, options.runs)
    plan = store.plan(runs)
    untried = _untried(options, plan)
    check_contenders(options.sim, options.scenario_file, untried, options.sets)
    store.create()
    _say_plan(options, store, plan)
    failures = _run(plan, options.place)
    _say_failures(failures)
    failed = {failure.run for failure in failures}
    results = [read_run(run.folder, run.contender, run.rng_run) for run in runs if run not in failed]
    if not results:
        raise AnalysisError("no run was completed: there is nothing to compare")
    _write(options, store, results, failures)
    return 1 if failures else 0


def _untried(options: Options, plan: Plan) -> list[Contender]:
    """The contenders of which no run exists: sonda-sim has yet to accept their names."""
    known = {run.contender for run in plan.reused}
    return [contender for contender in options.contenders if contender not in known]


def _say_plan(options: Options, store: RunStore, plan: Plan) -> None:
    for damage in plan.damaged:
        print(f"Damaged and run again: {damage}")
    total = len(plan.reused) + len(plan.missing)
    print(
        f"{options.scenario_name}: {total} runs ({len(options.contenders)} contenders, {options.runs} each), "
        f"{len(plan.reused)} are there, {len(plan.missing)} to run, {options.place.describe(total)}."
    )
    if others := store.others():
        plural = "s" if others > 1 else ""
        print(f"Runs of {others} other parameter set{plural} (scenario, --set or sonda-sim) are kept, not used.")
    sys.stdout.flush()


def _run(plan: Plan, place: Place) -> list[Failure]:
    if not plan.missing:
        return []
    begin = time.monotonic()
    failures = run_missing(plan.missing, place)
    print(f"{len(plan.missing) - len(failures)} runs made in {time.monotonic() - begin:.1f} s.", flush=True)
    return failures


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


def _write(options: Options, store: RunStore, results: list[RunResult], failures: list[Failure]) -> None:
    warnings = check_same_parameters(results)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    comparison = compare(results, options.contenders)
    print(f"\n{format_table(comparison)}\n")
    print("\n".join(sentences(comparison)), flush=True)
    write_csv(comparison, options.out / "comparison.csv")
    present = [row.contender for row in comparison.rows]
    figures = draw_all(results, short_labels(present), options.out / "figures")
    report = options.out / "report.html"
    facts = Facts(
        scenario_name=options.scenario_name,
        scenario_text=store.scenario_file.read_text(encoding="utf-8"),
        command=shlex.join(["./sonda", "compare", *options.arguments]),
        sets=options.sets,
        digest=store.digest,
        warnings=tuple(warnings),
        failures=tuple(failures),
    )
    write_report(report, facts, comparison, results, figures)
    print(f"\nReport: {_shown(report)}")


def _shown(path: Path) -> str:
    """The path as short as it can be written from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
