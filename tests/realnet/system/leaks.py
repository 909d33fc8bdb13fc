"""What a proxy holds: its descriptors and memory, and that both are back when it has nothing to do."""
import gc
import os
import re
import time

# What workers take once, when the first connection wants it: buffers of 64 and 256 KiB.
ROOM_KIB = 1024
PER_CONNECTION_KIB = 1  # of those that were open at a time: freed, but kept by malloc


class Holdings:
    """How many descriptors of each kind a process has, and its own memory in KiB."""

    def __init__(self, pid):
        self.kinds = {}
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{name}")
            except FileNotFoundError:
                continue  # closed meanwhile
            kind = re.sub(r":\[\d+\]$", "", target)
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            self.memory_kib = int(re.search(r"RssAnon:\s+(\d+) kB", status.read())[1])

    def beyond(self, before, pipes):
        """Descriptors that are more than before, by kind; `pipes` may be kept in pools."""
        more = {kind: count - before.kinds.get(kind, 0) for kind, count in self.kinds.items()}
        more["pipe"] = more.get("pipe", 0) - 2 * pipes
        return {kind: count for kind, count in more.items() if count > 0}


def is_sanitized(pid):
    """Sanitizers and valgrind keep freed memory, to find late uses of it."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        return re.search(r"lib[at]san|libubsan|vgpreload", maps.read()) is not None


class LeakCheck:
    """Remembers what proxies hold at their start, and looks again when they have nothing to do."""

    def __init__(self):
        self._watched = []

    def watch(self, proxy):
        """The proxy is ready and has no connection yet."""
        self._watched.append((proxy, Holdings(proxy.pid)))

    def check(self, deadline_s=10):
        """Clients and servers have let go of their connections; ended proxies are not looked at."""
        gc.collect()  # sockets of the test that nobody closed
        for proxy, before in self._watched:
            if proxy.is_running():
                self._check(proxy, before, time.monotonic() + deadline_s)

    def _check(self, proxy, before, end):
        counters = proxy.wait_counters(lambda c: c["open"] == 0, end - time.monotonic())
        pipes = 64 * os.cpu_count()  # defaults of --pipes and --workers
        while True:
            now = Holdings(proxy.pid)
            beyond = now.beyond(before, pipes)
            if not beyond:
                break
            # A health check may be under way.
            assert time.monotonic() < end, f"descriptors left behind by {proxy.command}: {beyond}"
            time.sleep(0.01)
        room = ROOM_KIB + PER_CONNECTION_KIB * min(counters["accepted"], 20_000)
        grown = now.memory_kib - before.memory_kib
        assert grown <= room or is_sanitized(proxy.pid), \
            f"{proxy.command} has {grown} KiB more than at its start, allowed are {room}"
