"""Thousands of connections at random, both ways: ends, resets, urgent bytes, pauses of either side.

Each byte is checked at both ends against what the other end sent, see soak_model.py: none may be lost
or changed, an end stands behind the last byte only, and a reset never becomes an end. The seed is
printed; SONDA_SOAK_SEED repeats one.
"""
import json
import os
import random
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from programs import UNDER_VALGRIND, Program

HERE = Path(__file__).resolve().parent
AT_ONCE = 60
Place = namedtuple("Place", "address port")

WAYS = pytest.mark.parametrize("options", [
    pytest.param([], id="pipes"),
    pytest.param(["--workers", "1"], id="pipes-one-worker"),
    pytest.param(["--workers", "4", "--pipes", "3"], id="few-pipes-four-workers"),
    pytest.param(["--pipes", "0"], id="copies"),
    pytest.param(["--pipes", "0", "--workers", "4"], id="copies-four-workers"),
])


def soak(world, options, count, deadline_s):
    """Runs that many connections; returns how they ended, at the client and at the server."""
    seed = int(os.environ.get("SONDA_SOAK_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"SONDA_SOAK_SEED={seed}")
    program = [sys.executable, HERE / "soak_program.py"]
    server = world.add(Program([*program, "server", seed, "127.0.0.2"], stdin=subprocess.PIPE))
    world.agent(Place("127.0.0.2", int(server.wait_line(r"^port (\d+)$")[1])))
    proxy = world.proxy(*options)
    client = world.add(Program([*program, "client", seed, "127.0.0.1", proxy.port, count, AT_ONCE]))
    outcomes = []
    for side in client, server:
        outcomes.append(json.loads(side.wait_line(r"^over: (.*)$", deadline_s=deadline_s)[1]))
        side.wait_end()
        if side is client:
            counters = proxy.wait_counters(lambda c: c["open"] == 0, deadline_s=40)
            assert counters["accepted"] == count
            server.close_input()
    wrong = [line for side in (client, server) for line in side.lines
             if line.startswith("wrong") or "Error" in line]
    assert not wrong, f"{len(wrong)} of {count} connections (SONDA_SOAK_SEED={seed}), the first:\n" + \
        "\n".join(wrong[:10])
    return outcomes


def check(outcomes, count):
    client, server = outcomes
    print(f"client {client}, server {server}")
    assert sum(client.values()) == count
    # Those that the client broke off before the proxy had reached the server are missing.
    assert 0.75 * count < sum(server.values()) <= count
    for side in outcomes:
        assert not {"wrong", "hang"} & side.keys()
        # Otherwise this test would not have seen them.
        assert side["end"] > 0.3 * count and side["reset"] > 0.01 * count, side


@WAYS
def test_no_byte_is_lost_or_changed(world, options):
    count = 100 if UNDER_VALGRIND else 1500
    check(soak(world, options, count, deadline_s=100), count)


@pytest.mark.long
@WAYS
def test_no_byte_is_lost_or_changed_in_twenty_thousand(world, options):
    check(soak(world, options, 20_000, deadline_s=800), 20_000)
