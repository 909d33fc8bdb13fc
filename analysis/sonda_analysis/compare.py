"""`./sonda compare`: from options to table, CSV, figures and report."""

from __future__ import annotations

import sys

from .both import run_both
from .comparison import Comparison, check_same_parameters, compare, differences_table, write_csv
from .contenders import short_labels
from .engine import check_tools
from .errors import AnalysisError
from .figures import draw_all
from .files import write_table
from .judge import run_judgement
from .league import run_league
from .options import Options
from .report import Facts, write_report
from .results import RunResult, read_run
from .runs import Run, RunLock, RunStore
from .session import Point, Session, rules_of, shown_path
from .sweep import run_sweep
from .table import format_table, sentences


def run_comparison(options: Options) -> int:
    """Runs what is missing and writes everything; 0, or 1 when a run failed. Raises AnalysisError."""
    check_tools(options.place)
    if not options.sim.is_file():
        raise AnalysisError(f"{options.sim} does not exist; ./sonda build makes it")
    lock = RunLock(options.out)
    try:
        session = Session(options)
        if options.rules:
            run_judgement(options, session)
        elif options.league:
            run_league(options, session)
        elif options.method.sweep is not None:
            run_sweep(options, session)
        elif len(options.ways) == 2:
            run_both(options, session)
        else:
            _compare(options, session)
        return 1 if session.failures else 0
    finally:
        lock.close()


def _compare(options: Options, session: Session) -> None:
    point = Point(RunStore(options.out, options.scenario_file, options.sets, options.sim))
    session.check([point])
    warmup = None
    if options.method.pilots:
        warmup = session.pilots([point], options.scenario_name)
        point = point.with_sets(options, [f"warmup_s={warmup.chosen_s:.12g}"])
    done = session.runs_of([point], options.scenario_name)[point]
    if others := point.store.others():
        plural = "s" if others > 1 else ""
        print(f"Runs of {others} other parameter set{plural} (scenario, --set or sonda-sim) are kept, not used.")
    if not done:
        raise AnalysisError("no run was completed: there is nothing to compare")
    results = [_read(run) for run in done]
    warnings = check_same_parameters(results)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    comparison = compare(results, options.contenders, rules_of(options))
    _say(comparison)
    write_csv(comparison, options.out / "comparison.csv")
    write_table(differences_table(comparison), options.out / "differences.csv")
    labels = short_labels([row.contender for row in comparison.rows])
    figures = draw_all(results, comparison, labels, options.out / "figures", warmup)
    facts = Facts(
        scenario_name=options.scenario_name,
        scenario_text=point.store.scenario_file.read_text(encoding="utf-8"),
        command=options.command,
        sets=point.store.sets,
        digest=point.store.digest,
        remarks=tuple(session.remarks),
        warnings=tuple(warnings),
        failures=tuple(session.failures),
    )
    report = options.out / "report.html"
    write_report(report, facts, comparison, results, figures)
    print(f"\nReport: {shown_path(report)}")


def _read(run: Run) -> RunResult:
    """AnalysisError tells what to do where a folder is not what sonda-sim wrote, which only its sums may show."""
    try:
        return read_run(run.folder, run.contender, run.rng_run)
    except AnalysisError as error:
        raise AnalysisError(f"{error}\n  (delete {run.folder} and repeat the command: the run is then made again)") from None


def _say(comparison: Comparison) -> None:
    print(f"\n{format_table(comparison)}\n")
    print("\n".join(sentences(comparison)), flush=True)
