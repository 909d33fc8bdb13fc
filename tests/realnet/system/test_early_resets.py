"""Servers that accept and reset before they have sent a byte: retried, passed on, and made to rest."""
import socket
import struct
import threading

import pytest
from load import answer
from peers import connect, echo, read_all, read_exactly


class ResetFirst:
    """Accepts, resets the first connections at once, before it reads, then echoes."""

    def __init__(self, resets):
        self.resets = resets
        self._lock = threading.Lock()

    def __call__(self, connection):
        with self._lock:
            self.resets -= 1
            is_reset = self.resets >= 0
        if is_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return
        echo(connection)


def test_an_early_reset_is_retried_while_nothing_was_sent(world):
    go = threading.Event()
    handle = ResetFirst(1)
    world.agent(world.server(lambda connection: (go.wait(20), handle(connection))))
    proxy = world.proxy()
    client = connect(proxy.port)
    proxy.wait_counters(lambda c: c["agents"][0]["in_flight"] == 1)
    go.set()
    # The client says nothing until the proxy has seen the reset. The kernel may tell of it only as
    # a connect that failed.
    counters = proxy.wait_counters(lambda c: c["retries"] == 1)
    assert counters["early_resets"] + counters["connect_other"] == 1
    client.sendall(b"hello")
    assert read_exactly(client, 5) == b"hello"
    client.shutdown(socket.SHUT_WR)
    assert read_all(client) == b""


def test_an_early_reset_after_the_first_byte_is_passed_on(world):
    def handle(connection):
        read_exactly(connection, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server = world.server(handle)
    world.agent(server)
    proxy = world.proxy("--early-resets", "2")
    for _ in range(2):
        client = connect(proxy.port)
        client.sendall(b"?")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    counters = proxy.wait_counters(lambda c: c["early_resets"] == 2)
    assert counters["retries"] == 0 and server.accepted == 2
    assert counters["agents"][0]["failures"] == 2


def test_a_server_that_keeps_resetting_rests(world):
    world.agent(world.server(ResetFirst(10 ** 6), address="127.0.0.2"), CPU=99)
    world.agent(world.server(answer, address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best", agents=2, interval="3s")
    answers = 0
    for _ in range(10):
        with connect(proxy.port) as client:
            try:
                client.sendall(b"?")
                answers += client.recv(2) == b"ok"
            except ConnectionResetError:
                pass
    assert answers >= 7  # at most three early resets reach clients
    assert proxy.counters()["early_resets"] <= 4


def test_a_client_that_waited_and_met_a_broken_server_does_not_wait_for_ever(world):
    """It waits for an agent, gets one that accepts and resets, and no other is there."""
    proxy = world.proxy("--queue-timeout", "2s", "--early-resets", "1", agents=0, interval="1s")
    client = connect(proxy.port)
    proxy.wait_counters(lambda c: c["waited"] == 1)
    world.agent(world.server(ResetFirst(10 ** 6)))
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["retries"] >= 1
