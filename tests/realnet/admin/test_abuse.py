"""Clients of the admin listener that mean no good: it stays small, and answers the others."""
import os
import resource
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
from programs import DEADLINE_S, Program, binary

HEADERS = b"Host: localhost\r\n\r\n"
DESCRIPTORS = 37  # of the listener: docs/monitoring.md


def connect(proxy, blocking=True):
    where = urlsplit(proxy.url)
    client = socket.socket(socket.AF_INET6 if ":" in where.hostname else socket.AF_INET)
    client.settimeout(DEADLINE_S if blocking else 0)
    client.connect_ex((where.hostname, where.port))
    return client


def receive(client):
    """All that comes until the end, whichever end that is."""
    data = b""
    try:
        while piece := client.recv(65536):
            data += piece
    except ConnectionError:
        pass
    return data


def ask(proxy, request):
    with connect(proxy) as client:
        client.sendall(request)
        return receive(client)


def health_s(proxy):
    """How long /healthz takes."""
    begin = time.monotonic()
    assert proxy.get("/healthz")[0] == 200
    return time.monotonic() - begin


def descriptors(proxy):
    return len(os.listdir(f"/proc/{proxy.pid}/fd"))


@pytest.fixture
def many_files():
    """Room for thousands of clients in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_connection_carries_one_request(world):
    proxy = world.start_proxy()
    answer = ask(proxy, b"GET /healthz HTTP/1.1\r\n" + HEADERS + b"GET /metrics HTTP/1.1\r\n" + HEADERS)
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"\r\n\r\nok\n")
    assert b"Connection: close" in answer
    assert ask(proxy, b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("path", [b"/healthz%00", b"/healthz%00x", b"/%00/healthz", b"/..%2fhealthz",
                                  b"/api/state%00", b"/%ff", b"/%", b"/%zz", b"//healthz"])
def test_no_other_path_is_taken_for_one(world, path):
    proxy = world.start_proxy()
    assert ask(proxy, b"GET " + path + b" HTTP/1.1\r\n" + HEADERS).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("lines, status", [
    (b"NONSENSE\r\n\r\n", (b"400", b"")),
    (b"GET /healthz HTTP/9.9\r\n" + HEADERS, (b"400", b"505")),
    (b"GET /healthz HTTP/1.1\r\nContent-Length: x\r\n" + HEADERS, (b"400", b"413")),
    (b"POST /healthz HTTP/1.1\r\nContent-Length: 99999999999\r\n" + HEADERS, (b"413",)),
    (b"POST /healthz HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" + HEADERS, (b"400", b"413")),
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HEADERS, (b"414", b"431", b"")),
    (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + HEADERS, (b"431", b"413", b"")),
    (b"POST /api/agents/a/drain HTTP/1.1\r\nContent-Length: 3\r\n" + HEADERS + b"abc", (b"403",)),
], ids=["nonsense", "version", "length-text", "length-long", "length-beyond", "path-long", "headers-long", "body"])
def test_a_request_out_of_order_gets_its_status(world, lines, status):
    proxy = world.start_proxy()
    answer = ask(proxy, lines)
    assert answer[9:12] in status, answer[:200]
    assert health_s(proxy) < 5


def test_a_body_without_end_is_cut(world):
    proxy = world.start_proxy()
    with connect(proxy) as client:
        with pytest.raises(ConnectionError):
            client.sendall(b"POST /api/agents/a/drain HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HEADERS)
            for _ in range(2000):
                client.sendall(b"2710\r\n" + b"a" * 10_000 + b"\r\n")
    assert health_s(proxy) < 5


def test_thousands_of_event_readers_hold_nobody_up(world, many_files):
    proxy = world.start_proxy()
    before = descriptors(proxy)
    clients = [connect(proxy, blocking=False) for _ in range(3000)]
    try:
        most, slowest = 0, 0
        for client in clients:
            try:
                client.send(b"GET /api/events HTTP/1.1\r\n" + HEADERS)
            except OSError:
                pass  # not connected yet: it is one that says nothing
        for _ in range(20):
            slowest = max(slowest, health_s(proxy))
            most = max(most, descriptors(proxy))
        assert most - before <= DESCRIPTORS
        assert slowest < 10
    finally:
        for client in clients:
            client.close()


def test_slow_headers_make_room(world):
    """More than there are places trickle, and come again when they are cut."""
    proxy = world.start_proxy()
    stop = threading.Event()

    def trickle():
        clients = []
        while not stop.wait(0.2):
            clients += [connect(proxy, blocking=False) for _ in range(120 - len(clients))]
            for client in list(clients):
                try:
                    client.send(b"G" if client.fileno() % 2 else b"GET / HTTP/1.1\r\nX: y\r\n")
                except BlockingIOError:
                    pass
                except OSError:
                    client.close()
                    clients.remove(client)
        for client in clients:
            client.close()

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        time.sleep(1)  # until the places are taken
        assert max(health_s(proxy) for _ in range(5)) < 10
    finally:
        stop.set()
        thread.join()


def test_who_does_not_read_a_long_answer_makes_room(world):
    world.start_fleet(200)
    proxy = world.start_proxy()
    proxy.wait_agents(200)
    where = urlsplit(proxy.url)
    clients = []
    for _ in range(60):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(DEADLINE_S)
        client.connect((where.hostname, where.port))
        client.sendall(b"GET /api/state HTTP/1.1\r\n" + HEADERS)
        clients.append(client)
    try:
        assert health_s(proxy) < 15
    finally:
        for client in clients:
            client.close()


def test_the_listener_is_one_thread(world):
    proxy = world.start_proxy()
    assert proxy.get("/healthz")[0] == 200
    count = len(os.listdir(f"/proc/{proxy.pid}/task"))
    off = world.add(Program([binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0", "--admin", "off"]))
    off.wait_line("listening on")
    assert len(os.listdir(f"/proc/{off.pid}/task")) == count - 1


def test_ipv6(world):
    proxy = world.start_proxy(admin="[::1]:0")
    assert proxy.url.startswith("http://[::1]:")
    assert proxy.get("/healthz")[0] == 200
    assert ask(proxy, b"GET /api/state HTTP/1.1\r\nHost: evil.example\r\n\r\n").startswith(b"HTTP/1.1 421")
