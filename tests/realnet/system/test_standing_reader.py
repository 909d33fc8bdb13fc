"""Nobody reads what the programs write: they go on all the same, and end."""
import fcntl
import os
import signal
import subprocess
import time

import pytest
from peers import GROUP, EchoServer, connect, free_tcp_port, read_exactly
from programs import DEADLINE_S, Program, binary

F_SETPIPE_SZ = 1031


class Mute:
    """A program whose standard error (or output) goes into a full pipe that nobody reads."""

    def __init__(self, command, stream):
        self.read, write = os.pipe()
        fcntl.fcntl(self.read, F_SETPIPE_SZ, 4096)
        os.write(write, b"-" * 4096)
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: write}
        self.process = subprocess.Popen([str(word) for word in command], **streams)
        os.close(write)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
        os.close(self.read)


def until(condition, what):
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def echoes(port):
    """Whether a connection is served."""
    try:
        with connect(port) as client:
            client.settimeout(2)
            client.sendall(b"hello")
            return read_exactly(client, 5) == b"hello"
    except (OSError, AssertionError):
        return False


@pytest.mark.parametrize("stream", ["stderr", "stdout"])
def test_a_reader_that_stands_still_stops_neither_the_relay_nor_the_end(world, stream):
    world.agent(world.add(EchoServer()))
    port = free_tcp_port()
    log = ["--connection-log", "-"] if stream == "stdout" else ["--verbose"]
    proxy = world.add(Mute([binary("sonda-proxy"), "--admin", "off", "--interface", "lo",
                            "--group", GROUP, "--port", world.group_port, "--interval", "200ms",
                            "--window", "20ms", "--listen", f"127.0.0.1:{port}", *log], stream))
    until(lambda: echoes(port), "never served")
    for _ in range(50):
        assert echoes(port)
    # Whatever has to be logged: refused connects by workers, reloads and counters by the control thread.
    for number in (signal.SIGHUP, signal.SIGUSR1) * 20:
        proxy.process.send_signal(number)
    until(lambda: echoes(port), "not served after signals")
    proxy.process.terminate()
    assert proxy.process.wait(DEADLINE_S) == 0


def test_an_agent_answers_and_ends_while_nobody_reads_its_log(world):
    server = world.add(EchoServer())
    world.add(Mute([binary("sonda-agent"), "--interface", "lo", "--group", GROUP, "--port",
                    world.group_port, "--serve", f"{server.address}:{server.port}", "--verbose"],
                   "stderr"))
    proxy = world.proxy()
    assert echoes(proxy.port)
    agent = world.started[-1]
    agent.process.send_signal(signal.SIGUSR1)
    agent.process.terminate()
    assert agent.process.wait(DEADLINE_S) == 0


def test_a_full_disk_is_told_of_and_counted(world):
    world.agent(world.add(EchoServer()))
    proxy = world.proxy("--connection-log", "/dev/full")
    for _ in range(5):
        assert echoes(proxy.port)
    proxy.wait_line(r"error connection log /dev/full: No space left on device: \d+ lines are lost")
    proxy.wait_counters(lambda c: c["log_lines_dropped"] == 5)
    assert not [line for line in proxy.lines if "LOG ERROR" in line]


def test_a_log_whose_reader_has_gone_ends_nothing(world):
    """A pipe that is closed at the other end, as `| head` leaves it."""
    world.agent(world.add(EchoServer()))
    port = free_tcp_port()
    program = Program(["bash", "-c", 'exec "$@" 2> >(head -n 1 >/dev/null)', "bash",
                       binary("sonda-proxy"), "--admin", "off", "--interface", "lo", "--group",
                       GROUP, "--port", world.group_port, "--interval", "200ms", "--window", "20ms",
                       "--listen", f"127.0.0.1:{port}"])
    world.add(program)
    until(lambda: echoes(port), "never served")
    program.signal(signal.SIGUSR1)
    assert echoes(port)
    program.signal(signal.SIGTERM)
    assert program.wait_end() == 0
