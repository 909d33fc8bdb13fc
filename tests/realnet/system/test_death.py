"""What clients and servers see when the process dies: a reset, never an end that looks whole."""
import queue
import signal
import socket
import threading

import pytest
from peers import connect, read_exactly


def outcome_of(connection):
    """Reads on; returns "end" or "reset"."""
    try:
        while connection.recv(1 << 16):
            pass
        return "end"
    except ConnectionResetError:
        return "reset"


@pytest.mark.parametrize("ended", ["nobody", "client", "server"])
@pytest.mark.parametrize("state", ["quiet", "streaming"])
def test_a_killed_proxy_is_seen_as_a_reset_on_both_sides(world, ended, state):
    """Also where one direction has ended: the other has not."""
    served = queue.Queue()

    def handle(connection):
        read_exactly(connection, 1)
        connection.sendall(b"y")
        if ended == "server":
            connection.shutdown(socket.SHUT_WR)
        served.put(connection)
        if ended == "client":
            killed.wait(20)  # else its own end would be the other one
        if state == "streaming" and ended != "server":
            try:
                connection.sendall(b"z" * (1 << 22))
            except OSError:
                return
        outcomes.put(("server", outcome_of(connection)))

    outcomes = queue.Queue()
    killed = threading.Event()
    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"y"
    if ended == "client":
        client.shutdown(socket.SHUT_WR)
    served.get(timeout=20)
    if ended != "nobody":
        # The end has gone through before the process does.
        proxy.wait_counters(lambda c: c["open"] == 1)
    proxy.signal(signal.SIGKILL)
    proxy.wait_end()
    killed.set()
    # An end that was passed on before was a true one.
    assert ended == "server" or outcome_of(client) == "reset"
    if state == "quiet" and ended != "client":
        assert outcomes.get(timeout=20) == ("server", "reset")
    client.close()


def test_no_answer_of_a_proxy_that_is_killed_under_load_looks_whole(world):
    size = 300_000

    def handle(connection):
        while connection.recv(1):
            connection.sendall(b"x" * size)
            connection.shutdown(socket.SHUT_WR)

    world.agent(world.server(handle))
    short = []
    whole = []

    def ask(port, stop):
        while not stop.is_set():
            try:
                with connect(port) as client:
                    client.sendall(b"q")
                    got = 0
                    while data := client.recv(1 << 16):
                        got += len(data)
                    (whole if got == size else short).append(got)
            except OSError:
                if stop.is_set():
                    return

    for _ in range(5):
        proxy = world.proxy()
        stop = threading.Event()
        askers = [threading.Thread(target=ask, args=(proxy.port, stop)) for _ in range(8)]
        for asker in askers:
            asker.start()
        proxy.wait_counters(lambda c: c["completed"] >= 20)
        proxy.signal(signal.SIGKILL)
        proxy.wait_end()
        stop.set()
        for asker in askers:
            asker.join(20)
    assert whole
    assert not short, f"{len(short)} answers were cut short and looked whole, {len(whole)} were whole"
