"""What a stranger can make an agent send: little, whatever he asks."""
import json
import socket

import pytest
from peers import GROUP, free_udp_port
from programs import Program, binary
from strangers import version_2


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
