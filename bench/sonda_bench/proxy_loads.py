"""The loads of `./sonda bench proxy`: what is done to a proxy once, and the numbers that come of it.

wrk is the known tool, but stops reading at the Content-Length; bench-client reads to the end of every
connection and counts its bytes. Errors of either end the benchmark: numbers with errors are none.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Callable, Mapping

from .errors import BenchError
from .measure import run_measured
from .programs import Program
from .proxy_peers import DIRECT, Peer, Running, Scene

CONNECTIONS = 32
_BULK_BYTES = 256 << 20
_FIRST_BYTES_A_SECOND = 50
_SOURCES = 8

Numbers = dict[str, float]


@dataclass(frozen=True)
class Unit:
    """What a number means: in which column it stands, and how it is written."""

    column: str
    unit: str


# NUMBER → meaning; every measure has some of them.
UNITS: Mapping[str, Unit] = {
    "keepalive_per_s": Unit("keep-alive (wrk)", "requests/s"),
    "keepalive_cpu_us": Unit("keep-alive", "µs/request"),
    "short_per_s": Unit("short (wrk)", "connections/s"),
    "short_cpu_us": Unit("short (wrk)", "µs/connection"),
    "short_eof_per_s": Unit("short, read to the end", "connections/s"),
    "short_eof_cpu_us": Unit("short, read to the end", "µs/connection"),
    "bulk1_gbit_per_s": Unit("bulk, 1 stream", "Gbit/s"),
    "bulk1_cpu_ns": Unit("bulk, 1 stream", "ns/KiB"),
    "bulk4_gbit_per_s": Unit("bulk, 4 streams", "Gbit/s"),
    "bulk4_cpu_ns": Unit("bulk, 4 streams", "ns/KiB"),
    "first_byte_ms": Unit("first byte, median", "ms"),
    "first_byte_max_ms": Unit("first byte, longest", "ms"),
    "half_load_p50_us": Unit("half load, p50", "µs"),
    "half_load_p99_us": Unit("half load, p99", "µs"),
    "half_load_cpu_us": Unit("half load", "µs/request"),
    "idle_bytes": Unit("an idle connection", "bytes"),
}


@dataclass
class Loader:
    """What loads are made with. `rate` is that of half load, requests/s; it is known after a first look."""

    scene: Scene
    responder: Program
    seconds: int
    idle: int
    rate: float = 0

    def measure(self, name: str, peer: Peer, running: Running) -> Numbers:
        """The numbers of one measure; none where it means nothing. BenchError for errors of any kind."""
        try:
            return MEASURES[name](self, peer, running)
        except BenchError as error:
            raise BenchError(f"{name} of {peer.name}: {error}") from None

    def keepalive(self, _: Peer, running: Running) -> Numbers:
        return self._wrk("keepalive", running)

    def short(self, _: Peer, running: Running) -> Numbers:
        return self._wrk("short", running, "--header=Connection: close")

    def short_eof(self, _: Peer, running: Running) -> Numbers:
        before = _cpu_s(running)
        said = self._client(running, "short", f"--connections={CONNECTIONS}", f"--seconds={self.seconds}",
                            f"--sources={_SOURCES}")
        return {"short_eof_per_s": said["connections_per_s"],
                **_cpu("short_eof_cpu_us", running, before, 1e6, said["connections"])}

    def bulk(self, running: Running, streams: int) -> Numbers:
        before = _cpu_s(running)
        said = self._client(running, "bulk", f"--connections={streams}", f"--bytes={_BULK_BYTES}",
                            f"--seconds={self.seconds}")
        return {f"bulk{streams}_gbit_per_s": said["gbit_per_s"],
                **_cpu(f"bulk{streams}_cpu_ns", running, before, 1e9, said["bytes"] / 1024)}

    def first_byte(self, _: Peer, running: Running) -> Numbers:
        self._tell("greet")
        try:
            said = self._client(running, "first-byte", f"--count={_FIRST_BYTES_A_SECOND * self.seconds}")
        finally:
            self._tell("http")
        return {"first_byte_ms": said["median_ms"], "first_byte_max_ms": said["max_ms"]}

    def half_load(self, _: Peer, running: Running) -> Numbers:
        before = _cpu_s(running)
        said = self._client(running, "rate", f"--connections={CONNECTIONS}", f"--seconds={self.seconds}",
                            f"--rate={self.rate:.0f}")
        return {"half_load_p50_us": said["p50_us"], "half_load_p99_us": said["p99_us"],
                **_cpu("half_load_cpu_us", running, before, 1e6, said["requests"])}

    def idle_memory(self, peer: Peer, running: Running) -> Numbers:
        """Of a proxy that has just been started: one that has worked has memory left over from before."""
        del running
        if peer.name == DIRECT:
            return {}
        with ExitStack() as stack:
            fresh = peer.start(self.scene, stack)
            # What the first connection makes the program touch is no memory of connections.
            self._client(fresh, "short", "--connections=8", "--seconds=0.1")
            before = fresh.program.private_bytes()
            client = Program([self.scene.bin / "bench-client", "rest", f"--to={fresh.address}", f"--sources={_SOURCES}",
                              f"--connections={self.idle}"], self.scene.folder, "rest", talks=True)
            stack.callback(client.stop)
            client.ask("")
            open_now = int(self.responder.ask("count"))
            if open_now < self.idle:
                raise BenchError(f"{open_now} connections have reached the servers, not {self.idle}")
            return {"idle_bytes": (fresh.program.private_bytes() - before) / self.idle}

    def _tell(self, command: str) -> None:
        if self.responder.ask(command) != command:
            raise self.responder.fail(f"'{command}' was not understood")

    def _wrk(self, name: str, running: Running, *options: str) -> Numbers:
        before = _cpu_s(running)
        said = run_measured(["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={self.seconds}s",
                             *options, f"http://{running.address}/"]).stdout
        if "Socket errors" in said or "Non-2xx" in said:
            raise BenchError(f"wrk saw errors:\n{said.strip()}")
        return {f"{name}_per_s": float(_found(r"Requests/sec:\s+([\d.]+)", said)),
                **_cpu(f"{name}_cpu_us", running, before, 1e6, int(_found(r"(\d+) requests in", said)))}

    def _client(self, running: Running, load: str, *options: str) -> dict[str, float]:
        said = json.loads(run_measured([str(self.scene.bin / "bench-client"), load, f"--to={running.address}",
                                        *options]).stdout)
        if said["errors"]:
            raise BenchError(f"bench-client saw {said['errors']} errors, the first: {said['first_error']}")
        return said


MEASURES: Mapping[str, Callable[[Loader, Peer, Running], Numbers]] = {
    "keepalive": Loader.keepalive,
    "short": Loader.short,
    "short-eof": Loader.short_eof,
    "bulk1": lambda loader, _, running: loader.bulk(running, 1),
    "bulk4": lambda loader, _, running: loader.bulk(running, 4),
    "first-byte": Loader.first_byte,
    "half-load": Loader.half_load,
    "idle": Loader.idle_memory,
}


def _cpu_s(running: Running) -> float:
    return running.program.cpu_s() if running.program else 0


def _cpu(name: str, running: Running, before: float, scale: float, operations: float) -> Numbers:
    if running.program is None or not operations:
        return {}
    return {name: scale * (running.program.cpu_s() - before) / operations}


def _found(pattern: str, text: str) -> str:
    if (found := re.search(pattern, text)) is None:
        raise BenchError(f"wrk's words are not understood:\n{text.strip()}")
    return found[1]
