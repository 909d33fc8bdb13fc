"""Runs what is missing, in one of several places: here, on other machines, in a Slurm cluster.

A place gets a list of runs and makes their folders. sonda-sim writes a folder only when a run is
complete, so that nothing has to be resumed: what has no folder is run, and the folder alone decides
whether a run was made. Processes end with the comparison that started them.
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
from typing import Mapping, Protocol, Sequence

from .contenders import Contender
from .errors import AnalysisError
from .gnu_parallel import (SHELL_FOLDER, install, joblog_path, one_line, parallel_command, parallel_environment,
                           read_joblog)
from .runs import Run, find_fault, remove_remains
from .slurm_job import refuse_live_jobs


@dataclass(frozen=True)
class Failure:
    """A run that did not end with a complete folder."""

    run: Run
    reason: str
    stderr: str
    command: str


@dataclass(frozen=True)
class RunEnd:
    """How a try to make a run ended: `reason` in a few words, `words` of programs other than sonda-sim."""

    reason: str
    words: str = ""


class Place(Protocol):
    """Where runs are made."""

    tools: tuple[tuple[str, str], ...]
    """Programs that it needs on this machine, each with its Debian package."""

    def describe(self, total: int) -> str:
        """How `total` runs will be made, in a few words."""

    def run(self, out: Path, missing: Sequence[Run]) -> Mapping[Run, RunEnd]:
        """Tries to make the folders of `missing`, all of the results folder `out`, whose RunLock is held.

        Returns what it knows about runs that have none now. Raises AnalysisError when nothing could be tried.
        """


def check_tools(place: Place) -> None:
    """AnalysisError when a program that runs the runs is missing."""
    for tool, package in (("parallel", "parallel"), ("setpriv", "util-linux"), *place.tools):
        if shutil.which(tool) is None:
            raise AnalysisError(f"{tool} is missing; install the Debian package {package}")


def check_contenders(sim: Path, scenario_file: Path, contenders: Sequence[Contender], sets: Sequence[str]) -> None:
    """Lets sonda-sim judge names, formula texts, overrides and the scenario; AnalysisError with its words."""
    if messages := find_refusals(sim, scenario_file, contenders, sets):
        raise AnalysisError(_refusal(messages))


def find_refusals(sim: Path, scenario_file: Path, contenders: Sequence[Contender],
                  sets: Sequence[str]) -> dict[Contender, str]:
    """The contenders that sonda-sim refuses in this scenario, with its words.

    It is given a results folder that exists, which it refuses after everything else that is refused
    before a run: so nothing is simulated, and a message that names this folder means that all is well.
    """
    overrides = [f"--set={';'.join(sets)}"] if sets else []
    messages: dict[Contender, str] = {}
    with tempfile.TemporaryDirectory(prefix="sonda-check-") as folder:
        tries = []
        for contender in contenders:
            command = [str(SHELL_FOLDER / "guard"), str(os.getpid()), "TERM", str(sim),
                       f"--scenario={scenario_file}", *contender.arguments(),
                       "--RngRun=1", f"--outDir={folder}", *overrides, "--progress=false"]
            tries.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                          errors="replace"))
        for contender, process in zip(contenders, tries):
            _, stderr = process.communicate()
            if process.returncode > 0 and folder not in stderr:
                messages[contender] = stderr.strip()
    return messages


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


def run_missing(missing: Sequence[Run], place: Place) -> list[Failure]:
    """Has `place` make the runs, all of one results folder; returns those that failed, in order."""
    if not missing:
        return []
    out = missing[0].store.out
    for run in missing:
        run.folder.parent.mkdir(exist_ok=True)
    ends = place.run(out, missing)
    return [failure for run in missing if (failure := _failure(run, ends)) is not None]


def _failure(run: Run, ends: Mapping[Run, RunEnd]) -> Failure | None:
    # The folder decides, not the exit status: it is complete or it is not there.
    fault = find_fault(run)
    if fault is None:
        return None
    end = ends.get(run, RunEnd("was not started"))
    stderr = run.log.read_text(errors="replace").strip() if run.log.is_file() else ""
    reason = fault if run.folder.exists() else end.reason
    return Failure(run, reason, stderr or end.words, shlex.join(run.command()))


def shell_line(run: Run) -> str:
    """The line that makes a run where the results folder is; what exists is left alone."""
    command = shlex.join([*run.command(), "--progress=false"])
    return one_line(f"test -d {shlex.quote(str(run.folder))} || exec {command} > /dev/null 2> {shlex.quote(str(run.log))}")


def cleared(out: Path, missing: Sequence[Run]) -> Path:
    """Makes `out` ready for runs that GNU parallel hands out from here. Returns the folder of its log."""
    refuse_live_jobs(out)
    folder = out / "logs"
    install(folder)
    remove_remains(missing)
    return folder


@dataclass(frozen=True)
class Here:
    """All on this machine, `jobs` at a time."""

    jobs: int
    tools: tuple[tuple[str, str], ...] = ()

    def describe(self, total: int) -> str:
        return f"{min(self.jobs, total)} at a time"

    def run(self, out: Path, missing: Sequence[Run]) -> dict[Run, RunEnd]:
        folder = cleared(out, missing)
        command = parallel_command(folder, f"--jobs={self.jobs}", *(["--bar"] if sys.stderr.isatty() else []))
        lines = "".join(shell_line(run) for run in missing)
        ended = subprocess.run(command, input=lines, text=True, env=parallel_environment(folder), check=False)
        ends = read_joblog(joblog_path(folder))
        if ended.returncode != 0 and not ends:
            raise AnalysisError(f"GNU parallel ended with status {ended.returncode}")
        return {run: RunEnd(ends[number].text) for number, run in enumerate(missing, 1) if number in ends}
