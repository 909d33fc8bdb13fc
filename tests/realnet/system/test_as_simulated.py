"""The proxy that ships and the simulation of it, in one situation: failures of the same order."""
import csv
import json
import pathlib
import subprocess

import pytest
from load import answer
from peers import connect, read_exactly, reset
from programs import DEADLINE_S, binary

REQUESTS = 200
# Nobody reports again within the test: who rests goes on resting, in both worlds.
INTERVAL_S = 60
# One client, one request after the other, to four servers; one of them resets each request when it has it.
SCENARIO = {
    "name": "one-resets", "duration_s": 10, "fidelity": "event",
    "probe": {"interval_s": INTERVAL_S, "window_ms": 20},
    "clients": {"count": 1, "delay_ms": 0.01},
    "agents": [{"name": "steady", "count": 3, "delay_ms": 0.01}, {"name": "broken", "delay_ms": 0.01}],
    "workload": {"arrivals": {"closed": {"think_ms": 20}}, "service_ms": 20, "ram_mb": 0},
    "events": [{"at_s": 0.01, "agents": "broken", "do": "fail"}],
}


def drop(connection):
    """Resets when the request is there."""
    read_exactly(connection, 1)
    reset(connection)


def real_failures(world, *options):
    """How many of REQUESTS fail, with the proxy's defaults but for the options."""
    for number in range(3):
        world.agent(world.server(answer, address=f"127.0.0.{2 + number}"))
    world.agent(world.server(drop, address="127.0.0.5"))
    proxy = world.proxy(*options, agents=4, interval=f"{INTERVAL_S}s")
    failures = 0
    for _ in range(REQUESTS):
        with connect(proxy.port) as client:
            try:
                client.sendall(b"?")
                failures += client.recv(2) != b"ok"
            except ConnectionResetError:
                failures += 1
    return failures


def simulated_failures(folder, proxy):
    """The same of a simulated proxy, and how many requests there were."""
    program = pathlib.Path(binary("sonda-sim"))
    if not program.exists():
        pytest.skip("sonda-sim is not built")
    scenario = folder / "scenario.json"
    scenario.write_text(json.dumps({**SCENARIO, "proxy": proxy}))
    subprocess.run([program, f"--scenario={scenario}", f"--outDir={folder / 'run'}"], check=True, capture_output=True,
                   timeout=DEADLINE_S)
    with open(folder / "run" / "summary.csv", newline="") as file:
        summary = {row["metric"]: row["value"] for row in csv.DictReader(file)}
    return int(summary["failures"]), int(summary["requests"])


def test_a_server_that_resets_costs_three_requests_in_both_worlds(world, tmp_path):
    simulated, _ = simulated_failures(tmp_path, "as-shipped")
    assert simulated == real_failures(world) == 3


def test_without_the_rule_it_costs_a_quarter_in_both_worlds(world, tmp_path):
    simulated, requests = simulated_failures(tmp_path, "bare")
    # Of four idle servers one in four is picked; 200 trials vary by 6, five times that is the bar.
    assert simulated / requests == pytest.approx(0.25, abs=0.15)
    assert real_failures(world, "--early-resets", "0") / REQUESTS == pytest.approx(0.25, abs=0.15)
