"""What tests of strangers begin with: a LAN with a proxy, an agent and somebody who is neither."""
import json
import secrets
import sys
from pathlib import Path

from programs import binary

STRANGER = Path(__file__).parent / "stranger.py"


def stranger(lan, space, *words):
    return lan.start(space, sys.executable, STRANGER, *words)


def write_hex(path, datagrams):
    path.write_text("".join(datagram.hex() + "\n" for datagram in datagrams), encoding="ascii")
    return path


class Site:
    """A proxy at 10.77.0.1 with one agent, web at 10.77.0.11, and a stranger at 10.77.0.66."""

    def __init__(self, lan, *options, key_file=None, interval="400ms"):
        self.lan = lan
        self.key = ["--key-file", key_file] if key_file else []
        self.evil = lan.host("evil", 66)
        self.web = lan.host("web", 11)
        lan.nginx(self.web, "web")
        self.agent = lan.start(self.web, binary("sonda-agent"), "--id", "web", *self.key)
        self.agent.wait_line("group 239.8.8.8:8888 on eth0")
        self.space = lan.host("proxy", 1)
        self.proxy = lan.start(self.space, binary("sonda-proxy"), "--interval", interval,
                               "--window", "50ms", *self.key, *options)
        self.proxy.wait_line("agent web at 10.77.0.11:80: joined")
        lan.leaks.watch(self.proxy)

    def record(self, count):
        """The port of the proxy, and its next requests as a stranger hears them."""
        recorder = stranger(self.lan, self.evil, "record", "10.77.0.66")
        at, port, datagrams = 0, None, []
        for _ in range(count):
            match = recorder.wait_line(r"^(\d+) ([0-9a-f]+)$", at)
            at = recorder.lines.index(match[0]) + 1
            port = int(match[1])
            datagrams.append(bytes.fromhex(match[2]))
        return port, datagrams

    def wait_rounds(self, count):
        before = self.proxy.counters()["probes_sent"]
        return self.proxy.wait_counters(lambda c: c["probes_sent"] >= before + count)

    def assert_always_fresh(self):
        bad = [line for line in self.proxy.lines if " stale" in line or " dead" in line]
        assert not bad


def version_2(**more):
    return json.dumps({"tipo": "probe request", "v": 2, "nonce": secrets.token_hex(16),
                       "window_ms": 0, **more}, separators=(",", ":")).encode()


def speaker(connection):
    connection.sendall(b"served")
