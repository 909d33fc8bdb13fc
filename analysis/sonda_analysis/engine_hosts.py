"""Makes runs on other machines over ssh: GNU parallel hands them out, each run comes back over its connection.

Nothing is shared between the machines. host_setup.py has brought the program; a run's folder returns as
one line of text (shell/host-run) and gets its name here when it is whole, so that a connection or a
comparison that breaks leaves nothing that looks like a run.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import os
import shlex
import shutil
import subprocess
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Iterable, Sequence

from .engine import RunEnd, cleared
from .errors import AnalysisError
from .gnu_parallel import JobEnd, joblog_path, one_line, parallel_command, parallel_environment, read_joblog
from .host_setup import REMOTE_FOLDER, prepare_hosts, program_folder, ssh_command
from .hosts_file import Host
from .progress import Progress
from .runs import Run, find_fault

# A run that fails is tried once more, on another machine if there is one: a machine may have been switched off.
_TRIES = 2


@dataclass(frozen=True)
class OtherHosts:
    """The machines of a hosts file."""

    hosts: tuple[Host, ...]
    tools: tuple[tuple[str, str], ...] = (("ssh", "openssh-client"),)

    def describe(self, total: int) -> str:
        return f"on {len(self.hosts)} machine{'s' if len(self.hosts) > 1 else ''} ({_names(self.hosts)})"

    def run(self, out: Path, missing: Sequence[Run]) -> dict[Run, RunEnd]:
        folder = cleared(out, missing)
        logins = _logins(prepare_hosts(self.hosts, _stores(missing)))
        (folder / "logins").write_text("".join(f"{login}\n" for login in logins))
        (folder / "lines").write_text("".join(_line(number, run) for number, run in enumerate(missing, 1)))
        command = parallel_command(folder, f"--sshloginfile={folder / 'logins'}", f"--retries={_TRIES}")
        complaints = folder / "parallel.stderr"
        with (open(folder / "lines", "rb") as lines, open(complaints, "wb") as errors,
              subprocess.Popen(command, stdin=lines, stdout=subprocess.PIPE, stderr=errors,
                               env=parallel_environment(folder)) as parallel):
            try:
                _receive(parallel.stdout, missing)
            except BaseException:
                parallel.kill()  # Popen would wait for it
                raise
        ends = read_joblog(joblog_path(folder))
        if parallel.returncode != 0 and not ends:
            raise AnalysisError(f"GNU parallel ended with status {parallel.returncode}: {complaints.read_text()}")
        words = complaints.read_text(errors="replace").strip()
        return {run: _end(ends[number], logins, words) for number, run in enumerate(missing, 1) if number in ends}


def _names(hosts: Iterable[Host]) -> str:
    return ", ".join(host.ssh[-1] if host.ssh else "this one" for host in hosts)


def _stores(runs: Sequence[Run]) -> list:
    return list({run.store.digest: run.store for run in runs}.values())


def _logins(cores: dict[Host, int]) -> dict[str, Host]:
    """The lines of parallel's --sshloginfile. ssh ends with its shell, that with parallel (shell/job-shell)."""
    logins = {}
    for host, count in cores.items():
        guarded = ["setpriv", "--pdeathsig", "TERM", *ssh_command(host)] if host.ssh else [":"]
        logins[f"{host.jobs or count}/{shlex.join(guarded)}"] = host
    return logins


def _line(number: int, run: Run) -> str:
    """The job of a run. In sh and single quotes, since the user's shell on the machine may be any."""
    script = f'exec {REMOTE_FOLDER}/{program_folder(run.store)}/host-run "$@"'
    return one_line(shlex.join(["exec", "sh", "-c", script, "host-run", run.store.digest, str(number), *run.arguments()]))


def _receive(stream: IO[bytes], missing: Sequence[Run]) -> None:
    """Makes a folder of each run that arrives. A line that is cut short or foreign is passed over."""
    with Progress(len(missing)) as progress:
        for line in stream:
            words = line.split()
            if len(words) < 2 or words[0] not in (b"sonda-log", b"sonda-run") or not words[1].isdigit():
                continue
            number = int(words[1])
            content = _decoded(words[2] if len(words) > 2 else b"")
            if content is None or not 1 <= number <= len(missing):
                continue
            run = missing[number - 1]
            if words[0] == b"sonda-log":
                run.log.write_bytes(content)
            elif _unpack(run, content):
                progress.advance()


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _unpack(run: Run, archive: bytes) -> bool:
    """The folder of `run` from a tar archive of plain files; False when it is not a complete result."""
    part = run.folder.with_name(f"{run.folder.name}.part-{os.getpid()}")
    part.mkdir()
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                content = tar.extractfile(member) if member.isfile() and "/" not in name else None
                if content is not None:
                    (part / name).write_bytes(content.read())
        if find_fault(run, part) is None and not run.folder.exists():
            part.rename(run.folder)
            return True
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        pass  # damaged on its way: the run counts as not made
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return False


def _end(end: JobEnd, logins: dict[str, Host], complaints: str) -> RunEnd:
    names = {login.partition("/")[2]: host.ssh[-1] for login, host in logins.items() if host.ssh}
    where = f" on {names[end.host]}" if end.host in names else ""
    if end.text == "exit status 0":
        return RunEnd(f"its results did not arrive whole{where}")
    # 255 is ssh's own status, for a connection that could not be made or that broke.
    return RunEnd(f"{end.text}{where}", complaints if where and end.text == "exit status 255" else "")
