"""What a service manager relies on: sockets that outlive the process."""
import json
import os
import signal
import socket
import time

import pytest
from hang import hanging
from load import Load, answer
from peers import GROUP, connect, echo, read_exactly
from programs import Program, binary


class Manager:
    """Keeps a listening socket and starts programs with it, as systemd does."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(1024)
        self.port = self.socket.getsockname()[1]

    def command(self, *words, name="data"):
        """LISTEN_PID must be the program's own id: a shell that becomes it knows that."""
        text = f'export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES={name}; ' \
               f'exec 3<&{self.socket.fileno()}; exec "$@"'
        return ["bash", "-c", text, "bash", *words]

    @property
    def popen(self):
        return {"pass_fds": (self.socket.fileno(),)}

    def stop(self):
        self.socket.close()


@pytest.fixture
def manager(world):
    return world.add(Manager())


def start(world, manager, *options):
    command = [binary("sonda-proxy"), "--admin", "off", "--interface", "lo", "--group", GROUP,
               "--port", str(world.group_port), "--interval", "200ms", "--window", "20ms", *options]
    proxy = Program(manager.command(*command), **manager.popen)
    world.started.insert(0, proxy)
    proxy.wait_line(rf"listening on 127\.0\.0\.1:{manager.port} \(inherited\);")
    world.leaks.watch(proxy)
    return proxy


def test_a_restart_under_load_refuses_nobody(world, manager):
    """Test 22 of the list."""
    for last in (2, 3):
        world.agent(world.server(answer, address=f"127.0.0.{last}"))
    proxy = start(world, manager)
    load = world.add(Load(manager.port))
    for _ in range(5):
        load.wait_answers(50)
        proxy.signal(signal.SIGTERM)
        assert proxy.wait_end() == 0
        proxy = start(world, manager)
    load.wait_answers(50)
    load.stop()
    assert load.errors == []
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["no_agent"] == 0


def test_a_client_waits_for_the_first_agent(world, manager):
    """After a start the first responses are still to come."""
    proxy = start(world, manager)
    with connect(manager.port) as client:
        client.sendall(b"?")
        proxy.wait_counters(lambda c: c["waited"] == 1)
        world.agent(world.server(answer))
        assert client.recv(2) == b"ok"
    assert proxy.counters()["no_agent"] == 0


def test_an_inherited_socket_is_enough(world, manager, tmp_path):
    """Without it a list without address is an error; a reload knows of it, too."""
    path = tmp_path / "proxy.json"
    path.write_text('{"listen": []}')
    check = Program(manager.command(binary("sonda-proxy"), "--interface", "lo", "--config", path,
                                    "--check"), **manager.popen)
    assert check.wait_end() == 0
    proxy = start(world, manager, "--config", path)
    proxy.signal(signal.SIGHUP)
    proxy.wait_line("reloaded")


def test_a_socket_with_an_unknown_name_is_an_error(manager):
    process = Program(manager.command(binary("sonda-proxy"), "--interface", "lo", name="web"),
                      **manager.popen)
    assert process.wait_end() == 1
    assert 'inherited socket "web"' in process.lines[0] and "data" in process.lines[0]


def test_a_socket_that_does_not_listen_is_an_error():
    with socket.socket() as idle:
        text = f'export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=data; exec 3<&{idle.fileno()}; ' \
               'exec "$@"'
        process = Program(["bash", "-c", text, "bash", binary("sonda-proxy"), "--interface", "lo"],
                          pass_fds=(idle.fileno(),))
        assert process.wait_end() == 1
    assert "is not a listening stream socket" in process.lines[0]


def test_several_addresses(world):
    world.agent(world.server(answer))
    proxy = world.proxy("--listen", "127.0.0.4:0")
    ports = json.loads("[" + ",".join(
        proxy.wait_line(r"listening on 127\.0\.0\.1:(\d+), 127\.0\.0\.4:(\d+);").groups()) + "]")
    for address, port in zip(("127.0.0.1", "127.0.0.4"), ports):
        with connect(port, address) as client:
            client.sendall(b"?")
            assert client.recv(2) == b"ok"


def real_agent(world, server, name, *options, environment=None):
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--port", str(world.group_port),
                     "--serve", f"{server.address}:{server.port}", "--id", name, *options],
                    env=environment)
    world.add(agent)
    agent.wait_line("group 239.8.8.8")
    return agent


def test_an_agent_that_ends_says_so(world):
    """The state can only come by a notice: the agent answers no further probe."""
    servers = [world.server(echo, address=f"127.0.0.{last}") for last in (2, 3)]
    agents = [real_agent(world, server, f"web{i}") for i, server in enumerate(servers)]
    proxy = world.proxy("--policy", "round-robin", agents=2, interval="2s")
    held = connect(proxy.port)
    held.sendall(b"1")
    assert read_exactly(held, 1) == b"1"
    after = len(proxy.lines)
    agents[0].signal(signal.SIGTERM)
    proxy.wait_line("agent web0 at 127.0.0.2:.*: drain", after)
    assert agents[0].wait_end() == 0
    before = [server.accepted for server in servers]
    for _ in range(6):
        with connect(proxy.port) as client:
            client.sendall(b"2")
            assert read_exactly(client, 1) == b"2"
    assert [server.accepted for server in servers] == [before[0], before[1] + 6]
    held.sendall(b"3")
    assert read_exactly(held, 1) == b"3"  # what runs goes on
    # A restart of the agent brings the server back with the first answer.
    real_agent(world, servers[0], "web0")
    proxy.wait_line("agent web0 at 127.0.0.2:.*: ready", after)


def test_an_operator_drains_a_server_and_takes_it_back(world, tmp_path):
    path = tmp_path / "agent.json"
    path.write_text('{"state": "ready"}')
    agent = real_agent(world, world.server(echo), "web0", "--config", str(path))
    proxy = world.proxy("--queue-timeout", "50ms")
    for state in ("drain", "down", "ready"):
        path.write_text(json.dumps({"state": state}))
        after = len(proxy.lines)
        agent.signal(signal.SIGHUP)
        proxy.wait_line(f"agent web0 at .*: {state}", after)
    with connect(proxy.port) as client:
        client.sendall(b"2")
        assert read_exactly(client, 1) == b"2"


class NotifySocket:
    """Where a service manager hears from its services."""

    def __init__(self, path):
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(20)
        self.lines = []

    def wait(self, line):
        """Waits until the line comes; returns all that came before it."""
        before = []
        while True:
            lines = self._socket.recv(4096).decode().splitlines()
            if line in lines:
                return before
            before += lines

    def wait_silence(self, seconds, deadline_s=20):
        """Waits until nothing has come for so long."""
        end = time.monotonic() + deadline_s
        self._socket.settimeout(seconds)
        try:
            while True:
                line = self._socket.recv(4096)
                assert time.monotonic() < end, f"it goes on: {line}"
        except socket.timeout:
            return
        finally:
            self._socket.settimeout(20)

    def stop(self):
        self._socket.close()


@pytest.mark.parametrize("name", ["sonda-proxy", "sonda-agent"])
def test_the_service_manager_hears_of_every_state(world, tmp_path, name):
    manager = world.add(NotifySocket(tmp_path / "notify"))
    where = ["--listen", "127.0.0.1:0"] if name == "sonda-proxy" else ["--serve", "127.0.0.2:80"]
    environment = {**os.environ, "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
    program = world.add(Program([binary(name), "--interface", "lo", "--port",
                                 str(world.group_port), *where], env=environment))
    manager.wait("READY=1")
    for _ in range(3):
        manager.wait("WATCHDOG=1")
    program.signal(signal.SIGHUP)
    manager.wait("RELOADING=1")
    manager.wait("READY=1")
    program.signal(signal.SIGTERM)
    manager.wait("STOPPING=1")
    assert program.wait_end() == 0


def echoes(proxy):
    with connect(proxy.port) as client:
        client.sendall(b"?")
        assert read_exactly(client, 1) == b"?"


@pytest.mark.parametrize("who", [
    pytest.param("control thread", marks=pytest.mark.no_valgrind("one thread runs at a time")), "worker", "agent"])
def test_whoever_hangs_is_noticed_by_the_service_manager(world, tmp_path, who):
    """The watchdog's messages stop while one thread is stopped, whichever, and come again after."""
    manager = world.add(NotifySocket(tmp_path / "notify"))
    environment = {**os.environ, "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"}
    server = world.server(echo)
    if who == "agent":
        program = real_agent(world, server, "web", environment=environment)
    else:
        world.agent(server)
        program = world.proxy(env=environment)
        echoes(program)  # an agent that has served is kept when all fall silent
    manager.wait("WATCHDOG=1")
    threads = [int(name) for name in os.listdir(f"/proc/{program.pid}/task")]
    last = max(threads)  # a worker; a sanitizer's own thread is older
    with hanging(last if who == "worker" else program.pid):
        manager.wait_silence(1)  # ten periods; the last one before the stop may still have come
        if who == "control thread":  # which is why hanging must be noticed: clients see nothing of it
            echoes(program)
    manager.wait("WATCHDOG=1")
