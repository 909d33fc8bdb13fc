"""Finds every process that a test started, however it was started: by a mark in its environment."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

DEADLINE_S = 400  # generous: the machine may be busy with other tests
_PAUSE_S = 0.02


class Mark:
    """A variable that child processes inherit; `name=value` is in /proc/PID/environ of each."""

    def __init__(self) -> None:
        self.environment = {"SONDA_TEST_MARK": secrets.token_hex(8)}

    def processes(self) -> dict[int, str]:
        """Process id → command line of all that carry the mark. Those that have ended do not."""
        ((name, value),) = self.environment.items()
        wanted = f"{name}={value}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # ended meanwhile, or of another user
        return found

    def wait_until_none(self) -> None:
        """Fails when one is left after DEADLINE_S."""
        deadline = time.monotonic() + DEADLINE_S
        while left := self.processes():
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(_PAUSE_S)
