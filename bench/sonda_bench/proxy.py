"""`./sonda bench proxy`: what sonda-proxy does beside HAProxy, nginx and no proxy at all.

All are started once and measured in turn, measure by measure and round after round, so that a
disturbance of the machine meets all of them alike; ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Iterator, Sequence

from .errors import BenchError
from .machine import describe_machine, today
from .options import add_places, bin_folder, check_least, out_folder
from .proxy_loads import CONNECTIONS, MEASURES, Loader
from .proxy_numbers import Rounds, half_load_rate
from .proxy_peers import (DIRECT, Peer, Running, Scene, Sonda, check_programs, free_probe_port, make_peers,
                          start_agents, start_servers, versions)
from .proxy_report import text_of, write_csv

_ROUNDS = 7
_SECONDS = 2
_IDLE = 10_000
_SETTLE_S = 31
# Descriptors of a proxy that carry no connection: listeners, epolls, logs; 64 pipes for every thread.
_RESERVED = 300 + 150 * (os.cpu_count() or 1)
_FEWEST_DESCRIPTORS = 2_000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./sonda bench proxy", allow_abbrev=False,
        description="Measures sonda-proxy beside HAProxy, nginx and no proxy at all, over loopback, and prints tables "
        "for docs/performance.md; the same and every number of every round as CSV in results/bench-proxy. Takes about "
        "twenty minutes and a machine that does nothing else.")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N",
                        help="times that everything is measured in turn (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=_SECONDS, metavar="S",
                        help="length of each measurement (default: %(default)s)")
    parser.add_argument("--only", metavar="A,B", help=f"measures; there are: {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--peers", metavar="A,B", help="configurations (default: all; a wrong name tells which)")
    parser.add_argument("--idle", type=int, default=_IDLE, metavar="N",
                        help="connections at rest whose memory is measured (default: %(default)s, or what the limit of "
                        "open files allows)")
    parser.add_argument("--settle", type=float, default=_SETTLE_S, metavar="S",
                        help="wait so long before the first round: then the slow start of sonda-proxy's agents is over "
                        "(default: %(default)s)")
    parser.add_argument("--sonda", metavar="PATH", help="sonda-proxy to measure (default: build/bin/sonda-proxy)")
    parser.add_argument("--also", metavar="PATH", help="another sonda-proxy, to be compared with the first, whatever --peers says")
    add_places(parser, "proxy")
    return parser


def run(arguments: list[str]) -> int:
    """Measures and prints. BenchError for what cannot be done."""
    given = _parser().parse_args(arguments)
    programs = bin_folder(given)
    measures = _chosen("--only", given.only, list(MEASURES))
    all_peers = make_peers(_resolved(given.sonda) or programs / "sonda-proxy", _resolved(given.also))
    names = _chosen("--peers", given.peers, [peer.name for peer in all_peers])
    if given.also and not any(name.startswith("also") for name in names):
        names = [*names, "also"]
    peers = [peer for peer in all_peers if peer.name in names]
    check_least(given, rounds=1, seconds=1, idle=1, settle=0)
    if given.parse_only:
        return 0
    check_programs(peers)
    _check_built(programs, peers)
    signal.signal(signal.SIGTERM, _end)
    out = out_folder(given, "proxy")
    connections = _connections(given.idle)
    machine = describe_machine()
    labels = list(dict.fromkeys(peer.label for peer in peers if isinstance(peer, Sonda)))
    text = ""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sonda-bench-")))
        responder, servers = start_servers(programs / "bench-responder", folder, stack)
        scene = Scene(programs, folder, servers, free_probe_port(), connections)
        loader = Loader(scene, responder, given.seconds, min(given.idle, connections))
        heading = (f"`{shlex.join(['./sonda', 'bench', 'proxy', *arguments])}`, {today()}, {versions(peers)}. "
                   f"Machine: {machine}.")
        # Written after every round: what was measured is kept when a later round fails or is interrupted.
        for rounds, running in _measure(loader, peers, measures, given, stack):
            text = text_of(rounds, labels, heading + " " + _explain(rounds, running, loader, given))
            write_csv(rounds, out)
            (out / "table.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _end(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)  # so that everything is ended


def _resolved(path: str | None) -> Path | None:
    return Path(path).resolve() if path else None


def _chosen(option: str, text: str | None, allowed: Sequence[str]) -> list[str]:
    wanted = list(allowed) if text is None else text.split(",")
    for name in wanted:
        if name not in allowed:
            raise BenchError(f"{option}: '{name}' is not allowed; there are: {', '.join(allowed)}")
    return [name for name in allowed if name in wanted]


def _check_built(programs: Path, peers: Sequence[Peer]) -> None:
    needed = [programs / name for name in ("bench-responder", "bench-client", "sonda-agent")]
    for path in [*needed, *(peer.binary for peer in peers if isinstance(peer, Sonda))]:
        if not path.is_file():
            raise BenchError(f"{path}: no such file; ./sonda bench proxy builds what is in build/bin")


def _connections(idle: int) -> int:
    """Raises the limit of open files as far as it goes. Returns the connections that a proxy has room for, or needs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < _FEWEST_DESCRIPTORS:
        raise BenchError(f"the hard limit of open files (ulimit -Hn) is {most}; needed are {_FEWEST_DESCRIPTORS}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min((most - _RESERVED) // 2, max(idle, _IDLE))


def _explain(rounds: Rounds, running: dict[str, Running], loader: Loader, given: argparse.Namespace) -> str:
    count = max(len(values) for numbers in rounds.values() for values in numbers.values())
    parts = [f"{count} round{'s' if count > 1 else ''} of {given.seconds} s, everything in turn; "
             f"median (least – largest). {CONNECTIONS} connections at a time."]
    if loader.rate:
        parts.append(f"Half load: {loader.rate:,.0f} requests/s for all.")
    if any("idle_bytes" in numbers for numbers in rounds.values()):
        why = (f", not {given.idle:,}: **the limit of open files is too low**" if loader.idle < given.idle else "")
        parts.append(f"Idle connections: {loader.idle:,}{why}.")
    parts += [f"`{name}`: {one.notes}." for name, one in running.items() if one.notes]
    return " ".join(parts)


def _measure(loader: Loader, peers: Sequence[Peer], measures: Sequence[str], given: argparse.Namespace,
             stack: ExitStack) -> Iterator[tuple[Rounds, dict[str, Running]]]:
    """Yields all complete rounds after each."""
    if any(isinstance(peer, Sonda) for peer in peers):
        start_agents(loader.scene, stack)
    running = {peer.name: peer.start(loader.scene, stack) for peer in peers}
    if any(isinstance(peer, Sonda) for peer in peers):
        time.sleep(given.settle)
    found: Rounds = {peer.name: {} for peer in peers}
    if "half-load" in measures:
        loader.rate = _find_rate(loader, peers, running)
    for turn in range(1, given.rounds + 1):
        this: Rounds = {peer.name: {} for peer in peers}
        for measure in measures:
            print(f"round {turn} of {given.rounds}: {measure} …", file=sys.stderr, flush=True)
            for peer in peers:
                this[peer.name].update(loader.measure(measure, peer, running[peer.name]))
                running[peer.name].truncate_log()
        for name, numbers in this.items():
            for number, value in numbers.items():
                found[name].setdefault(number, []).append(value)
        yield found, running


def _find_rate(loader: Loader, peers: Sequence[Peer], running: dict[str, Running]) -> float:
    proxies = [peer for peer in peers if peer.name != DIRECT] or list(peers)
    print("the rate of half load …", file=sys.stderr, flush=True)
    looks = {peer.name: {name: [value] for name, value in
                         loader.measure("keepalive", peer, running[peer.name]).items()} for peer in proxies}
    return half_load_rate(looks, list(looks))
