"""The ends of the soak's connections: they do what the model says and look at all that comes."""
import errno
import selectors
import socket
import struct
import time

from soak_model import HEADER


class End:
    """One end of one connection. `verdict`: None until it is over, then "" or what was wrong."""

    def __init__(self, model, connection, number=None):
        connection.setblocking(False)
        self.connection = connection
        self.is_client = number is not None
        self.verdict = None
        self.outcome = ""  # "end", "reset" or "own reset"
        self._model = model
        self._number = number
        self._mine = self._theirs = None
        self._step = 0
        self._sent = 0  # of all steps
        self._in_step = 0
        self._received = 0
        self._head = b""  # of a server: the header so far
        self._is_deaf_until = 0.0
        self._has_read_end = False
        self._was_reset = False
        if self.is_client:
            self._mine, self._theirs = model.plans(number)
            self._narrow(11)

    def work(self, now):
        """Does all that can be done now; call it on every event, and when `pause_until` is over."""
        try:
            if now >= self._is_deaf_until:
                self._write(now)
            if self.verdict is None and now >= self._is_deaf_until:
                self._read()
                self._write(now)  # it may have waited for what came
        except _Wrong as wrong:
            self._over(str(wrong))

    def _narrow(self, one_in):
        """Some take little at a time: the relay is held back by them."""
        if self._number % one_in == 0:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)

    def pause_until(self):
        """Seconds of the clock; 0 while it is not pausing."""
        return self._is_deaf_until

    def wants(self, now):
        """Events to wait for."""
        if now < self._is_deaf_until:
            return 0
        wanted = 0 if self._has_read_end else selectors.EVENT_READ
        kind = self._kind()
        return wanted | (selectors.EVENT_WRITE if kind in ("send", "urgent") else 0)

    def _kind(self):
        if self._mine is None or self._step == len(self._mine.steps):
            return "none"
        return self._mine.steps[self._step][0]

    def _write(self, now):
        while self.verdict is None and (kind := self._kind()) != "none":
            step = self._mine.steps[self._step]
            try:
                if kind in ("send", "urgent"):
                    self._send(step)
                    if self._in_step < step[1]:
                        continue
                elif kind == "await" and self._received < step[1] and not self._has_read_end:
                    return
                elif kind == "pause":
                    self._is_deaf_until = now + step[1]
                elif kind == "end":
                    self.connection.shutdown(socket.SHUT_WR)
                elif kind == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
                    self.outcome = "own reset"
                    self._over("")
                    return
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    # The kernel tells of a reset once: what is read after this ends as if all were well.
                    self._allow_reset(error)
                    self._was_reset = True
                # shutdown() does not tell of it: the next read will.
                self._step = len(self._mine.steps)
                break
            self._step += 1
            self._in_step = 0
            if kind == "pause":
                return
        if self.verdict is None and self._has_read_end and self._kind() == "none":
            self.outcome = "reset" if self._was_reset else "end"
            self._over("")

    def _send(self, step):
        number = self._number if self.is_client else None
        piece = self._model.stream(self._mine, self._sent, step[1] - self._in_step, number)
        sent = self.connection.send(piece, socket.MSG_OOB if step[0] == "urgent" else 0)
        self._in_step += sent
        self._sent += sent

    def _read(self):
        while not self._has_read_end:
            try:
                data = self.connection.recv(1 << 18)
            except BlockingIOError:
                return
            except OSError as error:
                self._allow_reset(error)
                self.outcome = "reset"
                self._over("")
                return
            if not data:
                self._has_read_end = True
                self._check_end()
            else:
                self._check(data)

    def _check(self, data):
        if self._theirs is None:
            self._head += data
            if len(self._head) < HEADER.size:
                return
            self._number = HEADER.unpack_from(self._head)[0]
            self._theirs, self._mine = self._model.plans(self._number)
            self._narrow(13)
            data = self._head
        number = None if self.is_client else self._number
        expected = self._model.stream(self._theirs, self._received, len(data), number)
        if self._received + len(data) > self._theirs.size:
            raise _Wrong(f"{self._received + len(data)} bytes, only {self._theirs.size} were sent")
        if data != expected:
            at = next(i for i, (a, b) in enumerate(zip(data, expected)) if a != b)
            raise _Wrong(f"byte {self._received + at} of {self._theirs.size} is not what was sent")
        self._received += len(data)

    def _check_end(self):
        if self._theirs is None:
            if not self._was_reset:
                raise _Wrong(f"a clean end after {len(self._head)} bytes of the header")
            return
        if self._was_reset:
            return
        if not self._theirs.ends:
            raise _Wrong(f"a reset became an end after {self._received} bytes")
        if self._received < self._theirs.size:
            raise _Wrong(f"a clean end after {self._received} of {self._theirs.size} bytes")

    def _allow_reset(self, error):
        """Only who plans a reset may cause one; a header cut by one says too little to know."""
        if not isinstance(error, (ConnectionResetError, BrokenPipeError)):
            raise _Wrong(repr(error))
        if self._theirs is not None and not self._theirs.resets:
            raise _Wrong(f"{error!r} after {self._received} of {self._theirs.size} bytes; "
                         "the other end does not reset")

    def _over(self, verdict):
        self.verdict = verdict
        self.connection.close()

    def describe(self):
        """Where it stands, for messages."""
        def told(plan):
            return "unknown" if plan is None else " ".join("-".join(str(part) for part in step)
                                                           for step in plan.steps)
        return (f"connection {self._number} at the {'client' if self.is_client else 'server'}: "
                f"step {self._step}, {self._sent} sent, {self._received} received"
                f"{', end read' if self._has_read_end else ''}; "
                f"own plan: {told(self._mine)}; the other's: {told(self._theirs)}")


class _Wrong(Exception):
    """The connection did what it must not."""


class Crowd:
    """Any number of ends in one thread."""

    def __init__(self, on_over):
        self.selector = selectors.DefaultSelector()
        self.ends = {}  # by socket
        self._on_over = on_over
        self._pausing = set()

    def add(self, end):
        self.ends[end.connection] = end
        self.selector.register(end.connection, selectors.EVENT_READ, end)
        self._work(end, time.monotonic())

    def turn(self, longest):
        """Waits for events for `longest` seconds at most; returns keys of what is no end."""
        now = time.monotonic()
        if self._pausing:
            longest = min(longest, max(0.0, min(e.pause_until() for e in self._pausing) - now))
        others = []
        ready = self.selector.select(longest)
        now = time.monotonic()
        for key, _ in ready:
            if isinstance(key.data, End):
                self._work(key.data, now)
            else:
                others.append(key)
        for end in [end for end in self._pausing if end.pause_until() <= now]:
            self._work(end, now)
        return others

    def _work(self, end, now):
        connection = end.connection
        registered = connection in self.selector.get_map()
        if registered:
            before = self.selector.get_key(connection).events
        descriptor = connection.fileno()
        if descriptor < 0:
            return
        end.work(now)
        self._pausing.discard(end)
        if end.verdict is not None:
            if registered:
                self.selector.unregister(connection)
            del self.ends[connection]
            self._on_over(end)
            return
        wanted = end.wants(now)
        if not wanted:
            # No events at all: an error would be told again and again.
            if registered:
                self.selector.unregister(connection)
        elif not registered:
            self.selector.register(connection, wanted, end)
        elif wanted != before:
            self.selector.modify(connection, wanted, end)
        if now < end.pause_until():
            self._pausing.add(end)
