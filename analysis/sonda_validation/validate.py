"""`./sonda validate`: from options to table, CSV and figures."""

from __future__ import annotations

import math
import sys
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Sequence

from sonda_analysis.errors import AnalysisError
from sonda_analysis.runs import RunLock

from .case import Case, Expected, Figures
from .checks.plan import Plan
from .checks.registry import make_cases
from .engine import Engine, Failure, shown
from .options import IDS, LITTLE, Options
from .special import little, test_programs
from .table import format_table, write_csv
from .verdict import FAILED, NOT_RUN, Row, judge, runs_wanted

# Runs are added when a tolerance is too wide, and again if the estimate of how many was wrong.
_ROUNDS = 3


@dataclass
class Line:
    """A case on its way to a row: how many runs it has."""

    case: Case
    computed: "Future[Expected]"
    runs: int

    def expected(self) -> Expected | None:
        """Waits for the expected value; None when there is none for this setting (why() tells more)."""
        return None if isinstance(self.computed.exception(), ValueError) else self.computed.result()

    def why(self) -> str:
        return str(self.computed.exception())


def run_validation(options: Options) -> int:
    """Validates; 0, or 1 when a line is not within tolerance. Raises AnalysisError."""
    plan = Plan(options.short, options.rng_run, options.fidelity)
    lock = RunLock(options.out)
    begin = time.monotonic()
    try:
        with Engine(options.sim, options.out, options.jobs) as engine:
            cases = make_cases(options.ids, plan, options.given)
            lines = _simulate(engine, plan, cases)
            rows = _rows(engine, plan, lines, options)
    finally:
        lock.close()
    return _report(options, rows, time.monotonic() - begin)


def _simulate(engine: Engine, plan: Plan, cases: Sequence[Case]) -> list[Line]:
    """Makes the runs of all cases, and more where the tolerance asks for more."""
    lines = [Line(case, engine.expect(case.expect), plan.runs if not case.exact else 4) for case in cases]
    statistical = _statistical(cases)
    for number in range(_ROUNDS + 1):
        begin = time.monotonic()
        made = engine.run((setup, rng_run) for line in lines for setup in line.case.setups
                          for rng_run in line.case.rng_runs(plan.seed, line.runs))
        if made:
            print(f"{made} runs made in {time.monotonic() - begin:.0f} s.", file=sys.stderr, flush=True)
        before = [line.runs for line in lines]
        for line in lines:
            values, expected = _values(engine, plan, line), line.expected()
            if number < _ROUNDS and isinstance(values, list) and expected is not None:
                line.runs = max(line.runs, runs_wanted(line.case, expected, values, statistical, plan.most_runs))
        if [line.runs for line in lines] == before:
            break
    return lines


def _statistical(cases: Sequence[Case]) -> int:
    return max(1, sum(1 for case in cases if not case.exact))


def _values(engine: Engine, plan: Plan, line: Line) -> list[float] | tuple[str, Failure]:
    """One number per RngRun; or the first run that failed, with its command."""
    runs = []
    for rng_run in line.case.rng_runs(plan.seed, line.runs):
        figures = []
        for setup in line.case.setups:
            result = engine.result(setup, rng_run)
            if isinstance(result, Failure):
                return shown(engine.command(setup, rng_run, "repeated")), result
            figures.append(result)
        runs.append(figures)
    return line.case.measure(runs)


def _rows(engine: Engine, plan: Plan, lines: Sequence[Line], options: Options) -> list[Row]:
    rows = [_row(engine, plan, line, _statistical([other.case for other in lines])) for line in lines]
    if LITTLE in options.ids:
        good = {key: result for key, result in engine.results().items() if isinstance(result, Figures)}
        law = little(good)
        if law is not None:
            rows.append(law)
        elif not lines:
            raise AnalysisError(f"{LITTLE} judges the runs of other families: give --only some of them too")
    rows += test_programs(options.ids, options.sim.parent)
    return sorted(rows, key=lambda row: IDS.index(row.family))


def _row(engine: Engine, plan: Plan, line: Line, statistical: int) -> Row:
    case, values, expected = line.case, _values(engine, plan, line), line.expected()
    if expected is None:
        return _failed(case, math.nan, f"no expected value: {line.why()}")
    if not isinstance(values, list):
        command, failure = values
        return _failed(case, expected.value, f"{failure.reason}; repeat it with: {command}")
    row = judge(case, expected, values, statistical)
    if row.good:
        return row
    first = case.rng_runs(plan.seed, 1)[0]
    commands = "; ".join(shown(engine.command(setup, first, "repeated")) for setup in case.setups)
    remark = f"{row.remark}; " if row.remark else ""
    return replace(row, remark=f"{remark}the first of {line.runs} runs: {commands}")


def _failed(case: Case, expected: float, remark: str) -> Row:
    return Row(case.family, case.setting, case.quantity, expected, math.nan, math.nan, math.nan, FAILED, "", 0, remark,
               case.unit, case.factor, case.point)


def _report(options: Options, rows: Sequence[Row], seconds: float) -> int:
    write_csv(rows, options.out / "validation.csv")
    print(format_table(rows), flush=True)
    bad = [row for row in rows if not row.good]
    for row in bad:
        print(f"\n{row.family} {row.setting}, {row.quantity}: {row.verdict}\n  {row.remark}")
    if options.figures:
        from .figures import draw_all

        draw_all(rows, options.out / "figures")
    print(f"\n{_sentence(rows, bad)} ({seconds:.0f} s; {_place(options.out / 'validation.csv')})", flush=True)
    return 1 if bad else 0


def _sentence(rows: Sequence[Row], bad: Sequence[Row]) -> str:
    if not bad:
        return f"All {len(rows)} lines are within tolerance."
    missing = sum(1 for row in bad if row.verdict == NOT_RUN)
    unseen = f", {missing} of them were not run" if missing else ""
    return f"{len(bad)} of {len(rows)} lines are not within tolerance{unseen}."


def _place(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
