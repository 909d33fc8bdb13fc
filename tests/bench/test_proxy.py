"""`./sonda bench proxy` in small: it measures everything, believes nothing and leaves nothing running."""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from sonda_bench.__main__ import main
from sonda_bench.proxy_loads import MEASURES, UNITS

ANSWER = b"x" * 159
DIRECT_HAS_NO = {"idle_bytes", *(name for name in UNITS if "_cpu_" in name)}


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """All files that a benchmark makes go there, so that all that it starts has the folder in its command line."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def running_in(folder: Path) -> list[str]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass  # it has ended
    return [line for line in lines if str(folder) in line]


def bench(bin_folder: Path, folder: Path, *options: str) -> int:
    return main(["proxy", "--seconds=1", "--settle=0", f"--bin={bin_folder}", f"--out={folder / 'out'}", *options])


def test_a_tiny_one_measures_everything(proxy_programs: Path, peers: None, folder: Path, capsys) -> None:
    configurations = ["direct", "nginx", "haproxy-tuned-1", "sonda"]
    assert bench(proxy_programs, folder, "--rounds=1", "--idle=50", f"--peers={','.join(configurations)}") == 0
    printed = capsys.readouterr().out
    measured = rows(folder / "out" / "runs.csv")
    for configuration in configurations:
        numbers = {row["number"]: float(row["value"]) for row in measured if row["configuration"] == configuration}
        assert numbers.keys() == UNITS.keys() - (DIRECT_HAS_NO if configuration == "direct" else set())
        assert all(value > 0 for name, value in numbers.items() if name != "idle_bytes")
        assert numbers["half_load_p50_us"] <= numbers["half_load_p99_us"]
    assert (folder / "out" / "table.md").read_text() == printed
    assert "./sonda bench proxy --seconds=1" in printed and "Idle connections: 50." in printed
    assert "HAProxy version" in printed and "nginx version" in printed and "sonda-proxy 0" in printed
    assert [row["met"] for row in rows(folder / "out" / "bars.csv")] != [""] * 8, "all are judged"
    assert running_in(folder) == []


def test_two_proxies_are_compared_in_one_run(proxy_programs: Path, peers: None, folder: Path, capsys) -> None:
    assert bench(proxy_programs, folder, "--rounds=2", "--only=keepalive", "--peers=sonda",
                 f"--also={proxy_programs / 'sonda-proxy'}") == 0
    assert "| keep-alive (wrk), requests/s | `sonda` | " in capsys.readouterr().out
    assert {(row["round"], row["configuration"]) for row in rows(folder / "out" / "runs.csv")} == {
        (turn, name) for turn in "12" for name in ("sonda", "also")}
    assert running_in(folder) == []


def test_what_fails_is_told_and_ends_what_runs(proxy_programs: Path, peers: None, folder: Path, capsys) -> None:
    broken = folder / "broken-proxy"
    broken.write_text("#!/bin/sh\necho no such luck\nexit 3\n")
    broken.chmod(0o755)
    assert bench(proxy_programs, folder, "--rounds=1", "--only=keepalive", f"--sonda={broken}") == 1
    words = capsys.readouterr().err
    assert "broken-proxy" in words and "it ended with status 3" in words and "no such luck" in words
    assert running_in(folder) == []


@pytest.mark.parametrize("arguments, words", [
    (["--rounds", "0"], "--rounds: 0 is not allowed"),
    (["--seconds", "0"], "--seconds: 0 is not allowed"),
    (["--only", "keepalive,speed"], f"--only: 'speed' is not allowed; there are: {', '.join(MEASURES)}"),
    (["--peers", "envoy"], "--peers: 'envoy' is not allowed; there are: direct, nginx, haproxy-1, haproxy-tuned-1, "),
    (["--peers", "direct", "--bin", "/nowhere"], "/nowhere/bench-responder: no such file"),
])
def test_what_is_refused(peers: None, arguments: list[str], words: str, capsys) -> None:
    assert main(["proxy", *arguments]) == 1
    assert words in capsys.readouterr().err


class Server:
    """Takes connections one after the other and gives each to `handle` until that returns."""

    def __init__(self, handle) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._handle = handle
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                with connection:
                    self._handle(connection)
            except OSError:
                if self._listener.fileno() < 0:
                    return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def serve():
    servers = []

    def start(handle) -> str:
        servers.append(Server(handle))
        return servers[-1].address

    yield start
    for server in servers:
        server.close()


def client(folder: Path, *arguments: str) -> dict:
    return json.loads(subprocess.run([folder / "bench-client", *arguments], check=True, capture_output=True, text=True,
                                     timeout=60).stdout)


def test_the_client_notices_bytes_that_are_missing(proxy_programs: Path, serve) -> None:
    def short_by_one(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(ANSWER[1:])

    said = client(proxy_programs, "short", f"--to={serve(short_by_one)}", "--seconds=0.2")
    assert said["errors"] > 0 and said["first_error"] == "a connection ended after 158 of 159 bytes"
    said = client(proxy_programs, "bulk", f"--to={serve(short_by_one)}", "--seconds=0.2", "--bytes=1000")
    assert said["errors"] > 0 and said["first_error"] == "a stream ended after 158 of 1000 bytes"


def test_the_client_notices_an_end_that_never_comes(proxy_programs: Path, serve) -> None:
    def never_ends(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(ANSWER)
        connection.recv(1)  # until the client has lost patience

    said = client(proxy_programs, "short", f"--to={serve(never_ends)}", "--seconds=0.1")
    assert said["errors"] == 1 and said["first_error"] == "1 connections never ended"


def test_latency_counts_from_when_a_request_was_due(proxy_programs: Path, serve) -> None:
    stalls = [0.5]

    def stall_once(connection: socket.socket) -> None:
        while connection.recv(4096):
            if stalls:
                time.sleep(stalls.pop())  # the stall is what is tested
            connection.sendall(ANSWER)

    said = client(proxy_programs, "rate", f"--to={serve(stall_once)}", "--connections=1", "--rate=100", "--seconds=2")
    # One of 200 answers is late by the server's doing, and 50 more requests were due meanwhile: a client that
    # only looks at what it has sent would see one latency of 0.5 s, which is not in the first 99 %.
    assert said["errors"] == 0 and said["requests"] == 200
    assert said["p99_us"] > 400_000 and said["max_us"] >= 500_000
