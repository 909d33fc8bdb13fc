"""Load on a proxy for as long as a test does something to it; every failed request is kept."""
import threading

from peers import connect, read_all


class Load:
    """Threads that ask again and again: connect, send a line, read to the end."""

    def __init__(self, port, threads=4, address="127.0.0.1", expected=b"ok"):
        self.port = port
        self.address = address
        self.expected = expected
        self.answers = 0
        self.errors = []
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while not self._stop.is_set():
            try:
                with connect(self.port, self.address) as connection:
                    connection.sendall(b"?")
                    answer = read_all(connection)
                assert answer == self.expected, f"answer {answer!r}"
            except (OSError, AssertionError) as error:
                self.errors.append(repr(error))
            with self._changed:
                self.answers += 1
                self._changed.notify_all()

    def wait_answers(self, more, deadline_s=20):
        """Waits until that many more requests have ended."""
        with self._changed:
            target = self.answers + more
            assert self._changed.wait_for(lambda: self.answers >= target, deadline_s), \
                f"only {self.answers} of {target} requests ended"

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


def answer(connection):
    """The server of Load."""
    connection.recv(1)
    connection.sendall(b"ok")
