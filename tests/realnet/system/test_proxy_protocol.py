"""The PROXY protocol: headers to servers, and from proxies that are trusted."""
import contextlib
import queue
import socket
import struct

import pytest
from peers import connect, read_all, read_exactly

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def mirror(connection):
    """Sends back all that came, header included, when the client has ended."""
    connection.sendall(read_all(connection))


def exchange(port, data, address="127.0.0.1"):
    """Sends, ends, and returns own port and answer."""
    with connect(port, address) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return client.getsockname()[1], read_all(client)


def test_servers_get_version_1(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--proxy-protocol", "v1")
    own, answer = exchange(proxy.port, b"hello")
    assert answer == f"PROXY TCP4 127.0.0.1 127.0.0.1 {own} {proxy.port}\r\nhello".encode()


def test_servers_get_version_2(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--proxy-protocol", "v2")
    own, answer = exchange(proxy.port, b"hello")
    home = socket.inet_aton("127.0.0.1")
    assert answer == SIGNATURE + b"\x21\x11" + struct.pack(">H", 12) + home + home + \
        struct.pack(">HH", own, proxy.port) + b"hello"


def test_a_server_that_speaks_first_gets_its_header_first(world):
    def handle(connection):
        connection.sendall(b"220 ready\r\n" + connection.recv(200))

    world.agent(world.server(handle))
    proxy = world.proxy("--proxy-protocol", "v1")
    with connect(proxy.port) as client:  # which says nothing
        assert read_all(client).startswith(b"220 ready\r\nPROXY TCP4 127.0.0.1")


@pytest.mark.parametrize("header,named", [
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 1111 443\r\n", b"PROXY TCP4 192.0.2.7 192.0.2.1 1111 443"),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n", b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2"),
    (SIGNATURE + b"\x21\x11\0\x0c" + bytes([192, 0, 2, 7, 192, 0, 2, 1, 4, 87, 1, 187]),
     b"PROXY TCP4 192.0.2.7 192.0.2.1 1111 443"),
    (SIGNATURE + b"\x20\0\0\0", b"PROXY TCP4 127.0.0.1 127.0.0.1"),
    (b"PROXY UNKNOWN\r\n", b"PROXY TCP4 127.0.0.1 127.0.0.1"),
])
def test_who_a_trusted_proxy_names_is_passed_on(world, header, named):
    world.agent(world.server(mirror))
    proxy = world.proxy("--proxy-protocol", "v1", "--trusted-proxy", "127.0.0.0/8")
    _, answer = exchange(proxy.port, header + b"hello")
    assert answer.startswith(named) and answer.endswith(b"\r\nhello")
    assert answer.count(b"PROXY") == 1


def test_a_header_byte_by_byte(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--trusted-proxy", "127.0.0.1")
    with connect(proxy.port) as client:
        for byte in b"PROXY TCP4 192.0.2.7 192.0.2.1 1111 443\r\n":
            client.sendall(bytes([byte]))
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b"hello"


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"PROXY TCP4 x\r\n", b"PROXY TC"])
def test_a_trusted_proxy_without_header_is_reset(world, data):
    server = world.server(mirror)
    world.agent(server)
    proxy = world.proxy("--trusted-proxy", "127.0.0.1")
    with connect(proxy.port) as client:
        client.sendall(data)
        with contextlib.suppress(OSError):  # the reset may be there already
            client.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):
            read_exactly(client, 1)
    assert proxy.counters()["bad_proxy_headers"] == 1
    assert server.accepted == 0


def test_a_trusted_proxy_that_says_nothing_is_reset(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--trusted-proxy", "127.0.0.1", "--connect-timeout", "200ms")
    with connect(proxy.port) as client, pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.counters()["bad_proxy_headers"] == 1


def test_headers_of_strangers_are_data(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--trusted-proxy", "10.0.0.0/8")
    header = b"PROXY TCP4 192.0.2.7 192.0.2.1 1111 443\r\n"
    assert exchange(proxy.port, header)[1] == header


def test_a_trusted_proxy_that_only_looks_is_no_fault(world):
    world.agent(world.server(mirror))
    proxy = world.proxy("--trusted-proxy", "127.0.0.1")
    connect(proxy.port).close()  # as a bare TCP check does
    counters = proxy.wait_counters(lambda c: c["clients_gone"] == 1)
    assert counters["bad_proxy_headers"] == 0
    assert not [line for line in proxy.lines if " error " in line]


@pytest.mark.parametrize("version,header", [
    ("v1", b"PROXY UNKNOWN\r\n"), ("v2", SIGNATURE + b"\x20\0\0\0")])
def test_a_health_check_says_that_it_is_for_no_client(world, version, header):
    got = queue.Queue()
    server = world.server(lambda connection: got.put(read_all(connection)))
    world.proxy("--proxy-protocol", version, "--server", f"{server.address}:{server.port}",
                agents=1)
    assert got.get(timeout=20) == header
