"""Which server a client gets, and what happens when that server fails."""
import socket
import threading
import time

import pytest
from peers import connect, echo, read_all, read_exactly, reset


def speaker(word):
    """A server that says its name and ends."""
    return lambda connection: connection.sendall(word)


def ask(proxy):
    with connect(proxy.port) as client:
        return read_all(client)


class Refuser:
    """An address and port where nobody listens, kept by a socket that is bound only."""

    def __init__(self, address):
        self._socket = socket.socket()
        self._socket.bind((address, 0))
        self.address, self.port = self._socket.getsockname()

    def stop(self):
        self._socket.close()


class Blackhole:
    """A listener with a full backlog: the kernel drops every further connect in silence."""

    def __init__(self, address):
        self._listener = socket.socket()
        self._listener.bind((address, 0))
        self._listener.listen(0)
        self.address, self.port = self._listener.getsockname()
        self._fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((self.address, self.port))
            self._fillers.append(filler)

    def stop(self):
        for filler in self._fillers:
            filler.close()
        self._listener.close()


def test_picks_follow_the_reports(world):
    one = world.agent(world.server(speaker(b"one"), address="127.0.0.2"), CPU=10)
    two = world.agent(world.server(speaker(b"two"), address="127.0.0.3"), CPU=90)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best", agents=2)
    assert {ask(proxy) for _ in range(10)} == {b"two"}
    one.figures["CPU"], two.figures["CPU"] = 80, 20
    # Two requests later the answers to the first of them have been taken in.
    for agent in (one, two):
        agent.wait_request()
        agent.wait_request()
    assert {ask(proxy) for _ in range(10)} == {b"one"}


def test_the_default_spreads_connections_that_last(world):
    servers = [world.server(echo, address=f"127.0.0.{i}") for i in (2, 3)]
    for server in servers:
        world.agent(server)
    proxy = world.proxy(agents=2)
    clients = []
    for _ in range(20):
        clients.append(connect(proxy.port))
        clients[-1].sendall(b"x")
        read_exactly(clients[-1], 1)
    # The default takes the one with fewer connections.
    assert [server.accepted for server in servers] == [10, 10]
    for client in clients:
        client.close()


def test_a_server_that_refuses_costs_no_request(world):
    world.agent(world.add(Refuser("127.0.0.2")), CPU=99)
    world.agent(world.server(speaker(b"works"), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best", agents=2)
    assert [ask(proxy) for _ in range(20)] == [b"works"] * 20
    proxy.wait_line("connect to 127.0.0.2:.* failed: Connection refused")
    counters = proxy.counters()
    assert counters["connect_refused"] >= 1
    # It rests after a failure; it is not tried for every client.
    assert counters["connect_refused"] < 20
    assert counters["no_agent"] == 0


def test_a_server_that_does_not_answer_costs_the_connect_timeout_only(world):
    world.agent(world.add(Blackhole("127.0.0.2")), CPU=99)
    world.agent(world.server(speaker(b"works"), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best",
                        "--connect-timeout", "300ms", agents=2)
    assert ask(proxy) == b"works"
    assert proxy.counters()["connect_timed_out"] == 1


def test_no_agent_is_a_reset_and_the_proxy_recovers(world):
    proxy = world.proxy("--queue-timeout", "100ms", agents=0)
    with pytest.raises(ConnectionResetError):
        ask_or_reset(proxy)
    proxy.wait_line("no agent to dispatch to within the queue timeout; client reset")
    world.agent(world.server(speaker(b"back")))
    proxy.wait_line("joined")
    assert ask(proxy) == b"back"


def ask_or_reset(proxy):
    """A reset may come so early that connect() sees it as a refusal."""
    try:
        return ask(proxy)
    except ConnectionRefusedError as error:
        raise ConnectionResetError from error


def test_all_servers_refuse_and_then_one_comes_back(world):
    refuser = Refuser("127.0.0.2")
    agent = world.agent(refuser)
    proxy = world.proxy("--queue-timeout", "100ms")
    with pytest.raises(ConnectionResetError):
        ask_or_reset(proxy)
    refuser.stop()
    server = world.server(speaker(b"up again"), address="127.0.0.2")
    agent.server = (server.address, server.port)
    agent.name = "the-new-one"
    proxy.wait_line("the-new-one at .*: joined")
    assert ask(proxy) == b"up again"


def test_a_client_that_left_is_no_agents_failure(world):
    world.agent(world.add(Blackhole("127.0.0.2")))
    proxy = world.proxy("--connect-timeout", "1m")
    client = connect(proxy.port)
    proxy.wait_counters(lambda c: c["agents"][0]["in_flight"] == 1)
    reset(client)
    counters = proxy.wait_counters(lambda c: c["clients_gone"] == 1)
    assert counters["agents"][0]["in_flight"] == 0
    assert counters["agents"][0]["failures"] == 0


def test_bytes_sent_before_the_server_is_found_are_not_lost(world):
    world.agent(world.add(Blackhole("127.0.0.2")), CPU=99)
    world.agent(world.server(lambda c: c.sendall(read_all(c)), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best",
                        "--connect-timeout", "200ms", agents=2)
    with connect(proxy.port) as client:
        client.sendall(b"early")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b"early"


def test_an_agent_that_falls_silent_gets_nothing_more(world):
    quiet = world.agent(world.server(speaker(b"quiet"), address="127.0.0.2"), CPU=99)
    world.agent(world.server(speaker(b"other"), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best",
                        "--slow-start", "off", agents=2)
    assert ask(proxy) == b"quiet"
    quiet.silent = True
    proxy.wait_line(f"{quiet.name} at .*: stale")
    proxy.wait_line(f"{quiet.name} at .*: dead")
    assert ask(proxy) == b"other"
    quiet.silent = False
    proxy.wait_line(f"{quiet.name} at .*: back")
    assert ask(proxy) == b"quiet"


def test_an_agent_that_drains_keeps_its_connections_and_gets_no_new_ones(world):
    drained = world.agent(world.server(echo, address="127.0.0.2"), CPU=99)
    world.agent(world.server(speaker(b"other"), address="127.0.0.3"), CPU=1)
    proxy = world.proxy("--formula", "max: cpu", "--policy", "best", agents=2)
    with connect(proxy.port) as client:
        client.sendall(b"1")
        assert read_exactly(client, 1) == b"1"
        drained.figures["state"] = "drain"
        drained.wait_request()
        drained.wait_request()
        assert ask(proxy) == b"other"
        client.sendall(b"2")
        assert read_exactly(client, 1) == b"2"


def test_dispatches_end_exactly_once_under_load(world):
    def handle(connection):
        connection.recv(1)
        connection.sendall(b"ok")

    for last in (2, 3, 4):
        world.agent(world.server(handle, address=f"127.0.0.{last}"))
    world.agent(world.add(Refuser("127.0.0.5")))
    proxy = world.proxy(agents=4)
    errors = []

    def client(rounds):
        for _ in range(rounds):
            try:
                with connect(proxy.port) as connection:
                    connection.sendall(b"?")
                    assert read_all(connection) == b"ok"
            except (OSError, AssertionError) as error:
                errors.append(error)

    threads = [threading.Thread(target=client, args=(40,), daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    agents = counters["agents"]
    assert all(agent["in_flight"] == 0 for agent in agents)
    assert sum(agent["completions"] for agent in agents) == 320
    assert sum(agent["dispatches"] for agent in agents) == 320 + counters["connect_refused"]


def test_silent_servers_together_cost_a_client_a_bounded_time(world):
    """However many there are: the queue timeout and the connect timeout."""
    for last in range(2, 10):
        world.agent(world.add(Blackhole(f"127.0.0.{last}")))
    proxy = world.proxy("--connect-timeout", "500ms", "--queue-timeout", "700ms", agents=8)
    begin = time.monotonic()
    with pytest.raises(ConnectionResetError):
        ask_or_reset(proxy)
    took = time.monotonic() - begin
    assert 1.1 < took < 1.2 + 2  # late by what a busy machine needs; one after the other would be 4 s
    proxy.wait_line("no server answered within the queue and the connect timeout")
    counters = proxy.counters()
    # The last one was given too little time to be blamed.
    assert counters["connect_timed_out"] == 2
    assert sum(agent["failures"] for agent in counters["agents"]) == 2


def test_a_server_that_ends_without_a_byte_is_counted(world):
    def close_at_once(connection):
        connection.recv(100)

    world.agent(world.server(close_at_once))
    proxy = world.proxy()
    for _ in range(3):
        with connect(proxy.port) as client:
            client.sendall(b"question")
            assert read_all(client) == b""
    counters = proxy.wait_counters(lambda c: c["completed"] == 3)
    assert counters["ended_empty"] == 3


def test_a_client_that_ends_first_is_answered_by_an_end(world):
    """A sink of logs sends nothing, and nothing is wrong with that."""
    world.agent(world.server(read_all))
    proxy = world.proxy()
    with connect(proxy.port) as client:
        client.sendall(b"line")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""
    assert proxy.wait_counters(lambda c: c["completed"] == 1)["ended_empty"] == 0
