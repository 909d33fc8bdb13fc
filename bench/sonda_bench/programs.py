"""Programs that run while something is measured: started, waited for, observed, ended by their own process id."""

from __future__ import annotations

import re
import selectors
import shlex
import socket
import subprocess
import time
from pathlib import Path
from typing import Sequence

from .errors import BenchError

_DEADLINE_S = 20


class Program:
    """A running program. Its output goes into files in a folder, so that no full pipe ever stops it.

    With `talks` its standard input and output are pipes: see ask(). The kernel ends it when this
    program dies without having been able to.
    """

    def __init__(self, command: Sequence[str | Path], folder: Path, name: str, talks: bool = False) -> None:
        self.command = [str(word) for word in command]
        self.log = folder / f"{name}.log"
        self._out = bytearray()
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.command],
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else log, stderr=log if talks else subprocess.STDOUT)

    @property
    def pid(self) -> int:
        return self._process.pid

    def fail(self, why: str) -> BenchError:
        """The error to raise about it, with its last words."""
        words = self.log.read_text(errors="replace").strip()[-2000:]
        return BenchError(f"{shlex.join(self.command)}: {why}" + (f":\n{words}" if words else ""))

    def wait_log(self, pattern: str, count: int = 1) -> list[str]:
        """All matches (of the first group) in what it has printed, as soon as there are so many."""
        end = time.monotonic() + _DEADLINE_S
        while True:
            if len(found := re.findall(pattern, self.log.read_text(errors="replace"))) >= count:
                return found
            self._check(f"did not print '{pattern}' {count} times", end)

    def wait_port(self, address: str, port: int) -> None:
        """Returns as soon as it accepts connections there."""
        end = time.monotonic() + _DEADLINE_S
        while True:
            with socket.socket() as tried:
                tried.settimeout(1)
                if tried.connect_ex((address, port)) == 0:
                    return
            self._check(f"does not listen on {address}:{port}", end)

    def _check(self, why: str, end: float) -> None:
        if self._process.poll() is not None:
            raise self.fail(f"{why}; it ended with status {self._process.returncode}")
        if time.monotonic() > end:
            raise self.fail(f"{why} within {_DEADLINE_S} s")
        time.sleep(0.01)

    def ask(self, line: str) -> str:
        """Writes a line to its standard input (none when empty) and returns the next one from its standard output."""
        if line:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._out:
                if not selector.select(_DEADLINE_S):
                    raise self.fail(f"no answer to '{line}' within {_DEADLINE_S} s")
                part = self._process.stdout.read1(4096)
                if not part:
                    raise self.fail(f"ended with status {self._process.wait()}")
                self._out += part
        answer, _, rest = self._out.partition(b"\n")
        self._out = bytearray(rest)
        return answer.decode()

    def stop(self) -> None:
        """Ends it, whatever it is doing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def cpu_s(self) -> float:
        """CPU time so far of all its threads and its children's, seconds."""
        return 1e-9 * sum(int(_read(task / "schedstat").split()[0]) for pid in self._tree()
                          for task in Path(f"/proc/{pid}/task").iterdir())

    def private_bytes(self) -> int:
        """Memory that only it and its children have: what is private in /proc/PID/smaps_rollup."""
        return 1024 * sum(int(kib) for pid in self._tree()
                          for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", _read(f"/proc/{pid}/smaps_rollup"), re.M))

    def _tree(self) -> list[int]:
        pids = [self.pid]
        for pid in pids:  # grows while it is walked
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += [int(child) for child in _read(task / "children").split()]
        return pids


def _read(path: str | Path) -> str:
    return Path(path).read_text()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
