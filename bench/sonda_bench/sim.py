"""`./sonda bench sim`: what a simulated request costs, in every fidelity, beside an empty loop, SimPy and plain ns-3.

All cases are measured in turn, round after round, so that a disturbance of the machine meets all of
them alike; ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from typing import Iterator, Sequence

from .errors import BenchError
from .machine import describe_machine, today
from .options import ROOT, add_places, bin_folder, check_least, out_folder
from .sim_cases import Case, Programs, SondaCase, accepted_fidelities, make_cases, run_empty_loop
from .sim_numbers import Pair, Rounds
from .sim_report import text_of, write_csv

_AGENTS = "10,100,1000,5000,10000"
_ROUNDS = 5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./sonda bench sim", allow_abbrev=False,
        description="Measures what a simulated request costs and prints tables for docs/performance.md; the same and "
        "every single run as CSV in results/bench-sim. Takes about ten minutes on a quiet machine.")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N",
                        help="times that everything is measured in turn (default: %(default)s)")
    parser.add_argument("--agents", default=_AGENTS, metavar="A,B", help="default: %(default)s; packet only up to 1000")
    parser.add_argument("--fidelities", metavar="F,G", help="default: all that sonda-sim accepts")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X",
                        help="length of the runs, as a part of the default's: for a trial")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                        help="what a second is; cpu, where other programs use the machine (default: %(default)s)")
    add_places(parser, "sim")
    return parser


def run(arguments: list[str]) -> int:
    """Measures and prints. BenchError for what cannot be done."""
    given = _parser().parse_args(arguments)
    agents = _numbers(given.agents)
    check_least(given, rounds=1)
    if not 0 < given.scale <= 100:
        raise BenchError(f"--scale: {given.scale:g} is not allowed; it must be above 0 and at most 100")
    if given.parse_only:
        return 0
    programs = Programs(ROOT, bin_folder(given), sys.executable)
    cases = make_cases(programs, _fidelities(given.fidelities, accepted_fidelities(programs)), agents, given.scale)
    if not cases:
        raise BenchError("nothing to measure: packet is measured with up to 1000 agents")
    _check_simpy(programs, cases)
    out = out_folder(given, "sim")
    machine = describe_machine()
    text = ""
    # Written after every round: what was measured is kept when a later round fails or is interrupted.
    for rounds in _measure(programs, cases, given):
        text = text_of(rounds, cases, _heading(rounds, machine, arguments, given))
        write_csv(rounds, cases, out)
        (out / "table.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _numbers(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isdecimal() and 2 <= int(part) <= 100_000 for part in parts):
        raise BenchError(f"--agents: '{text}' is not allowed; whole numbers from 2 to 100000, separated by commas")
    return sorted({int(part) for part in parts})


def _fidelities(text: str | None, accepted: Sequence[str]) -> list[str]:
    wanted = list(accepted) if text is None else text.split(",")
    for name in wanted:
        if name not in accepted:
            raise BenchError(f"--fidelities: '{name}' is not allowed; there are: {', '.join(accepted)}")
    return list(dict.fromkeys(wanted))


def _check_simpy(programs: Programs, cases: Sequence[Case]) -> None:
    if any(case.name.startswith("SimPy") for case in cases):
        tried = subprocess.run([programs.python, "-c", "import simpy"], capture_output=True, check=False)
        if tried.returncode != 0:
            raise BenchError(f"{programs.python} cannot import simpy; install the Debian package python3-simpy3")


def _heading(rounds: Rounds, machine: str, arguments: Sequence[str], given: argparse.Namespace) -> str:
    build = next(pairs[0].long.build for pairs in rounds.values() if pairs[0].long.build)
    count = len(next(iter(rounds.values())))
    return (f"`{shlex.join(['./sonda', 'bench', 'sim', *arguments])}`, {today()}, {build}. Machine: {machine}. "
            f"{count} round{'s' if count > 1 else ''}, everything in turn; median (least – largest). Seconds are of "
            f"{given.clock} time, one process on one core.")


def _measure(programs: Programs, cases: Sequence[Case], given: argparse.Namespace) -> Iterator[Rounds]:
    """Yields all complete rounds after each."""
    found: dict[str, list[Pair]] = {case.name: [] for case in cases}
    for turn in range(1, given.rounds + 1):
        for case in cases:
            print(f"round {turn} of {given.rounds}: {case.name} …", file=sys.stderr, flush=True)
            found[case.name].append(_measure_once(programs, case, given))
        yield found


def _measure_once(programs: Programs, case: Case, given: argparse.Namespace) -> Pair:
    short, long = case.run("short"), case.run("long")
    if long.requests <= short.requests:
        raise BenchError(f"--scale: {given.scale:g} is too small for {case.name}: both runs have {long.requests} requests")
    empty = run_empty_loop(programs, case.pending(long), given.scale) if isinstance(case, SondaCase) else None
    return Pair(short, long, empty, given.clock)
