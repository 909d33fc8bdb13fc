"""Runs a program once and says what it cost."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Sequence

from .errors import BenchError


@dataclass(frozen=True)
class Cost:
    """Of a whole process: wall and CPU seconds, the most memory that it held (bytes), what it printed."""

    wall_s: float
    cpu_s: float
    max_rss: int
    stdout: str = ""

    def seconds(self, clock: str) -> float:
        """By the clock 'wall' or 'cpu'."""
        return self.cpu_s if clock == "cpu" else self.wall_s


def run_measured(command: Sequence[str]) -> Cost:
    """Runs the command to its end; it is ended when this program is interrupted. BenchError when it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            raise BenchError(f"status {process.returncode} of {shlex.join(command)}:\n{err.read().strip()}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out.read())
