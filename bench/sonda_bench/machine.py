"""Where and when something was measured, in a form that goes into docs/performance.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
from pathlib import Path


_PROCESSOR = r"model name\s*: (.*)"
_MEMORY_KB = r"MemTotal:\s*(\d+)"
_SYSTEM = r'PRETTY_NAME="?([^"\n]*)'


def describe_machine() -> str:
    """Processor, cores, memory, system, load: one sentence."""
    memory_gib = int(_match("/proc/meminfo", _MEMORY_KB, "0")) / 2**20
    return (f"{os.cpu_count()} × {_match('/proc/cpuinfo', _PROCESSOR, platform.processor())}, {memory_gib:.0f} GiB, "
            f"{_match('/etc/os-release', _SYSTEM, platform.system())}, Linux {platform.release()}; "
            f"load average {os.getloadavg()[0]:.1f} at the start")


def today() -> str:
    """The date, as in the documents."""
    return datetime.date.today().isoformat()


def _match(path: str, pattern: str, otherwise: str) -> str:
    try:
        found = re.search(pattern, Path(path).read_text())
    except OSError:
        found = None
    return found[1].strip() if found else otherwise
