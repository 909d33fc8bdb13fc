"""Tests 7, 11 and 12 of the list in docs/operations.md: who ends is noticed, whatever others do."""
import itertools
import select
import socket
import struct
import sys
import threading
import time

import pytest
from peers import EchoServer, connect, echo, read_exactly
from programs import Program
from test_dispatch import ask, speaker


def open_pair(world):
    """A client, its connection at the server, and the event that lets the server's thread go."""
    got, arrived, done = [], threading.Event(), threading.Event()

    def handle(connection):
        read_exactly(connection, 1)
        got.append(connection)
        arrived.set()
        done.wait(30)

    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"?")  # else a server's reset is hidden: the next agent is tried
    assert arrived.wait(20)
    return client, got[0], done


def clog(connection):
    """Writes until nothing more is taken."""
    connection.setblocking(False)
    try:
        while select.select([], [connection], [], 0.2)[1]:
            connection.send(b"x" * 65536)
    except BlockingIOError:
        pass
    connection.setblocking(True)
    connection.settimeout(20)


def notices(connection, reads):
    """Whether the end learns of the other's reset: by reading, or by an error event."""
    poll = select.poll()
    poll.register(connection, select.POLLERR | select.POLLHUP)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if reads:
            connection.settimeout(5)
            try:
                while connection.recv(1 << 20):
                    pass
                return False  # an end, where a reset was due
            except ConnectionResetError:
                return True
        if poll.poll(100):
            return True
    return False


@pytest.mark.parametrize("closer,writing,reading", itertools.product(
    ["client", "server"], ["silent", "half-closed", "clogged"], ["reads", "ignores"]))
def test_a_reset_is_noticed_whatever_the_other_end_does(world, closer, writing, reading):
    """Test 7. The other end writes nothing, has ended, or is stuck in a full buffer; and it reads
    or does not. Nothing that the closer sent is on its way, so the reset passes at once."""
    client, server, done = open_pair(world)
    here, there = (client, server) if closer == "client" else (server, client)
    if writing == "half-closed":
        there.shutdown(socket.SHUT_WR)
    elif writing == "clogged":
        clog(there)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    here.close()
    assert notices(there, reading == "reads")
    there.close()
    done.set()


@pytest.mark.parametrize("closer", ["client", "server"])
def test_an_end_is_noticed_by_one_that_is_clogged(world, closer):
    """Test 7: both ends write until nothing moves; then one ends, and the other reads to the end."""
    client, server, done = open_pair(world)
    here, there = (client, server) if closer == "client" else (server, client)
    clog(here)
    clog(there)
    here.shutdown(socket.SHUT_WR)
    there.settimeout(20)
    while there.recv(1 << 20):
        pass
    client.close()
    server.close()
    done.set()


def test_slow_clients_disturb_nobody_and_are_ended(world):
    """Test 11 with 1,000 clients: they are silent, others are served, the idle timeout ends them."""
    world.agent(world.add(EchoServer()))
    proxy = world.proxy("--idle-timeout", "3s")
    slow = [connect(proxy.port) for _ in range(1000)]
    for client in slow:
        client.sendall(b"x")
    proxy.wait_counters(lambda c: c["open"] == 1000)
    worst = 0
    for _ in range(50):
        start = time.monotonic()
        with connect(proxy.port) as client:
            client.sendall(b"hello")
            assert read_exactly(client, 5) == b"hello"
        worst = max(worst, time.monotonic() - start)
    assert worst < 1
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["idle_timeouts"] == 1000
    for client in slow:
        client.close()


def test_a_server_that_is_killed_in_the_middle(world):
    """Test 12: SIGKILL while bytes flow. The client is told, the next one goes elsewhere."""
    victim = world.add(Program([sys.executable, "-c",
                                "import socket\n"
                                "s = socket.create_server(('127.0.0.2', 0))\n"
                                "print(s.getsockname()[1], flush=True)\n"
                                "c = s.accept()[0]\n"
                                "while True: c.sendall(b'x' * 65536)\n"]))
    port = int(victim.wait_line(r"^(\d+)$")[1])
    server = type("Place", (), {"address": "127.0.0.2", "port": port})
    world.agent(server, CPU=99)
    world.agent(world.server(speaker(b"other"), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best", agents=2)
    client = connect(proxy.port)
    read_exactly(client, 1 << 20)
    victim.signal(9)
    victim.wait_end()
    try:
        while client.recv(1 << 20):  # what was sent before
            pass
        ended = "end"
    except ConnectionResetError:
        ended = "reset"
    assert ended in ("end", "reset")  # as the kernel of the dead process chose
    assert ask(proxy) == b"other"
    counters = proxy.counters()
    assert counters["connect_refused"] == 1 and counters["no_agent"] == 0


def test_half_open_connections_of_both_kinds_go_on(world):
    """Between the cells of test 7: an end in one direction leaves the other one alone."""
    world.agent(world.server(echo))
    proxy = world.proxy()
    with connect(proxy.port) as client:
        client.sendall(b"last words")
        client.shutdown(socket.SHUT_WR)
        assert read_exactly(client, 10) == b"last words"
        assert client.recv(1) == b""
