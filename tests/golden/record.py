#!/usr/bin/env python3
"""Records whom real load balancers pick, for tests/model/selection/golden-test.cc.

    tests/golden/record.py [PROGRAM...]           writes PROGRAM-METHOD.json beside itself, for all programs or those named
    tests/golden/record.py --check [PROGRAM...]   records again and says what differs; 1 when something does

Programs come from Debian: the installed one, or its package, unpacked into a folder of /tmp and not installed; with
--suite, as in --suite trixie, those of another Debian, with all their libraries, as PROGRAM-METHOD.SUITE.json. They run one
at a time on loopback addresses, as whoever runs this; servers and clients are this program's own. Servers A, B, C … stand
in their order in the configuration. A sequence is a list of events:

    +A  a connection was opened and reached A        !A  A was taken out (by the program's own administration)
    -A  the oldest connection that A held was ended  *A  A was put back

Where a program draws, counts are recorded instead: of `picks` connections, one after the other; or all held, and then also
how many went `uphill`, to a server that had more connections for its weight than another one.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs import PROGRAMS, Program
from traffic import Reached

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Plan:
    """A situation: weights of the servers, and steps: open, end (the oldest), end N (the N-th), away X, back X."""

    name: str
    weights: tuple[int, ...]
    steps: tuple[str, ...]


def mixture(weights: tuple[int, ...], seed: int, steps: int = 80) -> Plan:
    """Connections opened and ended at random, two opened for each ended, with up to 20 held."""
    drawn = random.Random(seed)
    held, chosen = 0, []
    for _ in range(steps):
        if held and (held >= 20 or drawn.random() < 0.4):
            chosen.append(f"end {drawn.randrange(held)}")
            held -= 1
        else:
            chosen.append("open")
            held += 1
    return Plan(f"a mixture, weights {','.join(map(str, weights))}, seed {seed}", weights, tuple(chosen))


def turns(weights: tuple[int, ...], count: int) -> Plan:
    return Plan(f"one after the other, weights {','.join(map(str, weights))}", weights, ("open", "end") * count)


def held(weights: tuple[int, ...], count: int) -> Plan:
    return Plan(f"held, weights {','.join(map(str, weights))}", weights, ("open",) * count)


LEAVES = Plan("one leaves and returns, one after the other", (1, 1, 1),
              ("open", "end") * 4 + ("away C",) + ("open", "end") * 5 + ("back C",) + ("open", "end") * 7)
LEAVES_HELD = Plan("one leaves and returns, all held", (1, 1, 1),
                   ("open",) * 4 + ("away C",) + ("open",) * 6 + ("back C",) + ("open",) * 12)
EQUAL = [turns((1, 1, 1), 12), held((1, 1, 1), 15), mixture((1, 1, 1), 1), mixture((1, 1, 1, 1, 1), 2)]
WEIGHTED = [turns((5, 1, 1), 16), turns((1, 1, 5), 16), turns((1, 5), 14), turns((3, 2, 7, 1), 30), held((1, 5), 30),
            held((5, 2, 1), 40), mixture((1, 5), 3), mixture((3, 2, 7, 1), 4), mixture((10, 10, 1), 5)]
LEAVING = [LEAVES, LEAVES_HELD]


@dataclass(frozen=True)
class Draws:
    """A situation of a program that draws: how many picks are counted."""

    name: str
    weights: tuple[int, ...]
    picks: int
    held: bool = False


def draws(*weights: int, picks: int = 3000, held: bool = False) -> Draws:
    how = "held" if held else "one after the other"
    return Draws(f"{how}, weights {','.join(map(str, weights))}", weights, picks, held)


# Program, its method, the contender of model/selection/contenders.json that is held to it, situations.
# What another Debian's version is held to instead: the ring of HAProxy 3 has other places.
OTHERWISE = {("trixie", "haproxy", "random(1)"): "haproxy-random:1:3", ("trixie", "haproxy", "random(2)"): "haproxy-random:2:3"}
SUITES = ("", "trixie")  # of which there are recordings; "" is Debian 12, which was installed

RECORDINGS: list[tuple[str, str, str, list[Plan | Draws]]] = [
    ("haproxy", "roundrobin", "haproxy-roundrobin", EQUAL + WEIGHTED + LEAVING),
    ("haproxy", "leastconn", "haproxy-leastconn", EQUAL + WEIGHTED + LEAVING),
    ("haproxy", "random(1)", "haproxy-random:1", [draws(1, 1), draws(1, 1, 1), draws(1, 5), draws(3, 2, 7, 1)]),
    ("haproxy", "random(2)", "haproxy-random", [draws(1, 1), draws(1, 5), draws(3, 2, 7, 1), draws(1, 1, held=True, picks=400), draws(1, 5, held=True, picks=400)]),
    ("nginx", "round robin", "nginx-round-robin", EQUAL + WEIGHTED),
    ("nginx", "least_conn", "nginx-least-conn", EQUAL + WEIGHTED),
    ("nginx", "random two least_conn", "nginx-random-two", [draws(1, 1), draws(1, 5), draws(1, 1, 10), draws(3, 2, 7, 1), draws(1, 1, 1, held=True, picks=400),
      draws(1, 5, held=True, picks=400)]),
    ("apache", "byrequests", "apache-byrequests", EQUAL + WEIGHTED + LEAVING),
    ("apache", "bybusyness", "apache-bybusyness", EQUAL + WEIGHTED + LEAVING),
    ("dnsdist", "roundrobin", "dnsdist-roundrobin", EQUAL + LEAVING),
    ("dnsdist", "leastOutstanding", "dnsdist-least-outstanding", [held((1, 1, 1), 15), held((1, 5), 12), held((1,) * 7, 30), LEAVES_HELD]),
    ("dnsdist", "wrandom", "weighted", [draws(1, 1), draws(1, 5), draws(3, 2, 7, 1)]),
    ("caddy", "round_robin", "caddy-round-robin", EQUAL),
    ("caddy", "random_choose 2", "caddy-random-choose", [draws(1, 1), draws(1, 1, 1), draws(1, 1, held=True, picks=400), draws(1, 1, 1, held=True, picks=400)]),
    ("lighttpd", "round-robin", "lighttpd-round-robin", EQUAL),
    ("lighttpd", "least-connection", "lighttpd-least-connection", EQUAL),
    ("pen", "round robin", "pen-round-robin", EQUAL),
]


async def play(program: Program, plan: Plan | Draws) -> dict[str, Any]:
    """Plays one situation with a new process. Returns it as the golden file has it."""
    weights = {chr(ord("A") + place): weight for place, weight in enumerate(plan.weights)}
    traffic = program.make_traffic()
    await traffic.start("".join(weights))
    running: list[Reached] = []
    try:
        port = await program.start(weights)
        recorded: dict[str, Any] = {"name": plan.name, "weights": list(plan.weights)}
        if isinstance(plan, Draws):
            counts, uphill = dict.fromkeys(weights, 0), 0
            for _ in range(plan.picks):
                one = await traffic.open(port)
                loads = {name: counts[name] / weight for name, weight in weights.items()}
                uphill += loads[one.letter] > min(loads.values())
                counts[one.letter] += 1
                if plan.held:
                    running.append(one)
                else:
                    await traffic.close(one)
            return {**recorded, "picks": plan.picks, "counts": counts, **({"uphill": uphill} if plan.held else {})}
        events: list[str] = []
        for step in plan.steps:
            verb, _, what = step.partition(" ")
            if verb == "open":
                running.append(await traffic.open(port))
                events.append("+" + running[-1].letter)
            elif verb == "end":
                one = running.pop(int(what or 0))
                await traffic.close(one)
                events.append("-" + one.letter)
            else:
                await program.away(what, back=verb == "back")
                events.append(("*" if verb == "back" else "!") + what)
        return {**recorded, "events": " ".join(events)}
    finally:
        for one in running:
            await traffic.close(one)
        await program.stop()
        await traffic.stop()


def record(name: str, method: str, contender: str, plans: list[Plan | Draws], suite: str = "") -> dict[str, Any]:
    program = PROGRAMS[name](method, suite)
    contender = OTHERWISE.get((suite, name, method), contender)
    situations = []
    for plan in plans:
        try:
            situations.append(asyncio.run(play(program, plan)))
        except TimeoutError:
            raise SystemExit(f"{name} {method}, {plan.name}: nothing came in time") from None
    return {"program": name, "package": program.package, "version": program.version, "method": method,
            "recorded": datetime.date.today().isoformat(), "contender": contender, "situations": situations}


def file_of(name: str, method: str, suite: str = "") -> Path:
    words = "".join(letter if letter.isalnum() else "-" for letter in method.lower()).strip("-")
    return HERE / f"{name}-{words}{suite and '.' + suite}.json"


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What differs of two recordings, but for counts, which are drawn, date and version."""
    found = [f"contender: {old['contender']} became {new['contender']}"] if old["contender"] != new["contender"] else []
    for before, after in zip(old["situations"], new["situations"]):
        if before.get("events") != after.get("events") or before["name"] != after["name"]:
            found.append(f"{before['name']}:\n  {before.get('events')}\n  {after.get('events')}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    parser.add_argument("--suite", default="", help="a suite of Debian whose packages are used, such as trixie")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    given = parser.parse_args()
    for name in given.programs:
        if name not in PROGRAMS:
            parser.error(f"'{name}': programs are {', '.join(PROGRAMS)}")
    changed = False
    for name, method, contender, plans in RECORDINGS:
        if given.programs and name not in given.programs:
            continue
        new = record(name, method, contender, plans, given.suite)
        file = file_of(name, method, given.suite)
        if given.check:
            found = differences(json.loads(file.read_text()), new)
            changed = changed or bool(found)
            print(f"{name} {new['version']} (recorded: {json.loads(file.read_text())['version']}) {method}: " + ("\n".join(found) or "as recorded"))
        else:
            file.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n")
            print(f"{name} {new['version']} {method}: {file.name}")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
