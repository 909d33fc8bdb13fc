"""Limits: connections in all and per agent, the backlog, ports; and the next agent after failures."""
import socket
import struct
import threading
import time

import pytest
from load import answer
from peers import EchoServer, connect, echo, read_all, read_exactly
from programs import binary, run
from test_dispatch import Refuser, speaker


def test_the_limit_of_connections_and_who_waits_is_served(world):
    """Test 19 of the list, first half."""
    world.agent(world.add(EchoServer()))
    proxy = world.proxy("--max-connections", "5")
    clients = [connect(proxy.port) for _ in range(12)]
    for client in clients:
        client.sendall(b"hello")
    # Counters are read one by one while workers count on: only all together say that it is so.
    proxy.wait_counters(lambda c: (c["accepted"], c["open"], c["backlog"]) == (5, 5, 7))
    for client in clients:
        assert read_exactly(client, 5) == b"hello"
        client.close()
    assert proxy.wait_counters(lambda c: c["open"] == 0)["accepted"] == 12


@pytest.mark.no_valgrind("there are fewer descriptors")
def test_more_connections_than_descriptors_is_an_error():
    result = run(["bash", "-c", 'ulimit -n 100; exec "$@"', "bash", binary("sonda-proxy"),
                  "--interface", "lo", "--check", "--max-connections", "60"])
    assert result.returncode == 1
    assert "--max-connections: a limit of 100 open files (ulimit -n)" in result.stderr


def fill_agents(world, *options):
    """Two agents with two connections each, and two clients that wait, the fifth before the sixth.

    Each step is waited for: clients that connect together may be taken in any order, as several
    workers accept.
    """
    for last in (2, 3):
        world.agent(world.server(echo, address=f"127.0.0.{last}"))
    proxy = world.proxy("--per-agent-max", "2", "--queue-timeout", "1m", *options, agents=2)
    clients = [connect(proxy.port) for _ in range(4)]
    proxy.wait_counters(lambda c: [a["in_flight"] for a in c["agents"]] == [2, 2])
    for waiting in (1, 2):
        clients.append(connect(proxy.port))
        proxy.wait_counters(lambda c: c["waited"] == waiting)
    for client in clients:
        client.sendall(b"hello")
    return proxy, clients


def test_the_limit_of_an_agent_and_who_waits_is_served(world):
    """Test 19 of the list, second half: all agents are full, two clients wait."""
    proxy, clients = fill_agents(world)
    for client in clients[:4]:
        assert read_exactly(client, 5) == b"hello"
        client.close()
    for client in clients[4:]:
        assert read_exactly(client, 5) == b"hello"
        client.close()
    assert proxy.wait_counters(lambda c: c["open"] == 0)["no_agent"] == 0


def test_a_worker_serves_those_who_wait_in_their_order(world):
    proxy, clients = fill_agents(world, "--workers", "1")
    clients[0].close()
    fifth, sixth = clients[4:]
    assert read_exactly(fifth, 5) == b"hello"
    # All places are taken again, so that the sixth cannot have been served.
    sixth.setblocking(False)
    with pytest.raises(BlockingIOError):
        sixth.recv(1)
    sixth.settimeout(20)
    clients[1].close()
    assert read_exactly(sixth, 5) == b"hello"
    for client in clients:
        client.close()
    assert proxy.wait_counters(lambda c: c["open"] == 0)["no_agent"] == 0


def test_who_waits_too_long_is_reset(world):
    world.agent(world.server(echo))
    proxy = world.proxy("--per-agent-max", "1", "--queue-timeout", "300ms")
    first = connect(proxy.port)
    first.sendall(b"x")
    assert read_exactly(first, 1) == b"x"
    second = connect(proxy.port)
    with pytest.raises(ConnectionResetError):
        second.recv(1)
    assert proxy.counters()["no_agent"] == 1
    first.sendall(b"y")
    assert read_exactly(first, 1) == b"y"


def test_a_client_that_stops_waiting_leaves_the_queue(world):
    world.agent(world.server(echo))
    proxy = world.proxy("--per-agent-max", "1", "--queue-timeout", "1m")
    first = connect(proxy.port)
    first.sendall(b"x")
    assert read_exactly(first, 1) == b"x"
    second = connect(proxy.port)
    proxy.wait_counters(lambda c: c["waited"] == 1)
    second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    second.close()
    assert proxy.wait_counters(lambda c: c["clients_gone"] == 1)["open"] == 1


def test_an_overflow_of_the_backlog_is_counted(world):
    """Test 18 of the list."""
    world.agent(world.add(EchoServer()))
    proxy = world.proxy("--max-connections", "1", "--backlog", "2")
    first = connect(proxy.port)
    first.sendall(b"x")
    assert read_exactly(first, 1) == b"x"
    late = []
    for _ in range(8):  # more than fit: their handshakes are not completed
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", proxy.port))
        late.append(client)
    counters = proxy.wait_counters(lambda c: c["listen_overflows"] > 0)
    assert counters["backlog"] <= 3 and counters["listen_drops"] > 0
    for client in [first, *late]:
        client.close()
    with connect(proxy.port) as client:  # service goes on
        client.sendall(b"y")
        assert read_exactly(client, 1) == b"y"


def test_when_ports_run_out_the_next_agent_is_tried(lan):
    """Test 23 of the list: EADDRNOTAVAIL, in a namespace with four local ports."""
    space = lan.host("one", 1)
    run(["ip", "netns", "exec", space, "sysctl", "-qw",
         "net.ipv4.ip_local_port_range=40000 40003"])
    lan.ip(space, "addr", "add", "10.77.0.2/24", "dev", "eth0")
    server = lan.start(space, "python3", "-c",
                       "import socket, threading\n"
                       "def serve(s):\n"
                       "    held = []\n"
                       "    while True:\n"
                       "        held.append(s.accept()[0])\n"
                       "        try:\n"
                       "            held[-1].sendall(s.getsockname()[0].encode())\n"
                       "        except OSError:\n"
                       "            pass  # a health check\n"
                       "for s in [socket.create_server((a, 80)) for a in ('10.77.0.1', '10.77.0.2')]:\n"
                       "    threading.Thread(target=serve, args=(s,)).start()\n"
                       "print('ready', flush=True)\n")
    server.wait_line("ready")
    proxy = lan.start(space, binary("sonda-proxy"), "--admin", "off", "--listen", "8000",
                      "--interval", "60s", "--window", "100ms", "--queue-timeout", "100ms", "--policy", "round-robin",
                      "--server", "10.77.0.1:80", "--server", "10.77.0.2:80")
    for address in ("10.77.0.1", "10.77.0.2"):
        proxy.wait_line(f"agent {address}:80 at .*: joined")
    client = lan.start(lan.host("client", 3), "python3", "-c",
                       "import socket\n"
                       "held = []\n"
                       "for _ in range(9):\n"
                       "    s = socket.create_connection(('10.77.0.1', 8000))\n"
                       "    held.append(s)\n"
                       "    try:\n"
                       "        print(s.recv(20).decode(), flush=True)\n"
                       "    except ConnectionResetError:\n"
                       "        print('reset', flush=True)\n"
                       "print('done', flush=True)\n"
                       "import signal; signal.pause()\n")
    client.wait_line("done")
    counters = proxy.counters()
    assert counters["no_port"] >= 1, "\n".join(proxy.lines)
    assert client.lines.count("reset") == counters["no_agent"]
    assert {"10.77.0.1", "10.77.0.2"} <= set(client.lines)


def test_static_servers_need_no_agents(world):
    one = world.server(speaker(b"one"), address="127.0.0.2")
    two = world.server(speaker(b"two"), address="127.0.0.3")
    proxy = world.proxy("--server", f"127.0.0.2:{one.port}", "--server", f"127.0.0.3:{two.port},3",
                        "--policy", "best", "--formula", "max: weight", agents=2)
    for _ in range(5):
        with connect(proxy.port) as client:
            assert read_all(client) == b"two"
    two.stop()
    proxy.wait_line(f"agent 127.0.0.3:{two.port} at .*: down")
    proxy.wait_line(f"health check of 127.0.0.3:{two.port}: Connection refused")
    with connect(proxy.port) as client:
        assert read_all(client) == b"one"


def test_a_static_server_that_comes_later_and_one_that_is_taken_off(world, tmp_path):
    refuser = Refuser("127.0.0.2")
    path = tmp_path / "proxy.json"
    path.write_text(f'{{"server": "127.0.0.2:{refuser.port}"}}')
    proxy = world.proxy("--config", path, "--queue-timeout", "100ms", agents=0)
    proxy.wait_line(f"agent 127.0.0.2:{refuser.port} at .*: down")
    port = refuser.port
    refuser.stop()
    with socket.create_server(("127.0.0.2", port)):
        proxy.wait_line(f"agent 127.0.0.2:{port} at .*: ready")
        path.write_text("{}")
        proxy.signal(1)
        proxy.wait_line(f"agent 127.0.0.2:{port} at .*: down", len(proxy.lines))
        proxy.wait_line(f"agent 127.0.0.2:{port} at .*: removed")


def test_panic_keeps_the_service_when_probes_fail(world):
    """All agents fall silent at once while their servers work on."""
    agents = [world.agent(world.server(answer, address=f"127.0.0.{last}")) for last in (2, 3)]
    proxy = world.proxy("--queue-timeout", "100ms", "--policy", "round-robin", agents=2)

    def is_served():
        with connect(proxy.port) as client:
            client.sendall(b"?")
            return read_exactly(client, 2) == b"ok"

    assert is_served() and is_served()  # by each: who never has is not missed
    for agent in agents:
        agent.silent = True
    for agent in agents:
        proxy.wait_line(f"{agent.name} at .*: dead")
    for _ in range(10):
        assert is_served()


def test_keep_alive_is_set_on_both_sides(world):
    held = threading.Event()

    def handle(connection):
        connection.sendall(b"x")
        held.wait(20)

    world.agent(world.server(handle))
    proxy = world.proxy("--keep-alive", "37s")
    with connect(proxy.port) as client:
        assert read_exactly(client, 1) == b"x"
        command = ["ss", "-tnoH", "state", "established", f"( sport = :{proxy.port} or dst 127.0.0.2 )"]
        deadline = time.monotonic() + 10
        lines = []
        while len(lines) < 2 and time.monotonic() < deadline:  # that of the server begins after a second
            lines = [line for line in run(command).stdout.splitlines() if "keepalive" in line]
    held.set()
    assert len(lines) == 2
    assert all("keepalive,3" in line for line in lines)


def test_a_place_that_becomes_free_goes_to_who_waits_for_longest(world):
    """At once, whichever worker has the client, and before one that has just come."""
    server = world.server(echo)
    world.agent(server)
    proxy = world.proxy("--per-agent-max", "1", "--queue-timeout", "1m", "--workers", "2", "--slow-start", "off")
    clients = []
    for number in range(6):
        clients.append(connect(proxy.port))
        clients[-1].sendall(b"%d" % number)
        proxy.wait_counters(lambda c, waited=number: c["accepted"] == waited + 1 and c["waited"] == waited)
    for number, client in enumerate(clients):
        assert read_exactly(client, 1) == b"%d" % number
        for other in clients[number + 1:]:
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.recv(1)
            other.settimeout(20)
        client.close()
    assert proxy.wait_counters(lambda c: c["completed"] == 6)["no_agent"] == 0
