"""The model of the soak: what both ends of a connection do, from a seed, and what each must see.

Client and server are two programs that never speak to each other but through the proxy. Both reckon
the plans of connection number N from the same seed, so each knows what the other one sends.
"""
import random
import struct

HEADER = struct.Struct(">Q")  # the connection's number, first bytes of a client
PATTERN_BYTES = (1 << 20) + 7
LONGEST = 600_000  # bytes in one direction


class Plan:
    """What one end does, in order.

    `steps` are tuples: ("send", bytes), ("urgent", 1), ("await", bytes received so far), ("pause",
    seconds in which it neither reads nor writes), ("end",), ("reset",). Every plan ends with one of
    the last two; ("end",) may be followed by ("pause", …) and ("reset",).
    """

    def __init__(self, steps, offset):
        self.steps = steps
        self.offset = offset  # of its first byte in the pattern
        self.size = sum(step[1] for step in steps if step[0] in ("send", "urgent"))
        self.ends = ("end",) in steps
        self.resets = ("reset",) in steps


class Model:
    """Plans of all connections of one seed."""

    def __init__(self, seed):
        self._seed = seed
        pattern = random.Random(seed).randbytes(PATTERN_BYTES)
        self._pattern = memoryview(pattern + pattern[:LONGEST + HEADER.size])

    def plans(self, number):
        """Of the client and of the server of a connection."""
        rng = random.Random(f"{self._seed}/{number}")
        client = [("send", HEADER.size), *_talk(rng)]
        server = _talk(rng)
        if rng.random() < 0.3:
            _wait_for(rng, *((client, server) if rng.random() < 0.3 else (server, client)))
        for steps in client, server:
            _finish(rng, steps)
        return tuple(Plan(steps, rng.randrange(PATTERN_BYTES)) for steps in (client, server))

    def stream(self, plan, start, size, number=None):
        """Bytes `start` to `start + size` that a plan sends; those of a client need its number."""
        at = (plan.offset + start) % PATTERN_BYTES
        piece = self._pattern[at:at + size]
        if number is None or start >= HEADER.size:
            return piece
        return (HEADER.pack(number)[start:] + bytes(piece[HEADER.size - start:]))[:size]


def _size(rng):
    return rng.choice([rng.randint(1, 10), rng.randint(1, 10), rng.randint(10, 1500),
                       rng.randint(1500, 20_000), rng.randint(20_000, 70_000),
                       rng.randint(70_000, 250_000) if rng.random() < 0.3 else rng.randint(1, 3)])


def _talk(rng):
    """Sends, urgent bytes and pauses; often the urgent byte just before the end of a long stream."""
    kind = rng.random()
    if kind < 0.1:
        return [("send", rng.randint(100_000, 300_000)), ("urgent", 1)] + \
            [("send", rng.choice([1, 2, 50, 5000]))] * rng.randint(0, 1)
    steps = []
    for _ in range(rng.randint(0, 4) if kind < 0.9 else 9):
        steps.append(("send", _size(rng) if kind < 0.9 else rng.randint(1, 30)))
        if rng.random() < 0.15:
            steps += [("urgent", 1)] * rng.randint(1, 2)
        if rng.random() < 0.1:
            steps.append(("pause", rng.uniform(0, 0.03)))
    return steps


def _wait_for(rng, waiting, sending):
    """One end waits for what the other one sends; never both, for each other."""
    sent = sum(step[1] for step in sending if step[0] in ("send", "urgent"))
    at = rng.randrange(1 if waiting and waiting[0] == ("send", HEADER.size) else 0,
                       len(waiting) + 1)
    waiting.insert(at, ("await", rng.choice([sent, rng.randint(0, sent)])))


def _finish(rng, steps):
    if rng.random() < 0.1:
        steps.append(("pause", rng.uniform(0, 0.05)))
    if rng.random() < 0.8:
        steps.append(("end",))
        if rng.random() > 0.05:
            return
        steps.append(("pause", rng.uniform(0, 0.02)))
    steps.append(("reset",))
