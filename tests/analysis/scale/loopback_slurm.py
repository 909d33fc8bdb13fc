"""A Slurm of one node on loopback, run by an ordinary user: no root, no munge, no systemd.

A test that runs as root becomes `nobody` for it; whoever else runs it does so as himself.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Sequence

DEADLINE_S = 60
_PAUSE_S = 0.1

# Above 32768 are the ports of outgoing connections.
_PORTS = range(20000, 32000)

_PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol", "scancel")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"

_CONFIGURATION = """ClusterName=lab
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={node_port}
AuthType=auth/none
CredType=cred/none
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing_programs() -> list[str]:
    """What of Slurm is not installed."""
    return [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]


def as_ordinary_user(command: Sequence[str]) -> list[str]:
    """The command as `nobody` when we are root."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs", *command]


def give_away(folder: Path) -> None:
    """Makes `folder` the ordinary user's."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody:nogroup", folder], check=True)


class LoopbackSlurm:
    """Two slots on one node. `folder` must be the ordinary user's and he must be able to get there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": _PATH}
        self._daemons: list[subprocess.Popen[bytes]] = []
        port, node_port = _free_ports()
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        user = subprocess.run(as_ordinary_user(["id", "-un"]), capture_output=True, text=True, check=True)
        (folder / "slurm.conf").write_text(_CONFIGURATION.format(
            folder=folder, host=socket.gethostname().partition(".")[0], port=port, node_port=node_port,
            user=user.stdout.strip()))
        give_away(folder)

    def __enter__(self) -> LoopbackSlurm:
        for name in ("slurmctld", "slurmd"):
            with open(self._folder / f"{name}.out", "wb") as output:
                self._daemons.append(subprocess.Popen(as_ordinary_user([name, "-D"]), stdout=output, stderr=output,
                                                      env={**os.environ, **self.environment}, cwd=self._folder))
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("scancel", "--user", str(self._folder.stat().st_uid))
        self.wait_for(lambda: not self.ask("squeue", "--noheader").stdout.strip())
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            daemon.wait(DEADLINE_S)

    def fault(self) -> str | None:
        """Why the node does not become idle; None when it does."""
        if self.wait_for(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t").stdout):
            return None
        logs = [*self._folder.glob("*.out"), *self._folder.glob("*.log")]
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-500:]}" for path in logs)

    def ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of Slurm's programs, as the ordinary user."""
        return subprocess.run(as_ordinary_user(command), env={**os.environ, **self.environment}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE_S, check=False)

    def wait_for(self, condition) -> bool:
        """Whether the condition comes true before the deadline and while the daemons run."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > deadline or any(daemon.poll() is not None for daemon in self._daemons):
                return False
            time.sleep(_PAUSE_S)
        return True


def _free_ports() -> tuple[int, int]:
    found: list[int] = []
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == 2:
            return found[0], found[1]
    raise OSError(f"no free port in {_PORTS}")
