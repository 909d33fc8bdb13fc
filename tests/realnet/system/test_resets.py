"""Resets through the relay: passed on as resets, behind the last byte that came before them."""
import fcntl
import select
import socket
import struct
import threading

import pytest
from peers import connect, read_all, read_exactly, reset


def test_server_reset_reaches_the_client_after_the_answer(world):
    def handle(connection):
        connection.recv(10)
        connection.sendall(b"a" * 100_000)
        ready.wait(20)
        reset(connection)

    ready = threading.Event()
    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"?")
    assert read_exactly(client, 100_000) == b"a" * 100_000
    ready.set()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.wait_counters(lambda c: c["server_resets"] == 1)["completed"] == 0


def test_answer_and_reset_at_once_lose_no_byte(world):
    """The server answers and closes with the request unread, which is a reset on the wire."""
    answer = b"0123456789" * 3000

    def handle(connection):
        connection.recv(1)  # not the rest of the request
        connection.sendall(answer)
        select.select([connection], [], [], 5)
        # The kernel of the server must have sent everything before the reset overtakes it.
        while connection.recv(1, socket.MSG_PEEK) and outstanding(connection):
            pass
        reset(connection)

    world.agent(world.server(handle))
    proxy = world.proxy()
    for _ in range(20):
        client = connect(proxy.port)
        client.sendall(b"??")
        got = b""
        with pytest.raises(ConnectionResetError):
            while True:
                part = client.recv(65536)
                assert part, "the reset became an end"
                got += part
        assert got == answer
        client.close()


def outstanding(connection):
    """Bytes that the peer's kernel has not acknowledged (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(connection, 0x5411, b"\0\0\0\0"))[0]


def test_client_reset_reaches_the_server(world):
    seen = []
    done = threading.Event()

    def handle(connection):
        try:
            seen.append(read_exactly(connection, 5))
            started.set()
            connection.recv(1)
            seen.append("end")
        except ConnectionResetError:
            seen.append("reset")
        done.set()

    started = threading.Event()
    server = world.server(handle)
    world.agent(server)
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"hello")
    assert started.wait(20)
    reset(client)
    assert done.wait(20)
    assert seen == [b"hello", "reset"]
    counters = proxy.wait_counters(lambda c: c["client_resets"] == 1)
    assert counters["agents"][0]["failures"] == 0, "a client's reset is no agent's failure"


def test_client_that_half_closed_and_then_resets(world):
    """The end hides the reset from read(): only the socket's error event tells of it."""
    done = threading.Event()
    seen = []

    def handle(connection):
        seen.append(read_all(connection))
        ended.set()
        try:
            while True:  # a closed peer answers bytes with a reset
                connection.sendall(b"x" * 1000)
                select.select([], [connection], [], 1)
        except (ConnectionResetError, BrokenPipeError):
            seen.append("reset")
        done.set()

    ended = threading.Event()
    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"bye")
    client.shutdown(socket.SHUT_WR)
    assert ended.wait(20)
    reset(client)
    assert done.wait(20)
    assert seen == [b"bye", "reset"]
