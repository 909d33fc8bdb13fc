"""IPv6 for clients, servers and probes."""
import socket

from load import answer
from peers import connect, read_exactly
from programs import binary

GROUP = ["--group", "ff15::8888"]


def test_probes_servers_and_clients_over_ipv6(lan):
    client = lan.host("client", 2)
    for number in (11, 12):
        space = lan.host(f"web{number}", number)
        lan.nginx(space, f"web{number}")
        # The interface and its address follow from the default route.
        agent = lan.start(space, binary("sonda-agent"), "--id", f"web{number}", *GROUP)
        agent.wait_line(rf"for \[fd00:77::{number}\]:80: group ff15::8888:8888 on eth0")
    proxy = lan.start(lan.host("proxy", 1), binary("sonda-proxy"), "--interval", "400ms",
                      "--window", "50ms", "--policy", "round-robin", "--listen", "[::]:80", *GROUP)
    proxy.wait_line(r"listening on \[::\]:80")
    for number in (11, 12):
        proxy.wait_line(rf"agent web{number} at \[fd00:77::{number}\]:80: joined")
    lan.leaks.watch(proxy)
    names = set()
    for url in ["http://[fd00:77::1]/", "http://10.77.0.1/"] * 4:  # one socket serves both
        names.add(lan.curl(client, url).strip())
    assert names == {"web11", "web12"}
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["completed"] == 8 and counters["refusals"] == {"total": 0}
    # The agents count the connections of IPv6, too.
    assert all(a["failures"] == 0 for a in counters["agents"])


def test_an_ipv6_server_for_ipv4_clients(world):
    """Static servers may be of another family than the probes."""
    listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    port = listener.getsockname()[1]
    proxy = world.proxy("--server", f"[::1]:{port}", agents=1)
    with connect(proxy.port) as client, listener:
        client.sendall(b"?")
        while True:
            connection, _ = listener.accept()
            try:
                answer(connection)
                break
            except ConnectionResetError:
                pass  # a health check
        assert read_exactly(client, 2) == b"ok"
