"""The command line of `./sonda validate`. Needs only Python's own library, so that it fails early."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from sonda_analysis.arguments import Parser, check_arguments, check_paths
from sonda_analysis.errors import AnalysisError
from sonda_analysis.shown import shown

# In the order of docs/validation.md; checks/registry.py has what they mean (a test compares the two).
IDS = tuple(f"V{number}" for number in range(1, 20))
# Judges the runs of all other families, so that it may stand beside one that has a setting of the user's.
LITTLE = "V12"
FIDELITIES = ("event", "request")
PARAMETERS = ("n", "m", "load", "interval", "d")


@dataclass(frozen=True)
class Options:
    """What one validation is asked to do. `given` are the parameters of the user's own setting."""

    sim: Path
    out: Path
    ids: tuple[str, ...]
    given: Mapping[str, float]
    short: bool
    rng_run: int
    fidelity: str
    jobs: int
    figures: bool
    parse_only: bool


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="./sonda validate",
        description="Compares the simulation with queueing theory: expected, simulated, difference, tolerance, verdict. "
        "Exit status 1 when any line is out. Runs that exist are not made again. docs/validation.md tells what the "
        "lines are.",
        epilog="A setting of your own: --only V4 --n 200 --load 0.85 --interval 3 --d 4 (times in mean service times).",
        allow_abbrev=False,
    )
    parser.add_argument("--only", metavar="V1,V2", help=f"these families only ({IDS[0]} to {IDS[-1]})")
    parser.add_argument("--short", action="store_true",
                        help="fewer settings, wider tolerances: under 3 minutes on 2 cores")
    parser.add_argument("--RngRun", type=int, default=1, metavar="N",
                        help="another N gives every run other random numbers (default: %(default)s)")
    parser.add_argument("--n", type=int, metavar="N", help="servers")
    parser.add_argument("--m", type=int, metavar="M", help="dispatchers, each with its own monitor (V9)")
    parser.add_argument("--load", type=float, metavar="X", help="share of the servers' capacity that arrives")
    parser.add_argument("--interval", type=float, metavar="T", help="time between two refreshes of the board")
    parser.add_argument("--d", type=int, metavar="D", help="choices")
    parser.add_argument("--fidelity", choices=FIDELITIES, default=FIDELITIES[0],
                        help="of all lines that do not compare fidelities (default: %(default)s)")
    parser.add_argument("--out", metavar="DIR", help="default: results/validation")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes at a time (default: the number of cores)")
    parser.add_argument("--sim", metavar="FILE", help="the sonda-sim to run; the test programs of V13 and V14 are "
                        "beside it (default: build/bin/sonda-sim)")
    parser.add_argument("--no-figures", action="store_true", help="only the table")
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    return parser


def parse_options(arguments: list[str]) -> Options:
    """Reads the command line. Raises AnalysisError, or SystemExit from argparse (status 2)."""
    check_arguments(arguments)
    given = _parser().parse_args(arguments)
    root = Path(__file__).resolve().parents[2]
    parameters = {key: getattr(given, key) for key in PARAMETERS if getattr(given, key) is not None}
    ids = _ids(given.only)
    if parameters and len([name for name in ids if name != LITTLE]) != 1:
        first = next(iter(parameters))
        raise AnalysisError(f"--{first}: a setting of your own needs one family: --only V4, for example")
    for option, value in (("--jobs", given.jobs), ("--RngRun", given.RngRun), ("--n", given.n), ("--m", given.m),
                          ("--d", given.d)):
        if value is not None and value < 1:
            raise AnalysisError(f"{option}: {value} is not allowed; it must be 1 or more")
    if given.load is not None and not 0 < given.load < 1:
        raise AnalysisError(f"--load: {given.load:g} is not allowed; theory needs a load above 0 and below 1")
    if given.interval is not None and not 0 < given.interval < float("inf"):
        raise AnalysisError(f"--interval: {given.interval:g} is not allowed; it must be above 0")
    sim = Path(given.sim).resolve() if given.sim else root / "build" / "bin" / "sonda-sim"
    out = Path(given.out).resolve() if given.out else root / "results" / "validation"
    check_paths((("--sim", sim), ("--out", out)))
    return Options(
        sim=sim,
        out=out,
        ids=ids,
        given=parameters,
        short=given.short,
        rng_run=given.RngRun,
        fidelity=given.fidelity,
        jobs=given.jobs or len(os.sched_getaffinity(0)),
        figures=not given.no_figures and not parameters,
        parse_only=given.parse_only,
    )


def _ids(text: str | None) -> tuple[str, ...]:
    if text is None:
        return IDS
    ids = tuple(item.strip() for item in text.split(","))
    for item in ids:
        if item not in IDS:
            raise AnalysisError(f"--only: '{shown(item)}' is no family; there are: {', '.join(IDS)}")
    return tuple(name for name in IDS if name in ids)
