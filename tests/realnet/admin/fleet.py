"""Many agents in one process: each answers probes, and one server takes the connections of all."""
import json
import selectors
import socket
import struct
import threading
import time

from peers import GROUP


def address_of(number):
    """A loopback address of its own for each agent."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


class Responder:
    """Hears the probe requests to the group and answers them, on a thread of its own until it is stopped.

    What is answered is the subclass' `answer(request, monitor)`: the request's members, and the address to send to.
    It is to give up when `_stopping` is set.
    """

    def __init__(self, port, source):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((GROUP, port))
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1"))
        self._socket.settimeout(0.1)
        self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._out.bind((source, 0))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.is_set():
            try:
                data, monitor = self._socket.recvfrom(2000)
            except socket.timeout:
                continue
            self.answer(json.loads(data.split(b"\n")[0]), monitor)

    def answer(self, request, monitor):
        raise NotImplementedError

    def stop(self):
        self._stopping.set()
        self._thread.join(10)
        self._socket.close()
        self._out.close()


class Fleet(Responder):
    """Answers every probe request once for each agent, spread over the reply window.

    `figures(number, round)` yields the keys of a response; `rtt_s(number, round)` the RTT that the
    proxy shall see (the hold time is reported accordingly). A name in `silent` does not answer.
    """

    def __init__(self, port, count, server_port, figures=None, rtt_s=None):
        self.names = [f"web-{number + 1:03d}" for number in range(count)]
        self.silent = set()
        self.states = {}
        self._figures = figures or (lambda number, round_: {"RAM": 4e9, "CPU": 50, "cores": 1})
        self._rtt_s = rtt_s or (lambda number, round_: 200e-6)
        self._server_port = server_port
        self._round = 0
        super().__init__(port, "127.0.0.1")

    def answer(self, request, monitor):
        begin, round_ = time.monotonic(), self._round
        self._round += 1
        # Half of the window: also on a busy machine all answers leave before it ends.
        step = request.get("window_ms", 0) / 2e3 / max(1, len(self.names))
        for number, name in enumerate(self.names):
            if name in self.silent:
                continue
            self._stopping.wait(max(0, begin + number * step - time.monotonic()))
            if self._stopping.is_set():
                return
            held = time.monotonic() - begin - self._rtt_s(number, round_)
            pdu = {"tipo": "probe response", "IP": address_of(number), "Door": self._server_port,
                   "v": 2, "id": name, "nonce": request["nonce"],
                   "hold_us": max(0, int(held * 1e6)),
                   "state": self.states.get(name, "ready"), **self._figures(number, round_)}
            self._out.sendto(json.dumps(pdu).encode(), monitor)


class FleetServer:
    """One thread that echoes on the addresses of all agents of a fleet."""

    def __init__(self, count):
        self._selector = selectors.DefaultSelector()
        self._listeners = []
        self.port = 0
        for number in range(count):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address_of(number), self.port))
            listener.listen(128)
            listener.setblocking(False)
            self.port = listener.getsockname()[1]
            self._listeners.append(listener)
            self._selector.register(listener, selectors.EVENT_READ)
        self._wake, woken = socket.socketpair()
        self._woken = woken
        self._selector.register(woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        listeners = set(self._listeners)
        while True:
            for key, _ in self._selector.select():
                connection = key.fileobj
                if connection is self._woken:
                    return
                if connection in listeners:
                    try:
                        accepted, _ = connection.accept()
                    except OSError:
                        continue
                    self._selector.register(accepted, selectors.EVENT_READ)
                    continue
                try:
                    data = connection.recv(65536)
                    if data:
                        connection.sendall(data)
                        continue
                except OSError:
                    pass
                self._selector.unregister(connection)
                connection.close()

    def stop(self):
        self._wake.send(b"x")
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._wake.close()


class Traffic:
    """Short connections through a proxy, at a steady rate, until stopped; some stay open a while."""

    def __init__(self, port, per_second, keep=0):
        self.made = 0
        self._port = port
        self._pause = 1 / per_second
        self._keep = keep
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        kept = []
        due = time.monotonic()
        while not self._stopping.wait(max(0, due - time.monotonic())):
            due += self._pause
            try:
                connection = socket.create_connection(("127.0.0.1", self._port), timeout=5)
                connection.sendall(b"x")
                connection.recv(1)
            except OSError:
                continue
            self.made += 1
            kept.append(connection)
            if len(kept) > self._keep:
                kept.pop(0).close()
        for connection in kept:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def stop(self):
        self._stopping.set()
        self._thread.join(10)
