"""`./sonda bench agent`: what an idle sonda-agent costs beside Debian's prometheus-node-exporter, and what counting costs.

Each measurement runs in a network namespace of its own, so that no other traffic of the machine meets it; all are
taken in turn, round after round, and ratios within a round.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping, Sequence

from .agent_inside import EXPORTER_PORT, GROUP, GROUP_PORT, SERVED_PORT
from .errors import BenchError
from .machine import describe_machine, today
from .numbers import Bar, Spread, spread
from .options import ROOT, add_places, bin_folder, check_least, out_folder
from .tables import bars_table, shown, table, write_bars, write_rows

EXPORTER = "prometheus-node-exporter"
IDLE_SHARE, IDLE_BYTES, COUNT_RATIO = 0.0006, 6 * 1024 * 1024, 1.2
_COUNT_PERIOD_S, _COUNT_SECONDS = 0.03, 6

# (PROGRAM, MEASURE) → what each round gave
Rounds = Mapping[tuple[str, str], Sequence[dict]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./sonda bench agent", allow_abbrev=False,
        description="Measures an idle sonda-agent that is probed once a second beside prometheus-node-exporter that is "
        "scraped once a second, and what a probe costs while a machine has many sockets in TIME_WAIT; prints tables for "
        "docs/performance.md, the same as CSV in results/bench-agent. Takes about ten minutes.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N",
                        help="times that everything is measured in turn (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20, metavar="S",
                        help="length of each idle measurement (default: %(default)s)")
    parser.add_argument("--time-wait", type=int, default=50_000, metavar="N",
                        help="sockets in TIME_WAIT while counting (default: %(default)s); 0: not measured")
    parser.add_argument("--sonda", metavar="PATH", help="sonda-agent to measure (default: build/bin/sonda-agent)")
    parser.add_argument("--also", metavar="PATH", help="another sonda-agent, to be compared with the first")
    add_places(parser, "agent")
    return parser


def run(arguments: list[str]) -> int:
    """Measures and prints. BenchError for what cannot be done."""
    given = _parser().parse_args(arguments)
    check_least(given, rounds=1, seconds=1, time_wait=0)
    if given.parse_only:
        return 0
    programs = _programs(given)
    machine = describe_machine()
    rounds: dict[tuple[str, str], list[dict]] = {}
    out = out_folder(given, "agent")
    text = ""
    for _ in range(given.rounds):
        for name, command in programs.items():
            _add(rounds, name, "idle", command, given.seconds, 1.0, 0, False)
        for name in [name for name in programs if name != EXPORTER and given.time_wait]:
            _add(rounds, name, "count", programs[name], _COUNT_SECONDS, _COUNT_PERIOD_S, given.time_wait, True)
        heading = (f"`{shlex.join(['./sonda', 'bench', 'agent', *arguments])}`, {today()}. Machine: {machine}. "
                   f"{len(rounds['sonda', 'idle'])} rounds; median (least – largest).")
        found = bars(rounds)
        text = "\n\n".join([heading, _table(rounds, given), bars_table(found)]) + "\n"
        (out / "table.md").write_text(text, encoding="utf-8")
        _write_csv(rounds, out / "runs.csv")
        write_bars(found, out / "bars.csv")
    print(text, end="")
    return 0


def _programs(given: argparse.Namespace) -> dict[str, list[str]]:
    binaries = {"sonda": Path(given.sonda).resolve() if given.sonda else bin_folder(given) / "sonda-agent"}
    if given.also:
        binaries["also"] = Path(given.also).resolve()
    for path in binaries.values():
        if not path.is_file():
            raise BenchError(f"{path}: no such file; ./sonda bench agent builds what is in build/bin")
    exporter = shutil.which(EXPORTER)
    if exporter is None:
        raise BenchError(f"there is no {EXPORTER}; ./sonda bench agent installs it")
    agents = {name: [str(path), "--interface", "lo", "--serve", f"127.0.0.1:{SERVED_PORT}", "--id", "bench",
                     "--group", GROUP, "--port", str(GROUP_PORT)] for name, path in binaries.items()}
    return {**agents, EXPORTER: [exporter, f"--web.listen-address=127.0.0.1:{EXPORTER_PORT}"]}


def _add(rounds: dict, name: str, measure: str, command: list[str], seconds: float, period_s: float, time_wait: int,
         churn: bool) -> None:
    order = {"kind": "exporter" if name == EXPORTER else "agent", "command": command, "seconds": seconds,
             "period_s": period_s, "time_wait": time_wait, "churn": churn}
    inside = [sys.executable, "-m", "sonda_bench.agent_inside", json.dumps(order)]
    done = subprocess.run(["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
                           *inside], cwd=ROOT / "bench", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{name}, {measure}, in a network namespace of its own:\n{done.stderr.strip()[-2000:]}")
    rounds.setdefault((name, measure), []).append(json.loads(done.stdout))


def values_of(rounds: Rounds, name: str, measure: str, number: str) -> Spread | None:
    """None where it was not measured."""
    return spread([found[number] for found in rounds.get((name, measure), [])])


def ratio_of(rounds: Rounds, one: str, other: str, measure: str, number: str) -> Spread | None:
    """Of two programs, within each round."""
    pairs = zip(rounds.get((one, measure), []), rounds.get((other, measure), []))
    return spread([mine[number] / theirs[number] for mine, theirs in pairs])


def bars(rounds: Rounds) -> list[Bar]:
    """What is demanded of an agent."""
    return [
        Bar("idle, one probe a second: share of a core", values_of(rounds, "sonda", "idle", "cpu_share"), IDLE_SHARE,
            False),
        Bar("the same: resident memory, bytes", values_of(rounds, "sonda", "idle", "rss_bytes"), IDLE_BYTES, False),
        Bar("a probe with many sockets in TIME_WAIT: CPU time, times the other agent's",
            ratio_of(rounds, "sonda", "also", "count", "cpu_s_each"), COUNT_RATIO, False),
    ]


def _table(rounds: Rounds, given: argparse.Namespace) -> str:
    rows = []
    for name in dict.fromkeys(name for name, _ in rounds):
        share = values_of(rounds, name, "idle", "cpu_share")
        each = values_of(rounds, name, "count", "cpu_s_each")
        rss = values_of(rounds, name, "idle", "rss_bytes")
        ratio = ratio_of(rounds, name, EXPORTER, "idle", "cpu_share")
        rows.append([f"`{name}`", shown(_scaled(share, 100)), shown(_scaled(rss, 1 / 1024)), shown(ratio),
                     shown(_scaled(each, 1e6))])
    return table(["idle, asked once a second", "% of a core", "resident, KiB", f"CPU times {EXPORTER}",
                  f"µs of CPU a probe with {given.time_wait:,} in TIME_WAIT"], rows)


def _scaled(found: Spread | None, factor: float) -> Spread | None:
    return found and Spread(found.median * factor, found.least * factor, found.largest * factor)


def _write_csv(rounds: Rounds, path: Path) -> None:
    write_rows(path, ["round", "program", "measure", "number", "value"], (
        [at, name, measure, number, value] for (name, measure), found in rounds.items()
        for at, numbers in enumerate(found, 1) for number, value in numbers.items()))
