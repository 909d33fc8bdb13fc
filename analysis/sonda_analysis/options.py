"""The command line of `./sonda compare`. Needs only Python's own library, so that it fails early.

The launcher reads the options once before it installs or builds anything (--parse-only), and once
to run.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path

from .contenders import Contender, bare_policy, cross_product, parse_contender, parse_policy, split_list
from .engine import Place
from .errors import AnalysisError
from .places import add_place_options, read_place

DEFAULT_SCENARIO = "two-speeds"
DEFAULT_CONTENDERS = "seed/head,seed-highest/head,repaired/head,random,connections/sample:2"
DEFAULT_RUNS = 5
FIDELITIES = ("packet", "request", "event")


@dataclass(frozen=True)
class Options:
    """What one comparison is asked to do.

    `sets` are key=value texts in the order given; `runs` means RngRun 1 to `runs`; `place` is where
    they are made; `arguments` is the command line as typed, for the report.
    """

    root: Path
    sim: Path
    scenario_file: Path
    scenario_name: str
    contenders: tuple[Contender, ...]
    runs: int
    sets: tuple[str, ...]
    out: Path
    place: Place
    parse_only: bool
    arguments: tuple[str, ...]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./sonda compare",
        description="Runs every contender with the same random numbers, prints one table and writes "
        "results/NAME/report.html. Runs that exist with equal parameters are not run again.",
        epilog="A contender is FORMULA/POLICY (seed/head, 'min: rtt * (1 + inflight)/best') or a policy that needs "
        "no formula (random, round-robin, weighted). build/bin/sonda-sim --list prints all names.",
        allow_abbrev=False,
    )
    parser.add_argument("scenario", nargs="?", default=DEFAULT_SCENARIO, metavar="SCENARIO",
                        help="a name in scenarios/ or the path of a JSON file (default: %(default)s)")
    parser.add_argument("--contenders", metavar="A,B", help=f"default: {DEFAULT_CONTENDERS}")
    parser.add_argument("--formulas", metavar="F,G", help="with --policies: every formula with every policy")
    parser.add_argument("--policies", metavar="P,Q", help="with --formulas; alone: policies that need no formula")
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS, metavar="N",
                        help="independent runs per contender, RngRun 1 to N (default: %(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets",
                        help="override a scenario key, such as probe.interval_s=1; may be repeated")
    parser.add_argument("--fidelity", choices=FIDELITIES, help="the same as --set fidelity=…")
    parser.add_argument("--out", metavar="DIR", help="default: results/NAME, NAME being the scenario's name")
    parser.add_argument("--sim", metavar="FILE", help="the sonda-sim to run (default: build/bin/sonda-sim)")
    add_place_options(parser)
    parser.add_argument("--root", help=argparse.SUPPRESS)
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    return parser


def parse_options(arguments: list[str]) -> Options:
    """Reads the command line. Raises AnalysisError, or SystemExit from argparse (status 2)."""
    given = _parser().parse_args(arguments)
    root = Path(given.root).resolve() if given.root else Path(__file__).resolve().parents[2]
    scenario_file = _scenario_file(given.scenario, root)
    name = _scenario_name(scenario_file)
    sets = _sets(given.sets, given.fidelity)
    if given.runs < 1:
        raise AnalysisError(f"--runs: {given.runs} is not allowed; it must be 1 or more")
    return Options(
        root=root,
        sim=Path(given.sim).resolve() if given.sim else root / "build" / "bin" / "sonda-sim",
        scenario_file=scenario_file,
        scenario_name=name,
        contenders=_contenders(given.contenders, given.formulas, given.policies),
        runs=given.runs,
        sets=sets,
        out=Path(given.out).resolve() if given.out else root / "results" / name,
        place=read_place(given),
        parse_only=given.parse_only,
        arguments=tuple(arguments),
    )


def _scenario_file(text: str, root: Path) -> Path:
    if "/" in text or text.endswith(".json"):
        path = Path(text)
        if not path.is_file():
            raise AnalysisError(f"SCENARIO: there is no file {text}")
        return path.resolve()
    path = root / "scenarios" / f"{text}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (root / "scenarios").glob("*.json"))) or "none"
        raise AnalysisError(f"SCENARIO: there is no scenarios/{text}.json; there are: {known}")
    return path


def _scenario_name(path: Path) -> str:
    try:
        scenario = json.loads(path.read_bytes())
    except ValueError as error:
        raise AnalysisError(f"{path}: not JSON: {error}") from None
    name = scenario.get("name") if isinstance(scenario, dict) else None
    if not isinstance(name, str) or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is None:
        raise AnalysisError(
            f"{path}: key 'name' is {name!r}; it names the results folder: "
            f"letters, digits, '.', '_' and '-' are allowed"
        )
    return name


def _sets(sets: list[str], fidelity: str | None) -> tuple[str, ...]:
    items = [item.strip() for text in sets for item in text.split(";") if item.strip()]
    for item in items:
        if re.fullmatch(r"[^=\s]+=.+", item, re.DOTALL) is None:
            raise AnalysisError(f"--set: '{item}' is not KEY=VALUE, such as probe.interval_s=1")
    if fidelity:
        items.append(f"fidelity={fidelity}")
    return tuple(items)


def _contenders(contenders: str | None, formulas: str | None, policies: str | None) -> tuple[Contender, ...]:
    if formulas is not None and policies is None:
        raise AnalysisError("--formulas needs --policies: every formula is run with every policy")
    chosen: list[Contender] = []
    if contenders is not None or policies is None:
        text = DEFAULT_CONTENDERS if contenders is None else contenders
        chosen += [parse_contender(item) for item in split_list(text, "--contenders")]
    if policies is not None:
        names = [parse_policy(item, "--policies") for item in split_list(policies, "--policies")]
        if formulas is None:
            chosen += [bare_policy(name, "--policies") for name in names]
        else:
            chosen += cross_product(split_list(formulas, "--formulas"), names)
    return tuple(dict.fromkeys(chosen))
