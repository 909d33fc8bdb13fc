"""Want of memory and threads: a line and exit code 1 at the start, later one connection less."""
import os
import re
import resource
import signal
import socket
import threading

import pytest
from peers import GROUP, connect, read_exactly
from programs import DEADLINE_S, Program, binary

SIZE = 6 << 20  # more than the kernel buffers for one connection

pytestmark = pytest.mark.no_valgrind("address space is valgrind's")


def is_sanitized():
    """Sanitizers reserve terabytes of address space."""
    with open(binary("sonda-proxy"), "rb") as program:
        content = program.read()
    return any(name in content for name in (b"__asan_", b"__tsan_", b"__sanitizer_"))


def start(world, kib, *options):
    """A proxy that may have so much address space."""
    if is_sanitized():
        pytest.skip("SKIPPED, NOT TESTED: a sanitizer needs more address space than can be limited")
    program = Program(
        [binary("sonda-proxy"), "--admin", "off", "--interface", "lo", "--group", GROUP, "--port",
         world.group_port, "--interval", "200ms", "--window", "20ms", "--listen", "127.0.0.1:0",
         *options],
        env={**os.environ, "MALLOC_ARENA_MAX": "1"},  # else malloc reserves 64 MiB a thread
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (kib * 1024, kib * 1024)))
    world.started.insert(0, program)
    return program


@pytest.mark.parametrize("workers", [1, 8])
def test_too_little_at_the_start_is_one_line_and_exit_code_1(world, workers):
    """In steps, so that every part of the start meets its limit; or it starts, and ends well."""
    outcomes = set()
    for kib in range(20_000, 500_000, 12_000):
        proxy = start(world, kib, "--workers", workers)
        try:
            proxy.wait_line("listening on", deadline_s=DEADLINE_S)
        except AssertionError:
            code = proxy.wait_end()
            if not any("error while loading shared libraries" in line for line in proxy.lines):
                assert code == 1, (kib, code, proxy.lines)
                lines = [line for line in proxy.lines if line.startswith("sonda-proxy: ")]
                assert len(lines) == 1, (kib, proxy.lines)
                outcomes.add("refused")
            continue
        proxy.signal(signal.SIGTERM)
        assert proxy.wait_end() == 0, (kib, proxy.lines)
        outcomes.add("served")
        if len(outcomes) == 2 and kib > 250_000 + 70_000 * (workers - 1):
            break
    assert outcomes == {"refused", "served"}


def test_clients_that_take_all_memory_cost_connections_and_not_the_process(world):
    """They send and do not read, so that the proxy holds 64 KiB a direction for each of them."""
    stop = threading.Event()

    def flood(connection):
        connection.sendall(b"x" * SIZE)
        connection.shutdown(socket.SHUT_WR)
        stop.wait(DEADLINE_S)

    world.agent(world.server(flood, backlog=2000))
    # What an idle proxy takes, and room for some hundred connections.
    probe = start(world, 1_000_000, "--workers", "1", "--pipes", "0")
    probe.wait_line("joined")
    with open(f"/proc/{probe.pid}/status", encoding="ascii") as status:
        idle = int(re.search(r"VmSize:\s+(\d+)", status.read())[1])
    probe.stop()
    proxy = start(world, idle + 4_000, "--workers", "1", "--pipes", "0")
    port = int(proxy.wait_line(r"listening on 127\.0\.0\.1:(\d+)")[1])
    proxy.wait_line("joined")
    clients = []
    for _ in range(150):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(DEADLINE_S)
        client.connect(("127.0.0.1", port))
        clients.append(client)
    counters = proxy.wait_counters(lambda c: c["no_memory"] > 0)
    assert proxy.is_running()
    whole, short, reset = 0, 0, 0
    for client in clients:
        got = 0
        try:
            while data := client.recv(1 << 20):
                got += len(data)
        except ConnectionResetError:
            reset += 1
            continue
        whole += got == SIZE
        short += got != SIZE
    assert not short, f"{short} answers were cut short and looked whole"
    assert reset >= counters["no_memory"] > 0
    assert whole > 0
    stop.set()
    # It serves on.
    with connect(port) as client:
        assert read_exactly(client, SIZE)
    assert proxy.is_running()
