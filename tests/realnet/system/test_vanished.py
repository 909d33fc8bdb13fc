"""Hosts that vanish without a word cost seconds; a peer that only does not read costs nothing."""
import select
import socket
import threading

import pytest
from lan import inside
from peers import read_exactly
from programs import DEADLINE_S, binary

SIZE = 6_000_000  # more than all buffers on the way take


class Scene:
    """A proxy that gives a peer a second to acknowledge, a server that obeys, and a client."""

    def __init__(self, lan, *options, ack="1s"):
        self.lan = lan
        self.front = lan.host("front", 1)
        self.back = lan.host("back", 2)
        self.there = lan.host("client", 3)
        with inside(self.back):
            self.listener = socket.create_server(("10.77.0.2", 80))
        self.servers = []
        threading.Thread(target=self._accept, daemon=True).start()
        agent = lan.start(self.back, binary("sonda-agent"), "--serve", "10.77.0.2:80")
        agent.wait_line("agent ")
        self.proxy = lan.start(self.front, binary("sonda-proxy"), "--admin", "off", "--interval",
                               "200ms", "--window", "20ms", "--ack-timeout", ack,
                               "--connection-log", "-", *options)
        self.proxy.wait_line(": joined")
        with inside(self.there):
            self.client = socket.create_connection(("10.77.0.1", 80), timeout=DEADLINE_S)
        assert read_exactly(self.client, 5) == b"hello"

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.servers.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _serve(connection):
        try:
            connection.sendall(b"hello")
            while word := connection.recv(1):
                connection.sendall(b"x" * (SIZE if word == b"d" else 1))
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for connection in [self.client, *self.servers]:
            connection.close()


@pytest.fixture
def scene(lan):
    made = []

    def make(*options, **more):
        made.append(Scene(lan, *options, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def wait_reset(client):
    with pytest.raises(ConnectionResetError):
        while client.recv(1 << 16):
            pass


def test_a_server_that_vanishes_under_a_request(scene, lan):
    here = scene("--keep-alive", "1h")
    lan.cable("back", False)
    here.client.sendall(b"1")
    wait_reset(here.client)
    here.proxy.wait_line("end=vanished by=server")
    assert here.proxy.counters()["vanished"] == 1
    assert here.proxy.counters()["agents"][0]["failures"] == 1


def test_a_client_that_vanishes_while_it_is_served(scene, lan):
    here = scene("--keep-alive", "1h")
    here.client.sendall(b"1")
    assert read_exactly(here.client, 1) == b"x"
    lan.cable("client", False)
    here.servers[0].sendall(b"more")
    here.proxy.wait_line("end=vanished by=client")
    assert here.proxy.counters()["agents"][0]["failures"] == 0


@pytest.mark.parametrize("gone", ["back", "client"])
def test_a_silent_peer_that_vanishes_is_asked_for(scene, lan, gone):
    """Nothing is on its way, so only questions of the kernel tell."""
    here = scene("--keep-alive", "1s")
    here.client.sendall(b"1")
    assert read_exactly(here.client, 1) == b"x"
    here.proxy.wait_counters(lambda c: c["open"] == 1)
    lan.cable(gone, False)
    # The acknowledgement of the last byte may have been on its way.
    here.proxy.wait_line(" end=(reset|vanished) by=" + {"back": "server", "client": "client"}[gone])


def test_a_client_that_does_not_read_is_not_gone(scene, lan):
    """Its host answers, and that is enough: for five times the time after which a vanished one is."""
    here = scene()
    here.client.sendall(b"d")
    ended = select.poll()
    ended.register(here.client, select.POLLRDHUP)
    assert ended.poll(5000) == []
    assert read_exactly(here.client, SIZE) == b"x" * SIZE
    assert here.proxy.counters()["vanished"] == 0


def test_a_cable_that_is_plugged_in_again_in_time_loses_nothing(scene, lan):
    here = scene(ack="1m")
    lan.cable("back", False)
    here.client.sendall(b"d")
    ended = select.poll()
    ended.register(here.client, select.POLLRDHUP)
    assert ended.poll(2000) == []
    lan.cable("back", True)
    assert read_exactly(here.client, SIZE) == b"x" * SIZE
