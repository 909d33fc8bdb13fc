"""What `./sonda bench proxy` measures: HAProxy, nginx and sonda-proxy, each in some configurations, and no proxy.

All have the same servers, the same timeouts and room for the same number of connections.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Sequence

from .errors import BenchError
from .programs import Program, free_port

DIRECT = "direct"
GROUP = "239.8.8.8"
# Each server has its own local ports towards it: a run of short connections uses up tens of thousands.
SERVERS = tuple(f"127.0.0.{number}" for number in range(11, 15))
NGINX_STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@dataclass(frozen=True)
class Scene:
    """What all peers are started in: programs, servers ('ADDRESS:PORT'), probes' UDP port, a folder that passes."""

    bin: Path
    folder: Path
    servers: Sequence[str]
    probe_port: int
    connections: int


@dataclass
class Running:
    """A proxy that serves at 127.0.0.1:port; without program it is a server."""

    address: str
    program: Program | None = None
    notes: str = ""
    log_file: Path | None = None

    def truncate_log(self) -> None:
        """Its log of connections grows by megabytes a second, and nobody reads it."""
        if self.log_file is not None:
            os.truncate(self.log_file, 0)


class Peer(Protocol):
    """A configuration that is measured. `name` is unique."""

    name: str

    def start(self, scene: Scene, stack: ExitStack) -> Running:
        """Starts it; the stack ends it. Returns when it serves."""


@dataclass(frozen=True)
class Direct:
    """No proxy: the limit."""

    name: str = DIRECT

    def start(self, scene: Scene, stack: ExitStack) -> Running:
        del stack
        return Running(scene.servers[0])


@dataclass(frozen=True)
class HaProxy:
    """HAProxy in TCP mode; `tuned` for bulk and for short connections as its manual advises."""

    name: str
    threads: int
    tuned: bool = False

    def start(self, scene: Scene, stack: ExitStack) -> Running:
        port = free_port()
        settings = [f"nbthread {self.threads}", f"maxconn {scene.connections}"]
        options = []
        if self.tuned:
            settings += ["tune.pipesize 1048576", f"maxpipes {64 * self.threads}"]  # sonda-proxy's number of pipes
            options = ["splice-request", "splice-response", "tcp-smart-accept", "tcp-smart-connect"]
        text = "\n".join([
            "global", *_indented(settings),
            "defaults", *_indented(["mode tcp", "timeout connect 3s", "timeout client 10m", "timeout server 10m",
                                    *(f"option {option}" for option in options)]),
            "listen bench", *_indented([f"bind 127.0.0.1:{port}" + (" shards by-thread" if self.tuned else ""),
                                        *(f"server s{i} {at}" for i, at in enumerate(scene.servers))])])
        program = _start(scene, stack, self.name, text, lambda file: ["haproxy", "-db", "-f", file])
        program.wait_port("127.0.0.1", port)
        return Running(f"127.0.0.1:{port}", program)


@dataclass(frozen=True)
class Nginx:
    """nginx's stream module with as many processes as its Debian package starts: one per core."""

    name: str = "nginx"

    def start(self, scene: Scene, stack: ExitStack) -> Running:
        port = free_port()
        servers = " ".join(f"server {at};" for at in scene.servers)
        text = f"""load_module {NGINX_STREAM};
daemon off;
pid {scene.folder}/{self.name}-{port}.pid;
error_log stderr;
worker_processes auto;
worker_rlimit_nofile {2 * scene.connections + 100};
events {{ worker_connections {2 * scene.connections + 50}; }}
stream {{
  upstream bench {{ {servers} }}
  server {{ listen 127.0.0.1:{port}; proxy_pass bench; proxy_connect_timeout 3s; proxy_timeout 10m; }}
}}"""
        program = _start(scene, stack, self.name, text, lambda file: ["nginx", "-c", file])
        program.wait_port("127.0.0.1", port)
        return Running(f"127.0.0.1:{port}", program)


@dataclass(frozen=True)
class Sonda:
    """sonda-proxy as it comes and with its log: timeouts, counters, monitor, admin listener, balancing are on."""

    name: str
    binary: Path
    workers: int | None = None  # None: the default
    label: str = field(default="sonda")

    def start(self, scene: Scene, stack: ExitStack) -> Running:
        handle, name = tempfile.mkstemp(prefix=f"{self.name}-", suffix=".connections", dir=scene.folder)
        os.close(handle)
        workers = [] if self.workers is None else [f"--workers={self.workers}"]
        program = Program(
            [self.binary, "--listen=127.0.0.1:0", "--interface=lo", f"--group={GROUP}", f"--port={scene.probe_port}",
             "--admin=127.0.0.1:0", f"--connection-log={name}", *workers],
            scene.folder, Path(name).stem)
        stack.callback(program.stop)
        port = program.wait_log(r"listening on 127\.0\.0\.1:(\d+)")[0]
        program.wait_log(r"agent \S+ at \S+: (joined)", len(scene.servers))
        count = program.wait_log(r"(\d+) workers")[0]
        return Running(f"127.0.0.1:{port}", program, f"{count} worker{'s' if count != '1' else ''}", Path(name))


def start_agents(scene: Scene, stack: ExitStack) -> None:
    """A sonda-agent beside every server."""
    for number, at in enumerate(scene.servers):
        agent = Program([scene.bin / "sonda-agent", f"--serve={at}", "--interface=lo", f"--group={GROUP}",
                         f"--port={scene.probe_port}", f"--id=server-{number}"], scene.folder, f"agent-{number}")
        stack.callback(agent.stop)
        agent.wait_log("(group)")


def start_servers(binary: Path, folder: Path, stack: ExitStack) -> tuple[Program, list[str]]:
    """The responder, and where it listens."""
    responder = Program([binary, *SERVERS], folder, "responder", talks=True)
    stack.callback(responder.stop)
    return responder, responder.ask("").split()[1:]


def free_probe_port() -> int:
    """For the agents and proxies of this run alone."""
    return free_port(socket.SOCK_DGRAM)


def make_peers(sonda: Path, also: Path | None) -> list[Peer]:
    """All configurations, in the order in which a round measures them."""
    peers: list[Peer] = [Direct(), Nginx()]
    for threads in sorted({1, 2, os.cpu_count() or 2}):
        peers += [HaProxy(f"haproxy-{threads}", threads), HaProxy(f"haproxy-tuned-{threads}", threads, True)]
    for label, binary in (("sonda", sonda), *((("also", also),) if also else ())):
        peers.append(Sonda(label, binary, None, label))
        # With two cores the default is two workers already.
        peers += [Sonda(f"{label}-{count}", binary, count, label) for count in (1, 2) if count != os.cpu_count()]
    return peers


def check_programs(peers: Sequence[Peer]) -> None:
    """BenchError when something that is to be measured, or to measure with, is not installed."""
    wanted = {"wrk": "wrk", "setpriv": "util-linux"}
    for peer in peers:
        if isinstance(peer, HaProxy):
            wanted["haproxy"] = "haproxy"
        if isinstance(peer, Nginx):
            wanted["nginx"] = "nginx-light"
            if not NGINX_STREAM.is_file():
                raise BenchError(f"{NGINX_STREAM}: no such file; install the Debian package libnginx-mod-stream")
    for program, package in wanted.items():
        if shutil.which(program) is None:
            raise BenchError(f"there is no {program}; install the Debian package {package}")


def versions(peers: Sequence[Peer]) -> str:
    """Of the programs that are run, one sentence."""
    commands = [["wrk", "-v"]]
    commands += [["haproxy", "-v"]] if any(isinstance(peer, HaProxy) for peer in peers) else []
    commands += [["nginx", "-v"]] if any(isinstance(peer, Nginx) for peer in peers) else []
    found = {peer.label: peer.binary for peer in peers if isinstance(peer, Sonda)}
    commands += [[str(binary), "--version"] for binary in found.values()]
    lines = []
    for command in commands:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        lines.append((said.stdout + said.stderr).strip().splitlines()[0].partition(" Copyright")[0].partition(" - ")[0])
    return "; ".join(lines)


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _start(scene: Scene, stack: ExitStack, name: str, text: str, command) -> Program:
    handle, file = tempfile.mkstemp(prefix=f"{name}-", suffix=".conf", dir=scene.folder)
    with os.fdopen(handle, "w") as configuration:
        configuration.write(text + "\n")
    program = Program(command(file), scene.folder, Path(file).stem)
    stack.callback(program.stop)
    return program
