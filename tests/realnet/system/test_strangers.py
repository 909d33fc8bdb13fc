"""What strangers can do to agents and proxies: those on the LAN, those beyond it, and recordings."""
import json
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from peers import GROUP, free_udp_port, seal, write_key
from programs import Program, binary, run

STRANGER = Path(__file__).parent / "stranger.py"
BASE = {"tipo": "probe response", "RAM": 8e9, "CPU": 99, "IP": "10.77.0.66", "Door": 80}


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


# Beyond the LAN -------------------------------------------------------------------------------


def test_an_answer_without_nonce_from_beyond_the_lan_is_refused(lan, tmp_path):
    """Blind: to every port that the proxy's socket can have, from behind a router."""
    site = Site(lan)
    router = lan.host("router", 254)
    far = lan.host("far", 250)
    lan.second_network(1, router, far)  # 10.78.0.1 and 10.78.0.2
    lan.ip(far, "link", "set", "eth0", "down")
    lan.ip(far, "route", "add", "10.77.0.0/24", "via", "10.78.0.1")
    subprocess.run(["ip", "netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1"],
                   check=True, timeout=20)
    for IP in ("10.78.0.2", "10.77.0.11"):
        pdu = tmp_path / "pdu"
        pdu.write_text(json.dumps({**BASE, "IP": IP}))
        sender = stranger(lan, far, "sweep", "10.77.0.1", 32768, 60999, pdu)
        sender.wait_line("done")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("off-link", 0) >= 2)
    assert counters["refusals"] == {"total": 2, "off-link": 2}
    # With more to say than the report's agents it is refused wherever it comes from.
    pdu.write_text(json.dumps({**BASE, "IP": "10.77.0.11", "id": "web", "state": "down"}))
    for space in (far, site.evil):
        stranger(lan, space, "sweep", "10.77.0.1", 32768, 60999, pdu).wait_line("done")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("base-form", 0) >= 2)
    assert [agent["id"] for agent in counters["agents"]] == ["web"]
    assert lan.curl(site.evil).strip() == "web"


def test_on_the_lan_the_base_form_counts_for_its_own_address(lan, tmp_path):
    site = Site(lan)
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP})
                              for IP in ("10.77.0.66", "10.77.0.11", "10.77.0.1", "10.77.0.255")))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    site.proxy.wait_line("agent 10.77.0.66:80 at 10.77.0.66:80: joined")
    counters = site.wait_rounds(3)
    assert sorted(agent["id"] for agent in counters["agents"]) == ["10.77.0.66:80", "web"]
    assert set(counters["refusals"]) == {"total", "foreign-source", "impossible-address"}


# On the LAN, without a key --------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["--allow-foreign-source"]], ids=["default", "allowed"])
def test_loopback_and_impossible_addresses_do_not_get_into_the_table(lan, tmp_path, options):
    site = Site(lan, *options)
    addresses = ["127.0.0.1", "127.0.0.53", "169.254.169.254", "10.77.0.0", "10.77.0.255"]
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP, "Door": 8404, "v": 2, "id": f"evil-{IP}",
                                          "nonce": "NONCE", "hold_us": 0}) for IP in addresses))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    counters = site.proxy.wait_counters(
        lambda c: c["refusals"].get("impossible-address", 0) >= 3 * len(addresses))
    assert set(counters["refusals"]) == {"total", "impossible-address"}
    assert [agent["id"] for agent in counters["agents"]] == ["web"]


def test_an_agent_on_the_proxys_own_host_may_serve_at_loopback(lan):
    site = Site(lan)
    for name, serve in (("near", "127.0.0.1:8080"), ("same", "10.77.0.1:8080")):
        agent = lan.start(site.space, binary("sonda-agent"), "--id", name, "--serve", serve)
        agent.wait_line("group 239.8.8.8:8888 on eth0")
        site.proxy.wait_line(f"agent {name} at {serve}: joined")
    assert site.wait_rounds(2)["refusals"] == {"total": 0}


def test_hosts_beyond_the_lan_are_advertised_by_themselves_only(lan, tmp_path):
    """The agent of several networks is in test_interfaces.py."""
    site = Site(lan)
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP, "v": 2, "id": f"evil-{IP}",
                                          "nonce": "NONCE", "hold_us": 0})
                              for IP in ("10.78.0.9", "93.184.216.34")))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("foreign-source", 0) >= 4)
    assert [agent["id"] for agent in counters["agents"]] == ["web"]


def test_requests_that_wait_for_a_minute_take_no_agent_away(lan, tmp_path):
    site = Site(lan)
    request = json.dumps({"tipo": "probe request", "window_ms": 60000}).encode()
    first = write_hex(tmp_path / "first", [request] * 64)
    more = write_hex(tmp_path / "more", [request] * 40)
    target = [GROUP, 8888]
    stranger(lan, site.evil, "send", first, "10.77.0.66", 5000, *target, 1000).wait_line("done")
    sender = stranger(lan, site.evil, "send", more, "10.77.0.66", 5000, *target, 10)
    site.wait_rounds(8)
    sender.wait_line("done")
    site.assert_always_fresh()
    assert site.agent.counters()["refusals"]["busy"] > 0


def test_unsigned_requests_of_strangers_push_no_monitor_out(lan, tmp_path):
    site = Site(lan, interval="2s")
    site.wait_rounds(1)
    for port in range(5000, 5080):
        request = json.dumps({"tipo": "probe request", "nonce": secrets.token_hex(16),
                              "window_ms": 0, "below": 1}).encode()
        with open(tmp_path / "requests", "w", encoding="ascii") as file:
            file.write(request.hex() + "\n")
        if port % 20 == 0:  # of several addresses, too
            address = f"10.77.0.{100 + port % 100}"
        stranger(lan, site.evil, "send", tmp_path / "requests", address, port, GROUP, 8888,
                 1000).wait_line("done")
    site.agent.signal(15)
    site.proxy.wait_line("agent web at 10.77.0.11:80: drain", deadline_s=1.5)


def ask(sender, request, port):
    sender.sendto(request, (GROUP, port))
    return sender.recv(2000)


@pytest.fixture
def lonely_agent(started):
    """An agent on loopback without a proxy, and a socket to ask it."""
    port = free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--serve", "127.0.0.2:80",
                     "--port", str(port), "--id", "i" * 64])
    started.append(agent)
    agent.wait_line("group 239.8.8.8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.settimeout(20)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        yield agent, sender, port


def version_2(**more):
    return json.dumps({"tipo": "probe request", "v": 2, "nonce": secrets.token_hex(16),
                       "window_ms": 0, **more}, separators=(",", ":")).encode()


HEADERS = 28  # of IPv4 and UDP


def test_an_answer_is_at_most_three_times_as_long_as_its_request_on_the_wire(lonely_agent):
    _, sender, port = lonely_agent
    factors = {}
    for name, request in [("base form", b'{"tipo":"probe request"}'),
                          ("base form at once", b'{"tipo":"probe request","window_ms":0}'),
                          ("version 2", version_2()), ("with wishes", version_2(below=1)),
                          ("filled up", version_2().ljust(512))]:
        answer = ask(sender, request, port)
        factors[name] = (len(answer) + HEADERS) / (len(request) + HEADERS)
    print(factors)
    assert max(factors.values()) <= 3
    assert factors["filled up"] <= 1
    answer = json.loads(ask(sender, b'{"tipo":"probe request"}', port))
    assert set(answer) == {"tipo", "RAM", "CPU", "IP", "Door"}
    full = json.loads(ask(sender, version_2().ljust(512), port))
    assert {"id", "ram_total", "cores", "cpu_10s", "load_1", "state", "weight"} <= set(full)


def test_small_unsigned_requests_cause_a_bounded_stream_and_filled_ones_are_always_answered(
        lonely_agent):
    agent, sender, port = lonely_agent
    sender.setblocking(False)
    received = sent = 0
    for _ in range(4000):
        request = version_2()
        sent += len(request)
        sender.sendto(request, (GROUP, port))
        try:
            while True:
                received += len(sender.recv(2000))
        except BlockingIOError:
            pass
    agent.wait_counters(lambda c: c["refusals"].get("too-often", 0) > 1000)
    assert received < 3 * sent
    sender.settimeout(20)
    request = version_2().ljust(512)
    nonce = json.loads(request)["nonce"]
    sender.sendto(request, (GROUP, port))
    while json.loads(sender.recv(2000))["nonce"] != nonce:
        pass


# With a key -----------------------------------------------------------------------------------


@pytest.fixture
def key():
    return secrets.token_bytes(32)


def made_with_the_key(key, count, **more):
    """Requests of the proxy from before it stamped them, sealed as it did."""
    return [seal(key, b"Q", "10.77.0.1", version_2(**more)) for _ in range(count)]


@pytest.mark.parametrize("replay", ["unstamped", "recorded"])
def test_a_replay_cannot_undo_a_drain(lan, tmp_path, key, replay):
    site = Site(lan, key_file=write_key(tmp_path / "key", key), interval="1500ms")
    port, recorded = site.record(2)
    if replay == "unstamped":
        recorded = made_with_the_key(key, 4)
    file = write_hex(tmp_path / "replay", recorded[:-1] if replay == "recorded" else recorded)
    stranger(lan, site.evil, "send", file, "10.77.0.1", port, GROUP, 8888, 1000).wait_line("done")
    names = {"old-request", "duplicate-request"}
    site.agent.wait_counters(lambda c: names & set(c["refusals"]))
    site.agent.signal(15)
    site.proxy.wait_line("agent web at 10.77.0.11:80: drain", deadline_s=1.4)
    assert "unknown-nonce" not in site.proxy.counters()["refusals"]


def test_replays_keep_no_agent_busy(lan, tmp_path, key):
    site = Site(lan, key_file=write_key(tmp_path / "key", key))
    port, _ = site.record(1)
    file = write_hex(tmp_path / "replay", made_with_the_key(key, 1500))
    sender = stranger(lan, site.evil, "send", file, "10.77.0.1", port, GROUP, 8888, 430)
    site.wait_rounds(8)
    sender.wait_line("done")
    counters = site.agent.wait_counters(lambda c: c["refusals"].get("old-request", 0) >= 1400)
    assert "busy" not in counters["refusals"]
    site.assert_always_fresh()


def derive(path, agent):
    """The key file of an agent, as the proxy derives it."""
    result = run([binary("sonda-proxy"), "--key-file", path, "--derive-key", agent])
    assert result.returncode == 0, result.stderr
    derived = path.with_name(f"key-{agent}")
    derived.write_text(result.stdout)
    derived.chmod(0o600)
    return derived


def write_master(path, kid="m"):
    line = run(["openssl", "rand", "-base64", "32"]).stdout.strip()
    path.write_text(f"master {kid} {line}\nactive {kid}\nlabel lab\n")
    path.chmod(0o600)
    return path


def real_agent(world, server, *options):
    agent = world.add(Program([binary("sonda-agent"), "--interface", "lo", "--serve",
                               f"{server.address}:{server.port}", "--port", world.group_port,
                               *options]))
    agent.wait_line("authenticated")
    return agent


def speaker(connection):
    connection.sendall(b"served")


def test_agents_with_keys_of_their_own(world, tmp_path):
    """The name comes with the key; a captured agent can pose as no other."""
    master = write_master(tmp_path / "master")
    real_agent(world, world.server(speaker), "--key-file", derive(master, "web1"))
    proxy = world.proxy("--key-file", master)
    proxy.wait_line("agent web1 at")
    counters = proxy.wait_counters(lambda c: c["responses_accepted"] >= 3)
    assert counters["refusals"] == {"total": 0}

    # An agent whose key is another's: its own program refuses to say so, so this one is made here.
    import base64
    import hashlib
    line = master.read_text().split()[2]
    own = hashlib.blake2b(b"sonda-agent-key\0web1", key=base64.b64decode(line),
                          digest_size=32).digest()
    server = world.server(speaker, address="127.0.0.4")

    def sign(pdu):
        return seal(own, b"R", "127.0.0.4", pdu, kid="m/web1", label="lab")

    world.agent(server, name="web2", sign=sign)
    counters = proxy.wait_counters(lambda c: c["refusals"].get("foreign-id", 0) >= 2)
    assert [agent["id"] for agent in counters["agents"]] == ["web1"]


def test_a_reload_goes_over_to_keys_of_their_own_without_losing_a_round(world, tmp_path, key):
    shared = write_key(tmp_path / "shared", key, kid="s").read_text()
    line = shared.splitlines()[0] + "\n"
    master = write_master(tmp_path / "master")
    own = [row for row in derive(master, "web1").read_text().splitlines(True)
           if row.startswith("agent ")][0]
    master_line = master.read_text().splitlines(True)[0]
    files = {name: tmp_path / f"{name}-keys" for name in ("agent", "proxy")}

    def write(name, text, active):
        files[name].touch(mode=0o600)
        files[name].write_text(f"{text}active {active}\nlabel lab\n")

    write("agent", line, "s")
    write("proxy", line, "s")
    agent = real_agent(world, world.server(speaker), "--key-file", files["agent"], "--id", "web1")
    proxy = world.proxy("--key-file", files["proxy"])
    for name, text, active in [("agent", line + own, "s"), ("proxy", line + master_line, "s"),
                               ("agent", line + own, "m"), ("proxy", line + master_line, "m"),
                               ("agent", own, "m"), ("proxy", master_line, "m")]:
        write(name, text, active)
        program = agent if name == "agent" else proxy
        after = len(program.lines)
        program.signal(1)
        program.wait_line("reloaded", after)
        before = proxy.counters()["responses_accepted"]
        counters = proxy.wait_counters(lambda c, n=before: c["responses_accepted"] >= n + 2)
    assert set(counters["refusals"]) == {"total"}
    assert agent.counters()["refusals"] == {"total": 0}


def test_wrong_key_files_are_refused(tmp_path, key):
    master = write_master(tmp_path / "master")
    web1 = derive(master, "web1")
    options = {"sonda-agent": ["--serve", "127.0.0.2:80"],
               "sonda-proxy": ["--listen", "127.0.0.1:0", "--admin", "off"]}

    def check(name, *words):
        result = run([binary(name), "--check", "--interface", "lo", *options[name], *words])
        return result.returncode, result.stderr

    assert check("sonda-agent", "--key-file", web1)[0] == 0
    assert check("sonda-agent", "--key-file", web1, "--id", "web1")[0] == 0
    assert check("sonda-proxy", "--key-file", master)[0] == 0
    code, error = check("sonda-agent", "--key-file", master)
    assert code == 1 and "--key-file: has a master key" in error
    code, error = check("sonda-agent", "--key-file", web1, "--id", "web2")
    assert code == 1 and "has the keys of agent web1, and this is web2 (--id)" in error
    code, error = check("sonda-proxy", "--key-file", web1)
    assert code == 1 and "has the keys of agent web1; a proxy needs" in error
    for words, message in [((master, "a b"), "1 to 64 printable ASCII"),
                           ((write_key(tmp_path / "shared", key), "web1"), "there is no master key"),
                           ((tmp_path / "nowhere", "web1"), "nowhere")]:
        result = run([binary("sonda-proxy"), "--key-file", words[0], "--derive-key", words[1]])
        assert result.returncode == 1 and message in result.stderr, result.stderr
        assert result.stdout == ""


# Lost requests --------------------------------------------------------------------------------


def test_an_agent_that_the_group_does_not_reach_is_asked_alone(world):
    agent = world.agent(world.server(speaker))
    proxy = world.proxy()
    agent.is_deaf = True  # to the group, as where a switch has forgotten who is in it
    before = proxy.counters()["agents"][0]["reports"]
    counters = proxy.wait_counters(lambda c: c["stale_retries_sent"] >= 3
                                   and c["agents"][0]["reports"] >= before + 2)
    assert not [line for line in proxy.lines if " dead" in line]
    # One retry each time that it turned stale, and no more.
    stale = [line for line in proxy.lines if line.endswith(": stale")]
    assert counters["stale_retries_sent"] <= len(stale)
    agent.silent = True
    proxy.wait_line(": dead")
