"""GNU parallel as this project starts it: jobs on standard input, one shell line each, and a job log.

No process outlives who started it: parallel gets KILL when this program ends, however it ends (at a
TERM it would wait for its jobs, and the next comparison would meet them), and each job TERM when
parallel does. The scripts in shell/ see to that.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

SHELL_FOLDER = Path(__file__).resolve().parent / "shell"

# parallel of Debian 13 refuses to start when one of these has another character than those.
CHECKED_VARIABLES = ("TMPDIR", "XDG_CONFIG_DIRS", "XDG_CACHE_HOME", "PARALLEL_REMOTE_TMPDIR")
PLAIN = re.compile(r"[-a-zA-Z0-9_+,.%:/= ]*")


@dataclass(frozen=True)
class JobEnd:
    """How a job ended: 'exit status 3' or 'ended by signal 9', and where, as parallel was told (':' is here)."""

    text: str
    host: str


def parallel_command(folder: Path, *options: str) -> list[str]:
    """The command that ends with this process; its job log is joblog.tsv in `folder` (see install())."""
    guard = [str(folder / "guard"), str(os.getpid()), "KILL"]
    return [*guard, "parallel", "--will-cite", f"--joblog={joblog_path(folder)}", *options]


def parallel_environment(folder: Path) -> dict[str, str]:
    """parallel writes nothing to the user's home and starts our shell whatever the user's is."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in CHECKED_VARIABLES or PLAIN.fullmatch(value)}
    plain = plain_path(folder)
    return {**environment, "PARALLEL_HOME": f"{plain}/parallel", "PARALLEL_SHELL": f"{plain}/job-shell"}


def plain_path(folder: Path) -> str:
    """A path to `folder` that parallel takes, valid until this process ends, whatever the folder's name is."""
    if PLAIN.fullmatch(str(folder)):
        return str(folder)
    # Open until the end; a link with a better name would have to be removed by somebody.
    return f"/proc/{os.getpid()}/fd/{os.open(folder, os.O_PATH | os.O_DIRECTORY)}"


def joblog_path(folder: Path) -> Path:
    """Where parallel_command() has the job log written."""
    return folder / "joblog.tsv"


def install(folder: Path, *scripts: str) -> None:
    """Makes `folder` ready for parallel: the scripts of shell/ that it needs and `scripts`, no old job log."""
    (folder / "parallel").mkdir(parents=True, exist_ok=True)
    for name in ("guard", "job-shell", *scripts):
        shutil.copyfile(SHELL_FOLDER / name, folder / name)
        (folder / name).chmod(0o755)
    joblog_path(folder).unlink(missing_ok=True)


def one_line(script: str) -> str:
    """A job for parallel's list, which has one on each line, from a text for sh: whatever it holds (options refuse what
    ends a line, but the next one may not), it stays one job, and its line in the job log one line."""
    if script.isprintable():
        return f"{script}\n"
    coded = base64.b64encode(os.fsencode(script)).decode()
    # In sh and single quotes, since on another machine the user's shell may be any.
    return f"exec sh -c 'eval \"$(echo $1 | base64 -d)\"' job {coded}\n"


def read_joblog(path: Path) -> dict[int, JobEnd]:
    """The jobs that ended, by the number of their line (from 1); of one that was tried again, the last end."""
    ends: dict[int, JobEnd] = {}
    lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
    for line in lines[1:]:
        # Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
        cells = line.split("\t", 8)
        if len(cells) == 9 and cells[0].isdecimal():
            signal = int(cells[7])
            text = f"ended by signal {signal}" if signal else f"exit status {cells[6]}"
            ends[int(cells[0])] = JobEnd(text, cells[1])
    return ends
