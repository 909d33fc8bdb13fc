"""One line per connection: who, where to, how much, how long, how it ended and by whom."""
import contextlib
import fcntl
import json
import os
import signal
import socket
import threading
import time

import pytest
from peers import connect, echo, read_all, read_exactly, reset


def wait_lines(path, count, deadline_s=20):
    """The lines of a file as soon as there are that many."""
    end = time.monotonic() + deadline_s
    while True:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            return lines
        assert time.monotonic() < end, f"only {lines}"
        time.sleep(0.01)


@pytest.fixture
def logged(world, tmp_path):
    """Starts a proxy that logs; call it with options. Returns proxy and a reader of records."""
    def start(*options, **more):
        path = tmp_path / "connections.log"
        proxy = world.proxy("--connection-log", path, "--log-format", "json", *options, **more)
        return proxy, lambda count: [json.loads(line) for line in wait_lines(path, count)]
    return start


def test_a_finished_connection(world, logged):
    server = world.server(lambda c: (read_exactly(c, 5), c.sendall(b"0123456789")))
    agent = world.agent(server)
    proxy, records = logged()
    with connect(proxy.port) as client:
        own = client.getsockname()[1]
        client.sendall(b"hello")
        assert read_all(client) == b"0123456789"
    record = records(1)[0]
    assert record["client"] == f"127.0.0.1:{own}"
    assert (record["agent"], record["server"]) == (agent.name, f"127.0.0.2:{server.port}")
    assert (record["up"], record["down"], record["retries"]) == (5, 10, 0)
    assert (record["end"], record["by"]) == ("finished", "server")
    assert 0 <= record["connect_ms"] <= record["total_ms"] < 20000
    assert record["time"].endswith("Z")


def test_who_ended_a_connection_and_how(world, logged):
    world.agent(world.server(echo))
    proxy, records = logged("--idle-timeout", "200ms")
    with connect(proxy.port) as client:
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""
    assert (records(1)[0]["end"], records(1)[0]["by"]) == ("finished", "client")
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"x"
    reset(client)
    assert (records(2)[1]["end"], records(2)[1]["by"]) == ("reset", "client")
    client = connect(proxy.port)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert (records(3)[2]["end"], records(3)[2]["by"]) == ("idle-timeout", "proxy")


def test_a_connection_that_got_no_agent(logged):
    proxy, records = logged("--queue-timeout", "50ms", agents=0)
    with connect(proxy.port) as client, pytest.raises(ConnectionResetError):
        client.recv(1)
    record = records(1)[0]
    assert (record["end"], record["by"], record["agent"]) == ("no-agent", "proxy", "-")
    assert "connect_ms" not in record


def test_a_reload_opens_the_file_anew(world, tmp_path):
    """As after a rotation. The format is key-value here."""
    world.agent(world.server(echo))
    path = tmp_path / "connections.log"
    proxy = world.proxy("--connection-log", path)
    for number in (1, 2):
        with connect(proxy.port) as client:
            client.shutdown(socket.SHUT_WR)
            assert read_all(client) == b""
        line = wait_lines(path, 1)[0]
        fields = dict(word.split("=", 1) for word in line.split(" "))
        assert (fields["end"], fields["by"]) == ("finished", "client")
        path.rename(tmp_path / f"old.{number}")
        after = len(proxy.lines)
        proxy.signal(signal.SIGHUP)
        proxy.wait_line("reloaded", after)


def test_a_reload_keeps_the_count_of_dropped_lines(world, tmp_path):
    path = tmp_path / "connections.log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a log on a disk that stands still
    proxy = world.proxy("--connection-log", path, "--queue-timeout", "1ms", agents=0)
    end = time.monotonic() + 120
    while not (dropped := proxy.counters()["log_lines_dropped"]):
        assert time.monotonic() < end, "no line was dropped"
        for _ in range(2000):
            # The reset may be there before connect() has returned.
            with contextlib.suppress(ConnectionError), \
                    socket.create_connection(("127.0.0.1", proxy.port)):
                pass
    os.set_blocking(reader, True)
    lines = open(reader, "rb")  # the thread's, which reads until the proxy has ended
    drain = threading.Thread(target=lambda: (lines.read(), lines.close()), daemon=True)
    drain.start()
    after = len(proxy.lines)
    proxy.signal(signal.SIGHUP)
    proxy.wait_line("reloaded", after)
    assert proxy.counters()["log_lines_dropped"] >= dropped
    proxy.signal(signal.SIGTERM)
    assert proxy.wait_end() == 0
    drain.join(20)


def test_a_reload_waits_for_no_disk(world, tmp_path):
    """The old log ends when its lines are written; a FIFO that nobody reads is a disk that hangs."""
    world.agent(world.server(echo))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    path = tmp_path / "proxy.json"
    path.write_text(json.dumps({"connection_log": str(fifo)}))
    proxy = world.proxy("--config", path, "--workers", "1")

    def serve(count):
        for _ in range(count):
            with connect(proxy.port) as client:
                client.shutdown(socket.SHUT_WR)
                assert read_all(client) == b""

    serve(200)
    for log in ("off", str(tmp_path / "next"), "off"):
        after = len(proxy.lines)
        path.write_text(json.dumps({"connection_log": log}))
        proxy.signal(signal.SIGHUP)
        proxy.wait_line("reloaded", after)
        serve(5)
    assert len(wait_lines(tmp_path / "next", 5)) == 5
    # What is queued is written, also at the end.
    proxy.signal(signal.SIGTERM)
    os.set_blocking(reader, True)
    with open(reader, encoding="ascii") as lines:
        assert len(lines.readlines()) == 200
    assert proxy.wait_end() == 0
