"""Runs what is missing: GNU parallel for the runs, sonda-sim itself for checking the names.

sonda-sim writes a folder only when a run is complete, so that nothing here has to be resumed: what
has no folder is run. Every process is told to end with its parent, so that a comparison that is
killed leaves none behind.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from .contenders import Contender
from .errors import AnalysisError
from .runs import Run, RunStore, find_fault

# A comparison that is killed takes GNU parallel with it, and that its runs. KILL for parallel: at a
# TERM it would wait for its runs, and the next comparison would meet them.
_PARALLEL_ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")
_RUN_ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")


@dataclass(frozen=True)
class Failure:
    """A run that did not end with a complete folder."""

    run: Run
    reason: str
    stderr: str
    command: str


def check_tools() -> None:
    """AnalysisError when a program that runs the runs is missing."""
    for tool, package in (("parallel", "parallel"), ("setpriv", "util-linux")):
        if shutil.which(tool) is None:
            raise AnalysisError(f"{tool} is missing; install the Debian package {package}")


def check_contenders(sim: Path, scenario_file: Path, contenders: Sequence[Contender], sets: Sequence[str]) -> None:
    """Lets sonda-sim judge names, formula texts, overrides and the scenario; AnalysisError with its words.

    It is given a results folder that exists, which it refuses after everything else that is refused
    before a run: so nothing is simulated, and a message that names this folder means that all is well.
    """
    overrides = [f"--set={';'.join(sets)}"] if sets else []
    messages: dict[Contender, str] = {}
    with tempfile.TemporaryDirectory(prefix="sonda-check-") as folder:
        tries = []
        for contender in contenders:
            command = [*_RUN_ENDS_WITH_PARENT, str(sim), f"--scenario={scenario_file}", *contender.arguments(),
                       "--RngRun=1", f"--outDir={folder}", *overrides, "--progress=false"]
            tries.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                          errors="replace"))
        for contender, process in zip(contenders, tries):
            _, stderr = process.communicate()
            if process.returncode > 0 and folder not in stderr:
                messages[contender] = stderr.strip()
    if messages:
        raise AnalysisError(_refusal(messages))


def _refusal(messages: dict[Contender, str]) -> str:
    """Each distinct message once, behind the contenders that it concerns."""
    by_message: dict[str, list[str]] = {}
    for contender, message in messages.items():
        by_message.setdefault(message, []).append(contender.name)
    lines = [f"sonda-sim refuses {', '.join(names)}:\n{message}" for message, names in by_message.items()]
    texts = [contender for contender in messages if contender.formula_is_text]
    if texts:
        example = texts[0]
        lines.append(f"(Read as formula '{example.formula}' and policy '{example.policy}': the policy is what follows "
                     f"the last '/'.)")
    return "\n".join(lines)


def run_missing(store: RunStore, missing: Sequence[Run], jobs: int) -> list[Failure]:
    """Hands the runs to GNU parallel, `jobs` at a time; returns those that failed, in order."""
    for run in missing:
        run.folder.parent.mkdir(exist_ok=True)
    lines = "".join(_shell_line(store, run) + "\n" for run in missing)
    joblog = store.logs / "joblog.tsv"
    command = [*_PARALLEL_ENDS_WITH_PARENT, "parallel", f"--jobs={jobs}", f"--joblog={joblog}", "--will-cite"]
    if sys.stderr.isatty():
        command.append("--bar")
    # PARALLEL_HOME: nothing of parallel's is written to the user's home. PARALLEL_SHELL: fish or tcsh users.
    with tempfile.TemporaryDirectory(prefix="sonda-parallel-") as home:
        environment = {**os.environ, "PARALLEL_HOME": home, "PARALLEL_SHELL": "/bin/sh"}
        ended = subprocess.run(command, input=lines, text=True, env=environment, check=False)
    failures = [failure for run in missing if (failure := _failure(store, run, joblog)) is not None]
    if ended.returncode != 0 and not failures and not all(run.folder.is_dir() for run in missing):
        raise AnalysisError(f"GNU parallel ended with status {ended.returncode}")
    return failures


def _shell_line(store: RunStore, run: Run) -> str:
    command = [*_RUN_ENDS_WITH_PARENT, *store.command(run), "--progress=false"]
    return f"exec {shlex.join(command)} > /dev/null 2> {shlex.quote(str(store.log(run)))}"


def _failure(store: RunStore, run: Run, joblog: Path) -> Failure | None:
    # The folder decides, not the exit status: it is complete or it is not there.
    fault = find_fault(run)
    if fault is None:
        return None
    log = store.log(run)
    stderr = log.read_text(errors="replace").strip() if log.is_file() else ""
    reason = _status(run, joblog) if not run.folder.exists() else fault
    return Failure(run, reason, stderr, shlex.join(store.command(run)))


def _status(run: Run, joblog: Path) -> str:
    """How parallel saw the run end, from its job log (columns Exitval and Signal)."""
    option = shlex.quote(f"--outDir={run.folder}")
    lines = joblog.read_text(errors="replace").splitlines() if joblog.is_file() else []
    for line in lines[1:]:
        cells = line.split("\t", 8)
        if len(cells) == 9 and f"{option} " in cells[8]:
            signal = int(cells[7])
            return f"ended by signal {signal}" if signal else f"exit status {cells[6]}"
    return "was not started"
