"""The command line of `./sonda compare`. Needs only Python's own library, so that it fails early.

The launcher reads the options once before it installs or builds anything (--parse-only), and once
to run.
"""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from .arguments import Parser, check_arguments, check_paths
from .contender_list import Entry, read_contender_list
from .contenders import Contender, cross_product, parse_contender, parse_policy, policies_without_formula, split_list
from .engine import Place
from .errors import AnalysisError
from .json_files import read_json
from .method import ORACLE, Method, add_arguments, read_method, runs_to_begin_with, warmup_sets
from .places import add_place_options, read_place
from .rules_option import CONTENDERS as JUDGED, add_arguments as add_rules_argument, read_rules
from .shown import shown
from .ways import OWN, add_arguments as add_proxy_argument, read_ways, sets_of

DEFAULT_SCENARIO = "two-speeds"
DEFAULT_CONTENDERS = "seed/head,seed-highest/head,repaired/head,random,connections/sample:2"
DEFAULT_RUNS = 5
LEAGUE = "league"
RULES = "rules"
# The same picks as in the fidelity request (tests hold it to that) at half of the cost where there are many agents.
LEAGUE_FIDELITY = "event"
CONTENDER_LIST = Path("model") / "selection" / "contenders.json"
FIDELITIES = ("packet", "request", "event")


@dataclass(frozen=True)
class Scenario:
    """A scenario file and the name in it."""

    name: str
    file: Path


@dataclass(frozen=True)
class Options:
    """What one comparison is asked to do.

    `scenarios` are several only when `league` is true; then scenario_file and scenario_name are
    those of the first. `catalogue` are the entries of the catalogue of contenders, if there is one.
    `ways` are those of ways.py in which every contender is run, `rules` those that are judged instead.
    `sets` are key=value texts in the order given; `runs` means RngRun 1 to `runs`;
    `place` is where they are made; `arguments` is the command line as typed, for the report.
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
    method: Method
    league: bool
    scenarios: tuple[Scenario, ...]
    catalogue: tuple[Entry, ...]
    ways: tuple[str, ...] = (OWN,)
    rules: tuple[str, ...] = ()

    @property
    def bounds(self) -> tuple[str, ...]:
        """Names of the contenders that are shown and not ranked."""
        known = {ORACLE, *(entry.contender for entry in self.catalogue if entry.bound)}
        return tuple(contender.name for contender in self.contenders if contender in known)

    @property
    def command(self) -> str:
        """What repeats this comparison."""
        return shlex.join(["./sonda", "compare", *self.arguments])


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="./sonda compare",
        description="Runs every contender with the same random numbers, prints one table and writes "
        "results/NAME/report.html. Runs that exist with equal parameters are not run again.",
        usage="./sonda compare [SCENARIO] [options]\n       ./sonda compare --all [options]",
        epilog="A contender is FORMULA/POLICY (seed/head, 'min: rtt * (1 + inflight)/best') or a policy "
        "alone (random, prequal:0.84), which goes with its own formula, or a name of the catalogue "
        "(peak-ewma). build/bin/sonda-sim --list prints all names. "
        "docs/comparisons.md tells how the results are read.",
        allow_abbrev=False,
    )
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO",
                        help=f"a name in scenarios/ or the path of a JSON file (default: {DEFAULT_SCENARIO})")
    parser.add_argument("--all", action="store_true",
                        help=f"rank the whole catalogue of contenders over all of scenarios/, in the fidelity "
                             f"{LEAGUE_FIDELITY} (results/{LEAGUE})")
    parser.add_argument("--scenarios", metavar="S,T", help="with --all: only these scenarios")
    parser.add_argument("--contenders", metavar="A,B",
                        help=f"default: {DEFAULT_CONTENDERS}; 'all' is the whole catalogue")
    parser.add_argument("--formulas", metavar="F,G", help="with --policies: every formula with every policy")
    parser.add_argument("--policies", metavar="P,Q", help="with --formulas; alone: each with its own formula")
    parser.add_argument("--runs", type=int, metavar="N",
                        help=f"independent runs per contender, RngRun 1 to N (default: {DEFAULT_RUNS})")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets",
                        help="override a scenario key, such as probe.interval_s=1; may be repeated")
    parser.add_argument("--fidelity", choices=FIDELITIES, help="the same as --set fidelity=…")
    parser.add_argument("--out", metavar="DIR", help="default: results/NAME, NAME being the scenario's name")
    parser.add_argument("--sim", metavar="FILE", help="the sonda-sim to run (default: build/bin/sonda-sim)")
    add_proxy_argument(parser)
    add_rules_argument(parser)
    add_arguments(parser)
    add_place_options(parser)
    parser.add_argument("--root", help=argparse.SUPPRESS)
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    return parser


def _all_sets(given: argparse.Namespace) -> tuple[str, ...]:
    """What --set, --fidelity, --warmup and the league say, as --set has it."""
    if given.all:
        _check_league(given)
    sets = _sets(given.sets, given.fidelity)
    sets += warmup_sets(given, sets)
    if given.all and not any(item.startswith("fidelity=") for item in sets):
        sets += (f"fidelity={LEAGUE_FIDELITY}",)
    return sets


def parse_options(arguments: list[str]) -> Options:
    """Reads the command line. Raises AnalysisError, or SystemExit from argparse (status 2)."""
    check_arguments(arguments)
    given = _parser().parse_args(arguments)
    root = Path(given.root).resolve() if given.root else Path(__file__).resolve().parents[2]
    if given.runs is not None and given.runs < 1:
        raise AnalysisError(f"--runs: {given.runs} is not allowed; it must be 1 or more")
    scenarios = _scenarios(given, root)
    sets = _all_sets(given)
    rules = read_rules(given)
    ways = (OWN,) if rules else read_ways(given, sets)
    if len(ways) == 1:
        sets = sets_of(ways[0], sets)
    file = root / CONTENDER_LIST
    catalogue = read_contender_list(file) if _wants_all(given) or file.is_file() else ()
    named = {name: entry.contender for entry in catalogue for name in entry.names}
    method = read_method(given, sets, named)
    sim = Path(given.sim).resolve() if given.sim else root / "build" / "bin" / "sonda-sim"
    chosen = tuple(entry.contender for entry in catalogue) if _wants_all(given) else _contenders(given, named, sim)
    name = RULES if rules else LEAGUE if given.all else scenarios[0].name
    out = Path(given.out).resolve() if given.out else root / "results" / name
    check_paths((("--sim", sim), ("--out", out), *(("SCENARIO", scenario.file) for scenario in scenarios)))
    return Options(
        root=root,
        sim=sim,
        scenario_file=scenarios[0].file,
        scenario_name=scenarios[0].name,
        contenders=method.added(chosen),
        runs=runs_to_begin_with(given, DEFAULT_RUNS),
        sets=sets,
        out=out,
        place=read_place(given),
        parse_only=given.parse_only,
        arguments=tuple(arguments),
        method=method,
        league=given.all,
        scenarios=scenarios,
        catalogue=catalogue,
        ways=ways,
        rules=rules,
    )


def _scenarios(given: argparse.Namespace, root: Path) -> tuple[Scenario, ...]:
    if not given.all:
        if given.scenarios is not None:
            raise AnalysisError("--scenarios needs --all; without it one SCENARIO is compared")
        file = _scenario_file(given.scenario or DEFAULT_SCENARIO, root)
        return (Scenario(_scenario_name(file), file),)
    if given.scenario is not None:
        raise AnalysisError(f"--all takes every scenario of scenarios/; leave '{given.scenario}' out, or give "
                            f"--scenarios {given.scenario}")
    if given.scenarios is None:
        files = sorted((root / "scenarios").glob("*.json"))
        if not files:
            raise AnalysisError(f"--all: there is no scenario in {root / 'scenarios'}")
    else:
        files = [_scenario_file(text, root) for text in split_list(given.scenarios, "--scenarios")]
    found = tuple(Scenario(_scenario_name(file), file.resolve()) for file in files)
    names = [scenario.name for scenario in found]
    for scenario in found:
        if names.count(scenario.name) > 1:
            raise AnalysisError(f"{scenario.file}: another scenario is called '{scenario.name}' too")
    return found


def _check_league(given: argparse.Namespace) -> None:
    """What would not fit into a ranking over many scenarios."""
    for option, value, instead in (
        ("--sweep", given.sweep, "it belongs to one SCENARIO"),
        ("--until", given.until, "every scenario gets the same number of runs, --runs"),
        ("--regret", given.regret or None, "the bounds of the catalogue are always shown"),
        ("--baseline", given.baseline, "the scores are relative to the best in each scenario"),
        ("--warmup auto", given.warmup == "auto" or None, "each scenario's own warmup_s is used, or --warmup SECONDS"),
    ):
        if value is not None:
            raise AnalysisError(f"{option} does not go with --all: {instead}")


def _wants_all(given: argparse.Namespace) -> bool:
    """Whether the whole catalogue is asked for. AnalysisError when something else is too."""
    others = given.formulas is not None or given.policies is not None
    if given.contenders == "all" and others:
        raise AnalysisError("--contenders all is the whole catalogue; leave --formulas and --policies out")
    usual = given.contenders is None and not others and given.judge_rules is None
    return given.contenders == "all" or (given.all and usual)


def _scenario_file(text: str, root: Path) -> Path:
    if "/" in text or text.endswith(".json"):
        path = Path(text)
        if not path.is_file():
            raise AnalysisError(f"SCENARIO: there is no file {shown(text)}")
        return path.resolve()
    path = root / "scenarios" / f"{text}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (root / "scenarios").glob("*.json"))) or "none"
        raise AnalysisError(f"SCENARIO: there is no scenarios/{shown(text)}.json; there are: {known}")
    return path


def _scenario_name(path: Path) -> str:
    scenario = read_json(path)
    name = scenario.get("name") if isinstance(scenario, dict) else None
    if not isinstance(name, str) or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is None:
        raise AnalysisError(
            f"{path}: key 'name' is {shown(repr(name))}; it names the results folder: "
            f"letters, digits, '.', '_' and '-' are allowed"
        )
    return name


def _sets(sets: list[str], fidelity: str | None) -> tuple[str, ...]:
    items = [item.strip() for text in sets for item in text.split(";") if item.strip()]
    for item in items:
        if re.fullmatch(r"[^=\s]+=.+", item, re.DOTALL) is None:
            raise AnalysisError(f"--set: '{shown(item)}' is not KEY=VALUE, such as probe.interval_s=1")
    if fidelity:
        items.append(f"fidelity={fidelity}")
    keys = [item.partition("=")[0].strip() for item in items]
    for key in keys:
        if keys.count(key) > 1:
            raise AnalysisError(f"--set: '{shown(key)}' is given more than once" + (" (--fidelity sets it too)" if key == "fidelity" else ""))
    return tuple(items)


def _contenders(given: argparse.Namespace, named: dict[str, Contender], sim: Path) -> tuple[Contender, ...]:
    """Those that the three options ask for, each once; `named` are the names of the catalogue.

    Which policies need no formula `sim` says; before it is built (--parse-only) all are taken to need one.
    """
    formulas, policies = given.formulas, given.policies
    if formulas is not None and policies is None:
        raise AnalysisError("--formulas needs --policies: every formula is run with every policy")
    chosen: list[Contender] = []
    if given.contenders is not None or policies is None:
        usual = DEFAULT_CONTENDERS if given.judge_rules is None else JUDGED
        text = usual if given.contenders is None else given.contenders
        chosen += [named.get(item) or parse_contender(item) for item in split_list(text, "--contenders")]
    if policies is not None:
        names = [parse_policy(item, "--policies") for item in split_list(policies, "--policies")]
        if formulas is None:
            chosen += [Contender(None, name) for name in names]
        else:
            unscored = frozenset() if given.parse_only else policies_without_formula(sim)
            chosen += cross_product(split_list(formulas, "--formulas"), names, unscored)
    return tuple(dict.fromkeys(chosen))
