"""What arrives by UDP: malformed, unsigned, replayed, base form. Counted by reason, and no harm."""
import json
import secrets
import socket
import sys
from pathlib import Path

import pytest
from peers import GROUP, connect, free_udp_port, read_all, seal, write_key
from programs import Program, binary, run

HERE = Path(__file__).resolve().parent.parent


def speaker(connection):
    connection.sendall(b"served")


def ask(proxy):
    with connect(proxy.port) as client:
        return read_all(client)


GOOD = {"tipo": "probe response", "RAM": 5, "CPU": 7, "IP": "127.0.0.9", "Door": 9}


def text(**changes):
    pdu = {**GOOD, **changes}
    return json.dumps({k: v for k, v in pdu.items() if v is not None}).encode()


def raw(key, value):
    """A response in which one value is written in a way that json.dumps would not write."""
    return text(**{key: "@"}).replace(b'"@"', value)


MALFORMED = [
    ("empty", b"", "not-json"),
    ("truncated", text()[:40], "not-json"),
    ("the largest datagram of UDP", b"x" * 65507, "too-long"),
    ("one byte too long", text() + b" " * (1401 - len(text())), "too-long"),
    ("deep nesting of arrays", b"[" * 1300, "too-deep"),
    ("deep nesting in a key", raw("x", b'{"a":' * 200 + b"1" + b"}" * 200), "too-deep"),
    ("no object", b"[1,2]", "not-an-object"),
    ("another tipo", text(tipo="probe request"), "wrong-kind"),
    ("no tipo", text(tipo=None), "wrong-kind"),
    ("no RAM", text(RAM=None), "missing-key"),
    ("no door", text(Door=None), "missing-key"),
    ("RAM in words", text(RAM="much"), "wrong-type"),
    ("CPU is null", raw("CPU", b"null"), "wrong-type"),
    ("door is broken", text(Door=80.5), "wrong-type"),
    ("id is a number", text(id=7), "wrong-type"),
    ("NaN", raw("CPU", b"NaN"), "not-json"),
    ("infinity", raw("RAM", b"Infinity"), "not-json"),
    ("1e999", raw("RAM", b"1e999"), "not-json"),
    ("CPU above 100", text(CPU=100.1), "out-of-range"),
    ("RAM below 0", text(RAM=-1), "out-of-range"),
    ("door 65536", text(Door=65536), "out-of-range"),
    ("door 0", text(Door=0), "out-of-range"),
    ("IP is a group", text(IP="239.8.8.8"), "out-of-range"),
    ("IP is a name", text(IP="web"), "out-of-range"),
    ("id with a line feed", text(id="a\nb"), "out-of-range"),
    ("duplicate key", text().replace(b'"RAM": 5', b'"RAM": 5, "RAM": 6'), "duplicate-key"),
    ("bad UTF-8", raw("id", b'"\xff\xfe"'), "not-json"),
    ("two objects", text() + text(), "not-json"),
    ("a nonce that was never sent", text(nonce="0" * 32), "unknown-nonce"),
]


def test_malformed_responses_are_counted_by_reason_and_change_nothing(world):
    agent = world.agent(world.server(speaker))
    proxy = world.proxy()
    _, monitor = agent.wait_request()
    before = proxy.counters()
    expected = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.9", 0))
        for _, datagram, reason in MALFORMED:
            stranger.sendto(datagram, monitor)
            expected[reason] = expected.get(reason, 0) + 1
    after = proxy.wait_counters(lambda c: c["refusals"]["total"] >= len(MALFORMED))
    assert before["refusals"] == {"total": 0}
    assert after["refusals"] == {"total": len(MALFORMED), **expected}
    assert [a["server"] for a in after["agents"]] == [a["server"] for a in before["agents"]]
    assert ask(proxy) == b"served"


def test_malformed_requests_are_counted_by_reason(started):
    port = free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--serve", "127.0.0.2:80",
                     "--port", str(port)])
    started.append(agent)
    agent.wait_line("group 239.8.8.8")
    request = b'{"tipo":"probe request"'
    cases = [(b"", "not-json"), (request, "not-json"), (b"y" * 65507, "too-long"),
             (b"[" * 1000, "too-deep"), (b"7", "not-an-object"), (b'{"tipo":"hello"}', "wrong-kind"),
             (request + b',"window_ms":NaN}', "not-json"),
             (request + b',"window_ms":1e999}', "not-json"),
             (request + b',"window_ms":"5"}', "wrong-type"),
             (request + b',"window_ms":60001}', "out-of-range"),
             (request + b',"nonce":"zz"}', "out-of-range"),
             (request + b',"slice":[0,0]}', "out-of-range"),
             (request + b',"v":2,"v":2}', "duplicate-key"),
             (request + b',"x":"\xff"}', "not-json")]
    expected = {}
    with multicaster() as sender:
        for datagram, reason in cases:
            sender.sendto(datagram, (GROUP, port))
            expected[reason] = expected.get(reason, 0) + 1
        counters = agent.wait_counters(lambda c: c["refusals"]["total"] >= len(cases))
        assert counters["refusals"] == {"total": len(cases), **expected}
        sender.sendto(request + b',"window_ms":0}', (GROUP, port))
        assert json.loads(sender.recv(2000))["tipo"] == "probe response"


def multicaster():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.0.1", 0))
    sender.settimeout(20)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    return sender


def test_a_response_counts_once_and_only_in_time(world):
    agent = world.agent(world.server(speaker))
    proxy = world.proxy()
    request, monitor = agent.wait_request()
    proxy.wait_counters(lambda c: c["agents"][0]["reports"] >= 2)
    agent.out.sendto(agent.response(request), monitor)
    proxy.wait_counters(lambda c: c["refusals"].get("duplicate-response", 0) == 1)
    for _ in range(4):
        agent.wait_request()
    agent.out.sendto(agent.response(request), monitor)
    proxy.wait_counters(lambda c: c["refusals"].get("unknown-nonce", 0) == 1)


def test_a_hold_time_beyond_the_elapsed_time_is_refused(world):
    world.agent(world.server(speaker), hold_us=30_000_000)
    proxy = world.proxy(agents=0)
    counters = proxy.wait_counters(lambda c: c["refusals"].get("hold-too-long", 0) >= 2)
    assert counters["agents"] == []


def test_a_base_form_agent_of_30_lines_works_with_our_proxy(world):
    server = world.server(speaker)
    agent = world.add(Program([sys.executable, HERE / "base_form_agent.py", "127.0.0.1", GROUP,
                               world.group_port, server.address, server.port]))
    agent.wait_line("ready")
    for options in ([], ["--base-form"]):
        proxy = world.proxy(*options)
        assert ask(proxy) == b"served"
        assert proxy.counters()["agents"][0]["id"] == f"{server.address}:{server.port}"
        assert proxy.stop() == 0
    proxy = world.proxy("--no-accept-base", agents=0)
    proxy.wait_counters(lambda c: c["refusals"].get("base-form", 0) >= 1)


def test_a_base_form_monitor_of_30_lines_works_with_our_agent(world):
    for options in ([], ["--base-form"]):
        agent = world.add(Program([binary("sonda-agent"), "--interface", "lo", "--serve",
                                   "127.0.0.3:8080", "--port", world.group_port, "--window",
                                   "100ms", *options]))
        agent.wait_line("group 239.8.8.8")
        result = run([sys.executable, HERE / "base_form_monitor.py", "127.0.0.1", GROUP,
                      world.group_port, "1"])
        assert result.returncode == 0, result.stderr
        answer = json.loads(result.stdout)
        assert (answer["from"], answer["IP"], answer["Door"]) == ("127.0.0.3", "127.0.0.3", 8080)
        assert answer["RAM"] > 0 and 0 <= answer["CPU"] <= 100
        assert agent.stop() == 0


@pytest.mark.no_valgrind("an answer takes longer")
def test_two_real_agents_on_one_machine(world):
    servers = [world.server(speaker, address=f"127.0.0.{i}") for i in (2, 3)]
    for server in servers:
        agent = world.add(Program([binary("sonda-agent"), "--interface", "lo", "--serve",
                                   f"{server.address}:{server.port}", "--port", world.group_port]))
        agent.wait_line("group 239.8.8.8")
    proxy = world.proxy(agents=2, window="150ms")
    assert ask(proxy) == b"served"
    counters = proxy.wait_counters(lambda c: all(a["reports"] >= 4 for a in c["agents"]))
    assert len({agent["id"] for agent in counters["agents"]}) == 2
    # On one machine a probe's way takes microseconds; the random wait, 75 ms on average, is not in it.
    assert all(agent["rtt_us"] < 30_000 for agent in counters["agents"])
    assert counters["refusals"] == {"total": 0}


# With keys ------------------------------------------------------------------------------------


@pytest.fixture
def key():
    return secrets.token_bytes(32)


def signer(key, address, **options):
    return lambda pdu: seal(key, b"R", address, pdu, **options)


def test_signed_agents_are_accepted_and_strangers_are_not(world, key, tmp_path):
    path = write_key(tmp_path / "key", key)
    server = world.server(speaker)
    agent = world.add(Program([binary("sonda-agent"), "--interface", "lo", "--serve",
                               f"{server.address}:{server.port}", "--port", world.group_port,
                               "--key-file", path, "--id", "real"]))
    agent.wait_line("authenticated")
    world.agent(world.server(speaker, address="127.0.0.4"), name="stranger")
    proxy = world.proxy("--key-file", path)
    counters = proxy.wait_counters(lambda c: c["refusals"].get("unsigned", 0) >= 2)
    assert [a["id"] for a in counters["agents"]] == ["real"]
    assert ask(proxy) == b"served"


def test_another_implementation_of_the_signature_agrees(world, key, tmp_path):
    path = write_key(tmp_path / "key", key)
    world.agent(world.server(speaker), sign=signer(key, "127.0.0.2"))
    proxy = world.proxy("--key-file", path)
    assert ask(proxy) == b"served"


REFUSED = [
    ("a wrong key", lambda k: signer(bytes(32), "127.0.0.2"), {}, "bad-mac"),
    ("an unknown key id", lambda k: signer(k, "127.0.0.2", kid="k9"), {}, "unknown-key"),
    ("another sender", lambda k: signer(k, "127.0.0.3"), {}, "bad-mac"),
    ("a request's role", lambda k: lambda pdu: seal(k, b"Q", "127.0.0.2", pdu), {}, "bad-mac"),
    ("another cluster", lambda k: signer(k, "127.0.0.2", label="x"), {}, "bad-mac"),
    ("a trailer that is none", lambda k: lambda pdu: pdu + b"\nauth b2", {}, "bad-trailer"),
    ("the base form", lambda k: signer(k, "127.0.0.2"), {"nonce": None}, "base-form"),
    ("another host's address", lambda k: signer(k, "127.0.0.2"), {"IP": "127.0.0.8"},
     "foreign-source"),
]


@pytest.mark.parametrize("sign,figures,reason", [case[1:] for case in REFUSED],
                         ids=[case[0] for case in REFUSED])
def test_with_a_key_all_else_is_refused(world, key, tmp_path, sign, figures, reason):
    path = write_key(tmp_path / "key", key)
    agent = world.agent(world.server(speaker), sign=sign(key))
    original = agent.response
    agent.response = lambda request: original(request, **figures)
    proxy = world.proxy("--key-file", path, agents=0)
    counters = proxy.wait_counters(lambda c: c["refusals"]["total"] >= 2)
    assert set(counters["refusals"]) == {"total", reason}
    assert counters["agents"] == []


def test_a_foreign_source_is_accepted_where_the_operator_allows_it(world, key, tmp_path):
    path = write_key(tmp_path / "key", key)
    world.agent(world.server(speaker), address="127.0.0.7", sign=signer(key, "127.0.0.7"))
    proxy = world.proxy("--key-file", path, "--allow-foreign-source")
    assert ask(proxy) == b"served"


def test_a_signed_response_cannot_be_replayed(world, key, tmp_path):
    path = write_key(tmp_path / "key", key)
    agent = world.agent(world.server(speaker), sign=signer(key, "127.0.0.2"))
    proxy = world.proxy("--key-file", path)
    request, monitor = agent.wait_request()
    replay = agent.sign(agent.response(request))
    proxy.wait_counters(lambda c: c["agents"][0]["reports"] >= 2)
    agent.out.sendto(replay, monitor)
    proxy.wait_counters(lambda c: c["refusals"].get("duplicate-response", 0) == 1)
    for _ in range(4):
        agent.wait_request()
    agent.out.sendto(replay, monitor)
    proxy.wait_counters(lambda c: c["refusals"].get("unknown-nonce", 0) == 1)


def test_an_agent_with_a_key_answers_its_monitor_only(started, key, tmp_path):
    port = free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--serve", "127.0.0.2:80",
                     "--port", str(port), "--key-file", write_key(tmp_path / "key", key)])
    started.append(agent)
    agent.wait_line("group 239.8.8.8.*, authenticated")
    request = json.dumps({"tipo": "probe request", "v": 2, "nonce": secrets.token_hex(16),
                          "window_ms": 0}).encode()
    sealed = seal(key, b"Q", "127.0.0.1", request)
    with multicaster() as sender:
        for datagram in (request, seal(bytes(32), b"Q", "127.0.0.1", request), sealed, sealed):
            sender.sendto(datagram, (GROUP, port))
        answer = sender.recv(2000)
    pdu = answer.split(b"\n")[0]
    assert answer == seal(key, b"R", "127.0.0.2", pdu)
    counters = agent.wait_counters(lambda c: c["refusals"]["total"] >= 3)
    assert counters["refusals"] == {"total": 3, "unsigned": 1, "bad-mac": 1,
                                    "duplicate-request": 1}


def test_a_key_file_that_everybody_reads_is_refused(key, tmp_path):
    path = write_key(tmp_path / "key", key)
    path.chmod(0o644)
    for name in ("sonda-agent", "sonda-proxy"):
        listen = ["--listen", "127.0.0.1:0", "--admin", "off"] if name == "sonda-proxy" else []
        result = run([binary(name), "--interface", "lo", "--key-file", path, *listen])
        assert result.returncode == 1
        assert f"chmod o= {path}" in result.stderr
