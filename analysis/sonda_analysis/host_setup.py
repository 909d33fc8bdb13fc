"""Brings program and scenario to the machines that are to make runs, and sees that they compute alike."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import tarfile
import tempfile
from typing import Iterable, Sequence

from .errors import AnalysisError
from .gnu_parallel import SHELL_FOLDER
from .hosts_file import Host
from .runs import RunStore

# Where host-prepare puts things: sim-DIGEST/ for a program, DIGEST/ for a set of parameters. Not in /tmp,
# where another user could have put a program of that name; by host, for homes that hosts share.
REMOTE_FOLDER = '"${XDG_CACHE_HOME:-$HOME/.cache}/sonda/$(uname -n)"'

_SCRIPTS = ("host-check", "host-check.json", "host-run")


def ssh_command(host: Host) -> list[str]:
    """ssh that asks nothing and gives up on a machine that is off; empty for this machine."""
    return [host.ssh[0], "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", *host.ssh[1:]] if host.ssh else []


def expected_digest(store: RunStore) -> str:
    """What host-check prints here for the program of `store`."""
    command = [str(SHELL_FOLDER / "host-check"), str(store.sim), str(SHELL_FOLDER / "host-check.json")]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if ended.returncode != 0:
        raise AnalysisError(f"{store.sim}: the trial run fails here:\n{ended.stderr.strip()}")
    return ended.stdout.strip()


def programs(stores: Iterable[RunStore]) -> dict[str, RunStore]:
    """One store for each distinct sonda-sim, by the name of its folder on other machines."""
    return {program_folder(store): store for store in stores}


def program_folder(store: RunStore) -> str:
    """Where the program of a store is on other machines, in REMOTE_FOLDER."""
    return f"sim-{store.sim_digest}"


def prepare_hosts(hosts: Sequence[Host], stores: Sequence[RunStore]) -> dict[Host, int]:
    """Sends every machine what the stores need, makes a trial run on each; returns the numbers of cores.

    AnalysisError names each machine that cannot be reached, cannot run the program or computes other results.
    """
    expected = {name: expected_digest(store) for name, store in programs(stores).items()}
    answers = _ask_all(hosts, _script(stores))
    faults = [f"{host.name}: {fault}" for host, answer in zip(hosts, answers)
              if (fault := _fault(answer, expected)) is not None]
    if faults:
        raise AnalysisError("--hosts: these machines cannot be used:\n" + "\n".join(faults))
    return {host: int(_values(answer.stdout, "cores")[0]) for host, answer in zip(hosts, answers)}


def _script(stores: Sequence[RunStore]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, store in programs(stores).items():
            for path in (store.sim, *(SHELL_FOLDER / script for script in _SCRIPTS)):
                tar.add(path, f"{name}/{path.name}")
        for store in stores:
            for path in store.inputs():
                tar.add(path, f"{store.digest}/{path.relative_to(store.folder)}")
    payload = base64.encodebytes(archive.getvalue())
    body = (SHELL_FOLDER / "host-prepare").read_bytes()
    return b"payload() {\ncat << 'END'\n" + payload + b"END\n}\n" + body


def _ask_all(hosts: Sequence[Host], script: bytes) -> list[subprocess.CompletedProcess[str]]:
    """Has sh read the script on all machines at the same time."""
    guard = [str(SHELL_FOLDER / "guard"), str(os.getpid()), "TERM"]
    with tempfile.NamedTemporaryFile() as file:
        file.write(script)
        file.flush()
        started: list[subprocess.Popen[str]] = []
        try:
            for host in hosts:
                with open(file.name, "rb") as own_place_in_it:
                    started.append(subprocess.Popen([*guard, *ssh_command(host), "sh"], stdin=own_place_in_it,
                                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                                    errors="replace"))
            outputs = [process.communicate() for process in started]
        except BaseException:
            for process in started:
                process.kill()
            raise
    return [subprocess.CompletedProcess(process.args, process.returncode, *output)
            for process, output in zip(started, outputs)]


def _values(text: str, word: str) -> list[str]:
    return [line.partition(" ")[2] for line in text.splitlines() if line.startswith(f"{word} ")]


def _fault(answer: subprocess.CompletedProcess[str], expected: dict[str, str]) -> str | None:
    if answer.returncode != 0:
        words = answer.stderr.strip() or "it says nothing"
        if "error while loading shared libraries" in words:
            words += "\n  (the machine needs the packages of groups [build] and [sim] of packages.txt)"
        return f"status {answer.returncode}: {words}"
    got = dict(line.split() for line in _values(answer.stdout, "digest"))
    if len(_values(answer.stdout, "cores")) != 1 or got.keys() != expected.keys():
        return f"an answer that cannot be read: {answer.stdout.strip()!r}"
    if got != expected:
        return ("the trial run gives other results than here: other versions of libraries, or another kind of "
                "processor; runs of both must not be compared")
    return None
