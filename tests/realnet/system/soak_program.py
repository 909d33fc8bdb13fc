"""One side of the soak, see soak_model.py and test_soak.py.

python3 soak_program.py server SEED ADDRESS          ends at the end of its standard input
python3 soak_program.py client SEED ADDRESS PORT COUNT AT_ONCE

Prints a line for each connection that was wrong, and at the end "over: {…}" with how many ended how.
"""
import collections
import json
import resource
import socket
import sys
import time

from soak_ends import Crowd, End
from soak_model import Model

STALL_S = 20  # without any connection ending: what is open then hangs


class Side:
    """Counts and tells how connections end."""

    def __init__(self):
        self.outcomes = collections.Counter()
        self.last = time.monotonic()
        self.crowd = Crowd(self._over)

    def _over(self, end):
        self.last = time.monotonic()
        self.outcomes[end.outcome or "wrong"] += 1
        if end.verdict:
            self.tell(f"wrong: {end.verdict}; {end.describe()}")

    def is_stalled(self):
        return time.monotonic() - self.last > STALL_S

    def finish(self):
        for end in self.crowd.ends.values():
            self.outcomes["hang"] += 1
            self.tell(f"wrong: it hangs; {end.describe()}")
        print("over: " + json.dumps(self.outcomes), flush=True)

    @staticmethod
    def tell(line):
        print(line[:2000], flush=True)


def serve(model, address):
    side = Side()
    listener = socket.socket()
    listener.bind((address, 0))
    listener.listen(4096)
    listener.setblocking(False)
    side.crowd.selector.register(listener, 1, "listener")
    side.crowd.selector.register(sys.stdin, 1, "stdin")
    print(f"port {listener.getsockname()[1]}", flush=True)
    ending = False
    while not ending or (side.crowd.ends and not side.is_stalled()):
        for key in side.crowd.turn(0.5):
            if key.data == "stdin":
                ending = True
                side.last = time.monotonic()
                side.crowd.selector.unregister(sys.stdin)
                continue
            for _ in range(64):
                try:
                    connection, _ = listener.accept()
                except BlockingIOError:
                    break
                side.crowd.add(End(model, connection))
    side.finish()


def ask(model, address, port, count, at_once):
    side = Side()
    started = 0
    while started < count or side.crowd.ends:
        while started < count and len(side.crowd.ends) < at_once:
            side.crowd.add(End(model, socket.create_connection((address, port)), started))
            started += 1
        side.crowd.turn(0.5)
        if side.is_stalled():
            break
    side.finish()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    role, seed, address, *rest = sys.argv[1:]
    model = Model(int(seed))
    if role == "server":
        serve(model, address)
    else:
        ask(model, address, *(int(number) for number in rest))


main()
