"""Runs one program in a network namespace of its own and says what it cost: a process of `./sonda bench agent`.

Called as `python3 -m sonda_bench.agent_inside JSON`, in a namespace whose loopback interface is up; prints one JSON
object. The load goes over loopback and stays in the namespace.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

GROUP, GROUP_PORT, SERVED_PORT, EXPORTER_PORT = "239.8.8.9", 8889, 8080, 9100
_DEADLINE_S = 20
_HOSTS_EACH = 20_000  # connections from one local address: there are 28,232 ports
_SETTLE_S = 2.5  # by then the first look at everything is over


def main(order: dict) -> dict:
    """Does what the order says: {kind, command, seconds, period_s, time_wait, churn}. Returns the costs."""
    listener = socket.create_server(("0.0.0.0", SERVED_PORT), backlog=1024)
    closed = _leave_time_wait(listener, order["time_wait"])
    with subprocess.Popen(order["command"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            ask = _prober() if order["kind"] == "agent" else _scraper()
            ask()
            time.sleep(_SETTLE_S)
            return {**_measure(process.pid, ask, listener, order), "time_wait": closed}
        finally:
            process.kill()


def _measure(pid: int, ask: Callable[[], None], listener: socket.socket, order: dict) -> dict:
    begin, start, asked = time.monotonic(), _cpu_s(pid), 0
    while (left := begin + order["seconds"] - time.monotonic()) > 0:
        if order["churn"]:
            _one_connection(listener, ("127.0.0.1", SERVED_PORT))
        ask()
        asked += 1
        time.sleep(max(0, min(left, begin + asked * order["period_s"] - time.monotonic())))
    wall, cpu = time.monotonic() - begin, _cpu_s(pid) - start
    return {"cpu_share": cpu / wall, "cpu_s_each": cpu / asked, "asked": asked, "rss_bytes": _rss(pid)}


def _cpu_s(pid: int) -> float:
    """Of all its threads, to the nanosecond."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9


def _rss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) * 1024


def _one_connection(listener: socket.socket, to: tuple[str, int]) -> None:
    """A connection that the server closes first: what is left is in TIME_WAIT at the served port."""
    with socket.create_connection(to) as client:
        server, _ = listener.accept()
        server.close()
        client.recv(1)


def _leave_time_wait(listener: socket.socket, count: int) -> int:
    for made in range(count):
        _one_connection(listener, (f"127.0.0.{1 + made // _HOSTS_EACH}", SERVED_PORT))
    return count


def _prober() -> Callable[[], None]:
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    probe.settimeout(0.5)

    def ask() -> None:
        end = time.monotonic() + _DEADLINE_S
        while True:
            request = {"tipo": "probe request", "v": 2, "nonce": os.urandom(16).hex(), "window_ms": 0}
            probe.sendto(json.dumps(request).encode(), (GROUP, GROUP_PORT))
            try:
                probe.recv(2000)
                return
            except TimeoutError:
                if time.monotonic() > end:
                    raise

    return ask


def _scraper() -> Callable[[], None]:
    """As Prometheus does it: over one connection that is kept."""
    end = time.monotonic() + _DEADLINE_S
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", EXPORTER_PORT, timeout=_DEADLINE_S)
            connection.connect()
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)

    def ask() -> None:
        connection.request("GET", "/metrics")
        connection.getresponse().read()

    return ask


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
