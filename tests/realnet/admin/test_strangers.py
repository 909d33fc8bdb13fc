"""Bounds: what 30,000 strangers can make of memory and log, and what 2,000 agents cost."""
import os
import re
import time
from pathlib import Path

from fleet import Responder

STRANGERS = 30_000
ROUNDS = 10


def memory_mb(pid):
    """Resident memory of a process, MB: now and at most."""
    text = Path(f"/proc/{pid}/status").read_text()
    return tuple(int(re.search(rf"{key}:\s+(\d+) kB", text)[1]) / 1000
                 for key in ("VmRSS", "VmHWM"))


def cpu_s(pid, thread):
    """CPU time of a thread of a process, seconds."""
    fields = Path(f"/proc/{pid}/task/{thread}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Strangers(Responder):
    """Answer every request with as many datagrams, each of another identity and server."""

    def __init__(self, port, count):
        self.rounds = 0
        self._tails = [
            f'","id":"fake-{n:05d}","IP":"127.{66 + n // 50000}.{n // 250 % 200}.{1 + n % 250}",'
            f'"Door":80,"tipo":"probe response","RAM":1e9,"CPU":50,"v":2,"hold_us":0}}'.encode()
            for n in range(count)]
        super().__init__(port, "127.0.0.66")

    def answer(self, request, monitor):
        head = b'{"nonce":"' + request["nonce"].encode()
        for number, tail in enumerate(self._tails):
            self._out.sendto(head + tail, monitor)
            if number % 1000 == 999 and self._stopping.wait(0.002):
                return  # a pause, so that the proxy's buffer does not lose most of them
        self.rounds += 1


def test_strangers_fill_neither_memory_nor_log(world):
    world.start_fleet(1)
    proxy = world.start_proxy(interval="2s")
    proxy.wait_agents(1)
    time.sleep(2)  # a few snapshots: memory before is that of a proxy that runs
    before, _ = memory_mb(proxy.pid)
    strangers = Strangers(world.group_port, STRANGERS)
    try:
        seen = 0
        end = time.monotonic() + 120
        while strangers.rounds < ROUNDS:
            assert time.monotonic() < end, "the strangers are too slow"
            state = proxy.state()
            seen = max(seen, state["agents_total"])
            assert any(a["id"] == "web-001" for a in state["agents"])
            proxy.get("/metrics")
    finally:
        strangers.stop()
    state = proxy.wait_state(lambda s: s["agents_total"] == 1, "the strangers' end", deadline_s=60)
    assert state["agents"][0]["state"] == "ready" and not state["panic"]
    after, most = memory_mb(proxy.pid)
    # Lines of the proxy, counters by signal left out.
    lines = len(proxy.lines)
    counters = proxy.counters()
    print(f"{seen} of {STRANGERS} in the table; {before:.1f} MB before, {most:.1f} MB at most, "
          f"{after:.1f} MB after; {lines} lines; refusals {counters['refusals']}")
    assert seen == 4096
    assert counters["refusals"]["table-full"] > 4096
    assert most - before <= 20
    assert lines <= 100


def test_two_thousand_agents_in_one_process(world):
    world.start_fleet(2000)
    proxy = world.start_proxy(interval="5s", window="1s")
    proxy.wait_agents(2000)
    begin = proxy.counters()
    began, cpu = time.monotonic(), cpu_s(proxy.pid, proxy.pid)
    proxy.wait_state(lambda s: s["counters"]["probes_sent"] >= begin["probes_sent"] + 8, "rounds",
                     deadline_s=90)
    time.sleep(2)  # the last round's window
    end = proxy.counters()
    share = (cpu_s(proxy.pid, proxy.pid) - cpu) / (time.monotonic() - began)
    rounds = end["probes_sent"] - begin["probes_sent"]
    arrived = (end["responses_accepted"] - begin["responses_accepted"]) / (2000 * rounds)
    print(f"{arrived:.3%} of the answers of {rounds} rounds arrived, {end['datagrams_dropped']} "
          f"dropped; control thread {share:.1%} of a core")
    assert arrived >= 0.999
    assert share < 0.05
