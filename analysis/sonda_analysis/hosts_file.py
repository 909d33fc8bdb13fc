"""The file of `--hosts`: the machines that make runs, one a line, as GNU parallel's --sshloginfile has them.

    # comment
    :                           this machine, as many runs at a time as it has cores
    8/alice@big.example.org     8 runs at a time
    4/ssh -p 2222 lab7          with options of ssh; ~/.ssh/config is the better place for them
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from .arguments import check_printable
from .errors import AnalysisError

_FORM = "[JOBS/]LOGIN, where LOGIN is ':', [USER@]HOST or 'ssh OPTIONS [USER@]HOST'"


@dataclass(frozen=True)
class Host:
    """A machine: `jobs` runs at a time (None: as many as it has cores); `ssh` is empty for this machine."""

    name: str
    jobs: int | None
    ssh: tuple[str, ...]


def read_hosts(path: Path) -> tuple[Host, ...]:
    """The machines of a file. AnalysisError names file, line and text of what cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"--hosts: {path} cannot be read: {getattr(error, 'strerror', error)}") from None
    hosts: dict[str, Host] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        check_printable(f"{path}, line {number}", text.replace("\t", " "))
        host = _read_host(f"{path}, line {number}", text)
        if host.name in hosts:
            raise AnalysisError(f"{path}, line {number}: '{host.name}' is named twice; give it more JOBS instead")
        hosts[host.name] = host
    if not hosts:
        raise AnalysisError(f"{path}: no machine is named; expected on each line: {_FORM}")
    return tuple(hosts.values())


def _read_host(where: str, text: str) -> Host:
    match = re.fullmatch(r"(?:(\d+)/)?(.+)", text)
    jobs, login = match[1], match[2].strip()
    if jobs is not None and int(jobs) < 1:
        raise AnalysisError(f"{where}: '{text}': JOBS must be 1 or more")
    try:
        words = shlex.split(login)
    except ValueError as error:
        raise AnalysisError(f"{where}: '{text}': {error}") from None
    if words == [":"]:
        ssh = []
    elif len(words) == 1 and re.fullmatch(r"[A-Za-z0-9_.@:%-]+", words[0]) and words[0][0] not in "-@:.":
        ssh = ["ssh", words[0]]
    elif len(words) > 1 and Path(words[0]).name == "ssh" and not words[-1].startswith("-"):
        ssh = words
    else:
        raise AnalysisError(f"{where}: '{text}' is not {_FORM}")
    return Host(login, int(jobs) if jobs is not None else None, tuple(ssh))
