"""Peers of the proxy for tests: TCP servers that do as told, and an agent whose figures are set."""
import base64
import hashlib
import json
import select
import selectors
import socket
import struct
import threading
import weakref

from programs import DEADLINE_S

GROUP = "239.8.8.8"


def free_udp_port():
    """A port that nobody uses now; tests on one machine then do not hear each other's probes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def free_tcp_port():
    """A port that no socket uses now, IPv4 or IPv6, not even one that waits for its end."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True,
                              reuse_port=False) as s:
        return s.getsockname()[1]


def reset(connection):
    """Closes a TCP connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def connect(port, address="127.0.0.1"):
    connection = socket.create_connection((address, port), timeout=DEADLINE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_all(connection):
    """Reads to the end of the stream."""
    parts = []
    while True:
        part = connection.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def read_exactly(connection, size):
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(1 << 20, size - len(parts)))
        assert part, f"the stream ended after {len(parts)} of {size} bytes"
        parts += part
    return bytes(parts)


class Server:
    """Listens on a loopback address and gives every connection to `handle` in a thread."""

    def __init__(self, handle, address="127.0.0.2", backlog=512):
        self.handle = handle
        self.accepted = 0
        self.errors = []
        self._held = weakref.WeakSet()
        self._listener = socket.socket()
        self._listener.bind((address, 0))
        self._listener.listen(backlog)
        self.address, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            connection.settimeout(DEADLINE_S)
            self._held.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self.handle(connection)
        except (ConnectionError, BrokenPipeError, ValueError):
            pass  # tests look at what the other end got
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.errors.append(error)
        finally:
            if connection.fileno() >= 0:
                connection.close()

    def drop(self):
        """Resets the connections that it has, whatever their threads wait for."""
        for connection in list(self._held):
            if connection.fileno() >= 0:
                reset(connection)

    def stop(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self._listener.close()
        self._thread.join(5)


class EchoServer:
    """Echoes on any number of connections at once, in one thread."""

    def __init__(self, address="127.0.0.2"):
        self._listener = socket.socket()
        self._listener.bind((address, 0))
        self._listener.listen(1024)
        self._listener.setblocking(False)
        self.address, self.port = self._listener.getsockname()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is self._woken:
                    return
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    connection.settimeout(DEADLINE_S)
                    selector.register(connection, selectors.EVENT_READ)
                    continue
                try:
                    data = key.fileobj.recv(65536)
                    if data:
                        key.fileobj.sendall(data)
                        continue
                except OSError:
                    pass
                selector.unregister(key.fileobj)
                key.fileobj.close()

    def stop(self):
        self._wake.send(b"x")
        self._thread.join(5)
        self._listener.close()


def echo(connection):
    while True:
        data = connection.recv(65536)
        if not data:
            return
        connection.sendall(data)


class Agent:
    """Answers probes at once with the figures that the test sets: those to the group, and those for
    this agent alone, which come to where its responses leave from.

    `figures` are keys of the response; `sign` is a function from PDU to datagram.
    """

    def __init__(self, port, server, address="127.0.0.2", name=None, sign=None, **figures):
        self.server = server  # (address, port)
        self.name = name or f"agent-{server[0]}-{server[1]}"
        self.figures = {"RAM": 1e9, "CPU": 50, **figures}
        self.sign = sign or (lambda pdu: pdu)
        self.silent = False
        self.is_deaf = False  # to the group; it still answers requests for itself
        self.requests = []  # (decoded request, monitor's address)
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((GROUP, port))
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1"))
        self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.bind((address, 0))
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def response(self, request, **changes):
        """The PDU that answers a request, as bytes."""
        pdu = {"tipo": "probe response", "IP": self.server[0], "Door": self.server[1],
               "v": 2, "id": self.name, "hold_us": 0, **self.figures}
        if "nonce" in request:
            pdu["nonce"] = request["nonce"]
        pdu.update(changes)
        return json.dumps({k: v for k, v in pdu.items() if v is not None}).encode()

    def _run(self):
        while not self._stopping:
            for ready in select.select([self._socket, self.out], [], [], 0.1)[0]:
                data, monitor = ready.recvfrom(2000)
                request = json.loads(data.split(b"\n")[0])
                if not self.silent and not (self.is_deaf and ready is self._socket):
                    self.out.sendto(self.sign(self.response(request)), monitor)
                with self._changed:
                    self.requests.append((request, monitor))
                    self._changed.notify_all()

    def wait_request(self, after=None):
        """The next request (or the first after number `after`) and the monitor's address."""
        with self._changed:
            number = len(self.requests) if after is None else after
            assert self._changed.wait_for(lambda: len(self.requests) > number, DEADLINE_S), \
                "no probe request came"
            return self.requests[number]

    def stop(self):
        self._stopping = True
        self._thread.join(5)
        self._socket.close()
        self.out.close()


def seal(key, role, sender, pdu, kid="k1", label=""):
    """A PDU with its trailer line, computed from the documentation with another BLAKE2b."""
    prefix = f"auth b2 kid={kid} mac=".encode()
    text = b"\0".join([b"sonda-probe-v2", role, label.encode(), sender.encode(), pdu])
    mac = hashlib.blake2b(text + b"\n" + prefix, key=key, digest_size=16).digest()
    return pdu + b"\n" + prefix + base64.urlsafe_b64encode(mac).rstrip(b"=")


def write_key(path, key, kid="k1"):
    path.write_text(f"key {kid} {base64.b64encode(key).decode()}\nactive {kid}\n")
    path.chmod(0o600)
    return path
