"""Starting, stopping, limits and timeouts of the two programs."""
import json
import os
import resource
import signal
import socket
import threading
import time

import pytest
from peers import EchoServer, connect, echo, free_udp_port, read_all, read_exactly
from programs import DEADLINE_S, Program, binary, run


@pytest.mark.parametrize("name", ["sonda-agent", "sonda-proxy"])
def test_help_and_version(name):
    text = run([binary(name), "--help"])
    assert text.returncode == 0 and "--key-file" in text.stdout
    version = run([binary(name), "--version"])
    assert version.returncode == 0 and version.stdout.startswith(f"{name} 0.")


PROXY_ERRORS = [
    (["--interval", "5"], ["--interval", "has no unit", "5s"]),
    (["--listen", "web:80"], ["--listen", "[ADDRESS:]PORT"]),
    (["--listen", "192.0.2.9:80"], ["--listen", "192.0.2.9:80", "Cannot assign"]),
    (["--group", "10.0.0.1"], ["--group", "multicast"]),
    (["--formula", "min: rtt *"], ["--formula", "column"]),
    (["--formula", "nosuch"], ["--formula", "connections", "seed"]),
    (["--formula", "min: speed"], ["--formula", "speed", "rtt"]),
    (["--policy", "bestest"], ["--policy", "column", "sample"]),
    (["--policy", "sample:x"], ["--policy", "column 8"]),
    (["--formulas", "/nonexistent.json"], ["--formulas", "No such file"]),
    (["--interface", "eth0:1"], ["--interface", "eth0:1"]),
    (["--workers", "0"], ["--workers", "1"]),
    (["--interval", "100ms"], ["--window", "--interval"]),
    (["--key-file", "/nonexistent"], ["--key-file", "No such file"]),
    (["--key-file", "k", "--accept-base"], ["--accept-base", "--key-file"]),
    (["--nosuch"], ["--nosuch"]),
]


@pytest.mark.parametrize("options,words", PROXY_ERRORS)
def test_proxy_errors_say_what_is_wrong(options, words):
    defaults = [] if "--listen" in options else ["--listen", "127.0.0.1:0"]
    defaults += [] if "--interface" in options else ["--interface", "lo"]
    result = run([binary("sonda-proxy"), *defaults, *options])
    assert result.returncode == 1
    assert result.stderr.startswith("sonda-proxy: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("options,words", [
    (["--serve", "0.0.0.0:80"], ["--serve", "0.0.0.0"]),
    (["--serve", "0"], ["--serve", "port 0"]),
    (["--id", "a b"], ["--id"]),
    (["--weight", "0"], ["--weight"]),
    (["--window", "5"], ["--window", "has no unit"]),
    (["--interface", "192.0.2.256"], ["--interface", "192.0.2.256"]),
])
def test_agent_errors_say_what_is_wrong(options, words):
    defaults = [] if "--interface" in options else ["--interface", "lo"]
    result = run([binary("sonda-agent"), *defaults, *options])
    assert result.returncode == 1
    assert result.stderr.startswith("sonda-agent: ")
    for word in words:
        assert word in result.stderr


def test_a_port_that_is_taken_is_an_error(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        result = run([binary("sonda-proxy"), "--interface", "lo", "--listen", f"127.0.0.1:{port}"])
    assert result.returncode == 1
    assert f"127.0.0.1:{port}: Address already in use" in result.stderr


def test_a_catalogue_of_the_users(world, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"mine": {"score": "max: weight", "about": "the heaviest"}}))
    world.agent(world.server(lambda c: c.sendall(b"light"), address="127.0.0.2"), weight=1)
    world.agent(world.server(lambda c: c.sendall(b"heavy"), address="127.0.0.3"), weight=3)
    proxy = world.proxy("--formulas", path, "--formula", "mine", "--policy", "best", agents=2)
    proxy.wait_line(r"formula mine \(max: weight\)")
    with connect(proxy.port) as client:
        assert read_all(client) == b"heavy"


def test_agent_prints_its_response(world):
    server = world.server(echo, address="127.0.0.2")
    held = [connect(server.port, "127.0.0.2") for _ in range(3)]
    result = run([binary("sonda-agent"), "--interface", "lo", "--print", "--id", "me",
                  "--serve", f"127.0.0.2:{server.port}", "--weight", "2.5"])
    assert result.returncode == 0, result.stderr
    pdu, words = result.stdout.splitlines()
    response = json.loads(pdu)
    assert response["tipo"] == "probe response" and response["v"] == 2
    assert (response["IP"], response["Door"]) == ("127.0.0.2", server.port)
    assert response["id"] == "me" and response["weight"] == 2.5
    assert 0 < response["RAM"] <= response["ram_total"]
    assert 0 <= response["CPU"] <= 100 and 0 <= response["cpu_10s"] <= 100
    assert response["cores"] > 0 and response["load_1"] >= 0
    assert response["inflight"] == 3
    assert "MiB free" in words and "3 connections" in words
    for connection in held:
        connection.close()


def test_agent_ends_cleanly(started):
    for number in (signal.SIGTERM, signal.SIGINT):
        agent = Program([binary("sonda-agent"), "--interface", "lo", "--serve", "127.0.0.2:80",
                         "--port", str(free_udp_port())])
        started.append(agent)
        agent.wait_line("group 239.8.8.8")
        assert agent.counters()["replies"] == 0
        agent.signal(number)
        assert agent.wait_end() == 0


def test_sigterm_lets_transfers_end(world):
    go = threading.Event()

    def handle(connection):
        connection.sendall(b"first ")
        go.wait(20)
        connection.sendall(b"second")

    world.agent(world.server(handle))
    proxy = world.proxy()
    clients = [connect(proxy.port) for _ in range(100)]
    for client in clients:
        assert read_exactly(client, 6) == b"first "
    proxy.signal(signal.SIGTERM)
    proxy.wait_line("no more clients; 100 connections may end")
    end = time.monotonic() + 10
    while True:  # the listener closes with the workers' next turn
        try:
            connect(proxy.port).close()
            assert time.monotonic() < end, "new clients are still taken"
        except ConnectionError:
            break
    go.set()
    for client in clients:
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b"second"
    assert proxy.wait_end() == 0
    assert json.loads(proxy.wait_line(r"counters (\{.*\})$")[1])["cut"] == 0


def test_at_the_drain_timeout_the_rest_is_reset(world):
    world.agent(world.server(echo))
    proxy = world.proxy("--drain-timeout", "200ms")
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"x"
    proxy.signal(signal.SIGINT)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.wait_end() == 2
    proxy.wait_line("1 connections did not end in time")


def test_a_second_signal_ends_at_once(world):
    world.agent(world.server(echo))
    proxy = world.proxy("--drain-timeout", "10m")
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"x"
    proxy.signal(signal.SIGTERM)
    proxy.wait_line("no more clients")
    proxy.signal(signal.SIGTERM)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.wait_end() == 0


def test_idle_connections_are_reset_and_busy_ones_are_not(world):
    world.agent(world.server(echo))
    proxy = world.proxy("--idle-timeout", "600ms")
    idle, busy = connect(proxy.port), connect(proxy.port)
    idle.settimeout(0.05)
    end = time.monotonic() + 20
    while True:
        busy.sendall(b"x")
        assert read_exactly(busy, 1) == b"x"
        try:
            idle.recv(1)
        except socket.timeout:
            assert time.monotonic() < end, "the idle connection was never reset"
            continue
        except ConnectionResetError:
            break
    assert proxy.counters()["idle_timeouts"] == 1
    busy.sendall(b"y")
    assert read_exactly(busy, 1) == b"y"


def test_a_half_closed_connection_does_not_last_for_ever(world):
    forgotten = threading.Event()

    def handle(connection):
        read_all(connection)
        forgotten.wait(20)  # never ends its own direction

    world.agent(world.server(handle))
    proxy = world.proxy("--half-closed-timeout", "300ms")
    client = connect(proxy.port)
    client.sendall(b"bye")
    client.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    counters = proxy.counters()
    assert counters["half_closed_timeouts"] == 1
    assert (counters["agents"][0]["completions"], counters["agents"][0]["failures"]) == (0, 1), "it was cut short"
    forgotten.set()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_without_descriptors_it_waits_and_does_not_spin(world):
    world.agent(world.add(EchoServer()))
    proxy = world.proxy(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    clients = [connect(proxy.port) for _ in range(500)]
    for client in clients:
        client.sendall(b"hello")
    proxy.wait_line("accepting pauses: the limit of connections is reached")
    before = proxy.counters()
    assert 1 <= before["open"] <= 22
    start, cpu = time.monotonic(), cpu_seconds(proxy.pid)
    proxy.wait_counters(lambda c: c["accept_pauses"] >= before["accept_pauses"] + 20)
    elapsed = time.monotonic() - start
    # Asking for the counters costs more than the pauses; a spin would take all of a core.
    assert cpu_seconds(proxy.pid) - cpu < 0.5 * elapsed + 0.1
    for client in clients:  # as those that are served leave, those that wait are served
        assert read_exactly(client, 5) == b"hello"
        client.close()
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["accepted"] == 500
    assert counters["no_descriptor"] == 0


def test_when_even_pipes_cannot_be_had_data_is_right(world):
    """64 descriptors leave 4 pipes per worker; 8 streams want 16."""
    world.agent(world.server(echo))
    proxy = world.proxy("--workers", "1", "--pipes", "2")
    data = bytes(range(256)) * 8192
    results = []

    def stream():
        with connect(proxy.port) as client:
            sender = threading.Thread(target=client.sendall, args=(data,), daemon=True)
            sender.start()
            results.append(read_exactly(client, len(data)) == data)
            sender.join(20)

    threads = [threading.Thread(target=stream, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [True] * 8


@pytest.mark.parametrize("options, count", [([], 3), (["--scheduling", "normal"], 0)])
def test_workers_are_scheduled_in_batches(world, options, count):
    world.agent(world.server(echo))
    proxy = world.proxy("--workers", "3", *options)

    def batched():
        return sum(os.sched_getscheduler(int(thread)) == os.SCHED_BATCH
                   for thread in os.listdir(f"/proc/{proxy.pid}/task"))

    # The workers have begun when an agent joins; each says so itself, a moment later.
    end = time.monotonic() + DEADLINE_S
    while batched() != count:
        assert time.monotonic() < end, f"{batched()} threads are scheduled in batches, not {count}"
        time.sleep(0.01)
