"""What the admin listener does not do for anybody: foreign pages, odd requests, places that are held."""
import select
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest
from programs import DEADLINE_S


def test_every_answer_is_guarded(world):
    proxy = world.start_proxy()
    for path in ("/", "/main.js", "/page.css", "/uplot.js", "/favicon.svg", "/api/state",
                 "/metrics", "/healthz", "/nosuch", "/api/history.csv?after=x"):
        status, headers, _ = proxy.get(path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
    assert proxy.get("/nosuch")[0] == 404
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert proxy.get("/api/state", method=method)[0] == 405
    status, headers, body = proxy.get("/api/state", method="HEAD")
    assert status == 200 and body == ""


def test_a_page_of_another_site_gets_nothing(world):
    proxy = world.start_proxy()
    port = urlsplit(proxy.url).port
    for host in ("localhost", f"localhost:{port}", f"127.0.0.1:{port}", "127.0.0.1", "[::1]:80"):
        assert proxy.get("/api/state", headers={"Host": host})[0] == 200, host
    for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "127.0.0.1.x"):
        status, _, text = proxy.get("/api/state", headers={"Host": host})
        assert status == 421 and "agents" not in text, host


def test_odd_requests_do_no_harm(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00\xff\x16\x03\x01",
                    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
                    b"POST /api/agents/a/drain HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nx",
                    b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    b"GET /%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
            try:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                answer = client.recv(65536)
            except OSError:
                answer = b""
            assert b"root:" not in answer
    assert proxy.get("/healthz")[0] == 200


@pytest.mark.parametrize("begin,more", [
    (b"GET /", b"a"),
    (b"GET / HTTP/1.1\r\nX: ", b"a"),
    (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
    (b"POST /api/agents/a/drain HTTP/1.1\r\nContent-Length: 99999999999\r\n", b"X: y\r\n"),
])
def test_a_request_without_end_is_cut(world, begin, more):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
        with pytest.raises(ConnectionError):  # the proxy has closed
            client.sendall(begin)
            for _ in range(2000):  # 20 MB at least, more than all buffers of the kernel
                client.sendall(more * 10_000)
    assert proxy.get("/healthz")[0] == 200


def test_a_request_that_trickles_is_cut(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
        client.sendall(b"GET /")
        end = time.monotonic() + DEADLINE_S
        # No pause is long enough to be taken for an idle connection.
        while not select.select([client], [], [], 0.3)[0]:
            assert time.monotonic() < end, "the trickling client still holds a thread"
            client.sendall(b"a")


def test_ranges_do_not_multiply_an_answer(world):
    proxy = world.start_proxy()
    whole = proxy.get("/page.css")[2]
    for ranges in ("0-9", ",".join(["0-"] * 2000)):
        status, _, text = proxy.get("/page.css", headers={"Range": f"bytes={ranges}"})
        assert (status, text) == (200, whole), ranges


def test_idle_connections_hold_neither_the_listener_nor_the_end(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    idle = [socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S)
            for _ in range(60)]  # more than there are threads
    try:
        assert proxy.get("/healthz")[0] == 200
        begin = time.monotonic()
        proxy.signal(signal.SIGTERM)
        assert proxy.wait_end() == 0
        assert time.monotonic() - begin < 15
    finally:
        for connection in idle:
            connection.close()
