"""The proxy never connects to itself, whoever says that it should."""
import pytest
from peers import EchoServer, connect, free_tcp_port, read_exactly, seal, write_key
from programs import binary, run


def check(*options):
    """Returns what --check prints, which must have found something."""
    result = run([binary("sonda-proxy"), "--interface", "lo", "--check", *options])
    assert result.returncode == 1, result.stdout
    return result.stderr


@pytest.mark.parametrize("listen,server", [
    ("8000", "127.0.0.1:8000"),
    ("8000", "127.9.9.9:8000"),
    ("127.0.0.1:8000", "127.0.0.1:8000"),
    ("[::]:8000", "[::1]:8000"),
    ("[::]:8000", "127.0.0.1:8000"),
    ("[::1]:8000", "[::1]:8000"),
])
def test_a_server_that_is_a_listener_is_refused(listen, server):
    assert f"{server} is where this proxy listens" in check("--listen", listen, "--server", server)


def test_the_admin_listener_is_no_server():
    assert "is where this proxy listens: 127.0.0.1:8404" in check("--server", "127.0.0.1:8404")


@pytest.mark.parametrize("server", ["0.0.0.0:80", "[::]:80", "224.0.0.1:80", "255.255.255.255:80",
                                    "[ff02::1]:80", "[fe80::1]:80", "[::ffff:7f00:1]:80"])
def test_what_is_no_single_host_is_no_server(server):
    assert "names no single host" in check("--server", server)


@pytest.mark.parametrize("listen", [("80", "80"), ("80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"),
                                    ("127.0.0.1:8404",)])
def test_places_to_listen_that_cannot_be_had_together_are_named(listen):
    words = [word for one in listen for word in ("--listen", one)]
    error = check(*words)
    assert "given twice" in error or "overlap" in error or "is where clients connect" in error


def test_places_that_can_are_good():
    result = run([binary("sonda-proxy"), "--interface", "lo", "--check", "--listen", "80",
                  "--listen", "[::]:80", "--listen", "127.0.0.1:8000", "--listen", "127.0.0.2:8000",
                  "--listen", "0", "--listen", "0", "--server", "127.0.0.1:81"])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_ipv4_and_ipv6_may_be_given_apart(world, order):
    port = free_tcp_port()
    listen = [[str(port), f"[::]:{port}"][i] for i in order]
    world.agent(world.add(EchoServer()))
    proxy = world.proxy("--listen", listen[0], "--listen", listen[1])
    proxy.wait_line(rf"listening on .*\[::\]:{port}")
    for address in ("127.0.0.1", "::1"):
        with connect(port, address) as client:
            client.sendall(b"hello")
            assert read_exactly(client, 5) == b"hello"


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("listen", ["127.0.0.1:{}", "{}", "[::]:{}"])
def test_an_agent_at_a_listener_is_refused_by_name(world, tmp_path, listen, keyed):
    """By the address that the proxy listens on, or by any other of this machine."""
    key = bytes(range(32))
    port = free_tcp_port()
    own = "127.0.0.1" if "127" in listen else "127.0.0.5"
    sign = (lambda pdu: seal(key, b"R", own, pdu)) if keyed else None
    options = ["--key-file", write_key(tmp_path / "key", key)] if keyed else []
    agent = world.agent(type("Own", (), {"address": own, "port": port})(), sign=sign)
    proxy = world.proxy("--listen", listen.format(port), *options, agents=0)
    proxy.wait_line(rf"refused: own-address.*where this proxy listens: .*:{port}")
    counters = proxy.wait_counters(lambda c: c["refusals"].get("own-address", 0) >= 2)
    assert counters["agents"] == []
    agent.stop()


def test_an_own_address_beside_a_real_server_gets_nobody(world):
    port = free_tcp_port()
    world.agent(world.add(EchoServer()))
    world.agent(type("Own", (), {"address": "127.0.0.1", "port": port})())
    proxy = world.proxy("--listen", str(port), "--max-connections", "50")
    for _ in range(20):
        with connect(port) as client:
            client.sendall(b"hello")
            assert read_exactly(client, 5) == b"hello"
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["accepted"] == 20


def test_an_address_that_comes_to_this_machine_later_ends_the_loop(lan):
    """A virtual address, at first another machine's, moves to the proxy's."""
    front = lan.host("front", 1)
    back = lan.host("back", 2)
    lan.ip(back, "addr", "add", "10.77.0.9/32", "dev", "eth0")
    lan.nginx(back, "back")
    agent = lan.start(back, binary("sonda-agent"), "--serve", "10.77.0.9:80")
    agent.wait_line("agent .* for 10.77.0.9:80")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", "--interval", "200ms",
                      "--window", "20ms", "--max-connections", "60", "--queue-timeout", "200ms")
    proxy.wait_line(": joined")
    assert lan.curl(front, "http://10.77.0.1/") == "back\n"
    lan.ip(back, "addr", "del", "10.77.0.9/32", "dev", "eth0")
    lan.ip(front, "addr", "add", "10.77.0.9/32", "dev", "eth0")
    run(["ip", "netns", "exec", front, "curl", "-s", "--max-time", "5", "http://10.77.0.1/"])
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["accepted"] < 10
