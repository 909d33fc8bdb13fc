"""The relay on real sockets: every byte and every end."""
import hashlib
import os
import queue
import random
import socket
import threading
import time

import pytest
from peers import EchoServer, connect, echo, read_all, read_exactly

MIB = 1 << 20


@pytest.fixture(params=["pipes", "copies"])
def mode(request):
    """Both ways to move a stream: through pipes, and copied because there are none."""
    return [] if request.param == "pipes" else ["--pipes", "0"]


def test_client_half_closes_and_still_gets_the_answer(world):
    def handle(connection):
        request = read_all(connection)  # returns at the end that the client sent
        for _ in range(100):
            connection.sendall(b"answer to " + request)

    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert read_all(client) == b"answer to question" * 100


def test_server_half_closes_and_still_gets_the_rest(world):
    got = []
    done = threading.Event()

    def handle(connection):
        connection.sendall(b"no more from me")
        connection.shutdown(socket.SHUT_WR)
        got.append(hashlib.sha256(read_all(connection)).digest())
        done.set()

    world.agent(world.server(handle))
    proxy = world.proxy()
    client = connect(proxy.port)
    assert read_all(client) == b"no more from me"
    data = random.Random(2).randbytes(10 * MIB)
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)
    assert done.wait(20)
    assert got == [hashlib.sha256(data).digest()]


def test_64_mib_each_way_at_once(world, mode):
    size = 64 * MIB
    down = random.Random(3).randbytes(size)
    up = random.Random(4).randbytes(size)
    received = []
    done = threading.Event()

    def handle(connection):
        sender = threading.Thread(target=connection.sendall, args=(down,), daemon=True)
        sender.start()
        received.append(hashlib.sha256(read_exactly(connection, size)).digest())
        sender.join(20)
        done.set()

    world.agent(world.server(handle))
    proxy = world.proxy(*mode)
    client = connect(proxy.port)
    sender = threading.Thread(target=client.sendall, args=(up,), daemon=True)
    sender.start()
    assert hashlib.sha256(read_exactly(client, size)).digest() == hashlib.sha256(down).digest()
    sender.join(20)
    client.shutdown(socket.SHUT_WR)
    assert read_all(client) == b""
    assert done.wait(20)
    assert received == [hashlib.sha256(up).digest()]
    counters = proxy.wait_counters(lambda c: c["completed"] == 1)
    assert counters["bytes_to_servers"] == counters["bytes_to_clients"] == size
    assert (counters["spliced_bytes"] > size) == (not mode), "streams must go through pipes"


def test_random_pieces_come_back_in_order(world, mode):
    world.agent(world.server(echo))
    proxy = world.proxy(*mode)
    rng = random.Random(5)
    client = connect(proxy.port)
    for _ in range(150):
        size = rng.choice([1, 10, 1000, 20_000, 200_000])
        piece = rng.randbytes(size)
        sender = threading.Thread(target=client.sendall, args=(piece,), daemon=True)
        sender.start()
        assert read_exactly(client, size) == piece
        sender.join(20)
    client.close()


def test_server_speaks_first(world):
    def handle(connection):
        connection.sendall(b"220 hello\r\n")
        echo(connection)

    world.agent(world.server(handle))
    proxy = world.proxy()
    times = []
    for _ in range(20):
        start = time.monotonic()
        with connect(proxy.port) as client:
            assert read_exactly(client, 11) == b"220 hello\r\n"
        times.append(time.monotonic() - start)
    # Delayed acknowledgements would cost 40 to 200 ms; the median forgives a loaded machine.
    assert sorted(times)[10] < 0.03


def test_data_and_end_in_one_segment(world):
    def handle(connection):
        connection.recv(10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        connection.sendall(b"answer")  # leaves with the end that close() sends

    world.agent(world.server(handle))
    proxy = world.proxy()
    for _ in range(200):
        with connect(proxy.port) as client:
            client.sendall(b"?")
            assert read_all(client) == b"answer"


@pytest.mark.parametrize("slow", ["client", "server"])
def test_a_slow_reader_does_not_fill_memory(world, mode, slow):
    size = 96 * MIB
    data = random.Random(6).randbytes(MIB)
    expected = hashlib.sha256(data * 96).digest()
    sent = [0]
    go = threading.Event()
    result = []
    done = threading.Event()

    def send(connection):
        while sent[0] < size:
            sent[0] += connection.send(data[sent[0] % MIB:])

    def receive(connection):
        go.wait(20)
        digest = hashlib.sha256()
        left = size
        while left:
            part = connection.recv(min(left, MIB))
            left -= len(part)
            digest.update(part)
        result.append(digest.digest())
        done.set()

    world.agent(world.server(send if slow == "client" else receive))
    proxy = world.proxy(*mode)
    before = memory(proxy.pid)
    client = connect(proxy.port)
    threading.Thread(target=receive if slow == "client" else send, args=(client,),
                     daemon=True).start()
    wait_until_stalled(sent)
    assert sent[0] < 40 * MIB, "the sender must be held back"
    assert memory(proxy.pid) - before < 4 * MIB
    go.set()
    assert done.wait(20)
    assert result == [expected]


def wait_until_stalled(sent):
    """Returns when nothing more was sent for half a second."""
    never = threading.Event()
    last, since = -1, time.monotonic()
    end = since + 20
    while time.monotonic() - since < 0.5:
        assert time.monotonic() < end, "the sender was never held back"
        if sent[0] != last:
            last, since = sent[0], time.monotonic()
        never.wait(0.02)
    assert last > 0


def memory(pid):
    """Resident memory of a process, in bytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_an_urgent_byte_keeps_its_place_and_holds_nothing_up(world, mode):
    """As telnet and FTP send it; the kernel ends reads before it, and splice() never gets beyond it."""
    got = []
    done = threading.Event()

    def handle(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        got.append(read_exactly(connection, 4 * MIB + 8))
        connection.send(b"back!", socket.MSG_OOB)
        connection.sendall(b" done")
        done.wait(20)

    world.agent(world.server(handle))
    proxy = world.proxy(*mode)
    client = connect(proxy.port)
    client.sendall(bytes(4 * MIB))
    client.send(b"abc!", socket.MSG_OOB)
    client.sendall(b"more")
    assert read_exactly(client, 10) == b"back! done"
    done.set()
    assert got[0][-8:] == b"abc!more"


def test_500_connections_at_once(world):
    world.agent(world.add(EchoServer()))
    proxy = world.proxy()
    before = len(descriptors(proxy.pid))
    clients = [connect(proxy.port) for _ in range(500)]
    for number, client in enumerate(clients):
        client.sendall(b"%08d" % number)
    for number, client in enumerate(clients):
        assert read_exactly(client, 8) == b"%08d" % number
    assert proxy.counters()["open"] == 500
    for client in clients:
        client.shutdown(socket.SHUT_WR)
    for client in clients:
        assert read_all(client) == b""
        client.close()
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["completed"] == counters["accepted"] == 500
    assert counters["agents"][0]["completions"] == 500
    assert len(descriptors(proxy.pid)) == before, "descriptors leak"


def descriptors(pid):
    return os.listdir(f"/proc/{pid}/fd")


def test_a_stream_does_not_starve_small_requests(world):
    def handle(connection):
        kind = connection.recv(1)
        if kind == b"s":
            while True:
                connection.sendall(b"x" * MIB)
        echo(connection)

    world.agent(world.server(handle))
    proxy = world.proxy("--workers", "1")
    stream = connect(proxy.port)
    stream.sendall(b"s")
    stop = threading.Event()

    def swallow():
        while not stop.is_set():
            stream.recv(MIB)

    reader = threading.Thread(target=swallow, daemon=True)
    reader.start()
    times = []
    with connect(proxy.port) as client:
        client.sendall(b"p")
        for _ in range(100):
            start = time.monotonic()
            client.sendall(b"ping")
            read_exactly(client, 4)
            times.append(time.monotonic() - start)
    stop.set()
    reader.join(20)
    stream.close()
    assert sorted(times)[50] < 0.1


def send_with_urgent(connection, before, tail):
    """Bytes, an urgent one, a tail, and the end: all at once. The end may find the peer gone."""
    connection.sendall(b"a" * before)
    connection.send(b"b", socket.MSG_OOB)
    connection.sendall(b"c" * tail)
    connection.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("tail", [0, 1, 5000])
@pytest.mark.parametrize("way", ["down", "up"])
def test_bytes_behind_an_urgent_byte_arrive_although_the_end_came_with_them(world, mode, way, tail):
    """What splice() says at an urgent mark is what it says at an end."""
    before = 200_000
    expected = hashlib.sha256(b"a" * before + b"b" + b"c" * tail).digest()
    got = queue.Queue()

    def handle(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        read_exactly(connection, 8)
        if way == "down":
            send_with_urgent(connection, before, tail)
            read_all(connection)
        else:
            got.put(hashlib.sha256(read_all(connection)).digest())

    world.agent(world.server(handle))
    proxy = world.proxy(*mode)
    for _ in range(50):
        with connect(proxy.port) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            client.sendall(b"question")
            if way == "down":
                got.put(hashlib.sha256(read_all(client)).digest())
            else:
                send_with_urgent(client, before, tail)
                assert read_all(client) == b""
        assert got.get(timeout=20) == expected
