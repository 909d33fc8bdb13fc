"""A Slurm job array of runs, and the folder that remembers it: results/NAME/slurm/JOB/.

    job.json               the tasks: which runs each makes (folders, relative to the results folder)
    id                     Slurm's number of the job, once it was submitted
    runs-TASK, checks      what array-task reads
    task-TASK.log          what a task said
    joblog-TASK.tsv        GNU parallel's job log

The folder's name is the job's name in Slurm, random, so that a job is found in the queue even when the
comparison was killed while it was submitting. Slurm is asked through its own programs.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from .errors import AnalysisError
from .json_files import NotJson, parse_json

TOOLS = tuple((name, "slurm-client") for name in ("sbatch", "squeue", "scontrol", "scancel"))

# Slurm's own default of MaxArraySize is 1001; a task's number must be below it.
_DEFAULT_MAX_ARRAY_SIZE = 1001


class QueueSilent(Exception):
    """The queue could not be asked just now; the text is what squeue said."""


@dataclass(frozen=True)
class SlurmJob:
    """A job array: `tasks` has for each task (the first is number 1) the folders of its runs."""

    folder: Path
    tasks: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def id(self) -> str:
        """Slurm's number, or the name when the number was never learnt: scontrol and people can use either."""
        path = self.folder / "id"
        return path.read_text().strip() if path.is_file() else self.name

    def runs(self) -> set[str]:
        """The folders of all its runs."""
        return {run for task in self.tasks for run in task}

    def task_of(self, run: str) -> int:
        """The number of the task that makes a run."""
        return next(number for number, runs in enumerate(self.tasks, 1) if run in runs)

    def log(self, task: int) -> Path:
        return self.folder / f"task-{task}.log"

    def joblog(self, task: int) -> Path:
        return self.folder / f"joblog-{task}.tsv"


def new_job(out: Path, tasks: Sequence[Sequence[str]]) -> SlurmJob:
    """A job's folder, not submitted yet."""
    job = SlurmJob(out / "slurm" / f"sonda-{secrets.token_hex(6)}", tuple(tuple(task) for task in tasks))
    job.folder.mkdir(parents=True)
    (job.folder / "job.json").write_text(json.dumps({"tasks": job.tasks}) + "\n")
    return job


def recorded_jobs(out: Path) -> list[SlurmJob]:
    """The jobs that were made for a results folder and not forgotten; ended or not."""
    jobs = []
    for path in sorted(out.glob("slurm/sonda-*/job.json")):
        try:
            tasks = parse_json(path.read_bytes())["tasks"]
        except (NotJson, KeyError, TypeError):
            tasks = []  # killed while it was written, so before it was submitted
        jobs.append(SlurmJob(path.parent, tuple(tuple(task) for task in tasks)))
    return jobs


def forget(job: SlurmJob) -> None:
    """Removes the folder of a job that has ended."""
    shutil.rmtree(job.folder, ignore_errors=True)


def refuse_live_jobs(out: Path) -> None:
    """AnalysisError while a Slurm job may still be making runs in `out`; forgets those that have ended."""
    for job in recorded_jobs(out):
        if shutil.which("squeue") is None:
            raise AnalysisError(f"{job.folder}: a Slurm job may still be making runs here, and there is no squeue to "
                                "ask; when it has ended, remove that folder")
        try:
            live = queued_tasks(job)
        except QueueSilent as error:
            raise AnalysisError(f"Slurm job {job.id} may still be making runs here: {error}") from None
        if live:
            raise AnalysisError(f"Slurm job {job.id} is still making runs here; wait for it with --slurm, or end it: "
                                f"scancel --name={job.name}")
        forget(job)


def submit(job: SlurmJob, cores: int, options: Sequence[str]) -> None:
    """Submits array-task for every task. AnalysisError with Slurm's words when it refuses."""
    command = ["sbatch", "--parsable", f"--job-name={job.name}", f"--array=1-{len(job.tasks)}",
               f"--chdir={job.folder}", "--output=task-%a.log", f"--cpus-per-task={cores}", *options,
               str(job.folder / "array-task"), str(job.folder), str(cores)]
    ended = _ask(command)
    if ended.returncode != 0:
        forget(job)
        raise AnalysisError(f"Slurm refuses the job: {ended.stderr.strip()}")
    (job.folder / "id").write_text(ended.stdout.strip().partition(";")[0] + "\n")


def cancel(job: SlurmJob) -> None:
    """Ends the job wherever it is; one that is not in the queue is no error."""
    _ask(["scancel", f"--name={job.name}", f"--user={os.geteuid()}"])


def queued_tasks(job: SlurmJob) -> list[str]:
    """State and reason of each task that waits or runs; none when the job has ended. Raises QueueSilent."""
    ended = _ask(["squeue", f"--name={job.name}", f"--user={os.geteuid()}", "--array", "--noheader",
                  "--format=%T %r"])
    if ended.returncode != 0:
        raise QueueSilent(ended.stderr.strip() or f"squeue ends with status {ended.returncode}")
    return ended.stdout.splitlines()


def task_states(job: SlurmJob) -> dict[int, str]:
    """How the tasks ended, as far as Slurm remembers (five minutes by default): number → 'CANCELLED'."""
    states: dict[int, str] = {}
    for line in _ask(["scontrol", "--oneliner", "show", "job", job.id]).stdout.splitlines():
        tasks, state = re.search(r"\bArrayTaskId=([\d,-]+)", line), re.search(r"\bJobState=(\w+)", line)
        if tasks and state:
            for part in tasks[1].split(","):
                first, _, last = part.partition("-")
                states.update(dict.fromkeys(range(int(first), int(last or first) + 1), state[1]))
    return states


def max_tasks() -> int:
    """The largest number of tasks that this cluster accepts in an array."""
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", _ask(["scontrol", "show", "config"]).stdout, re.MULTILINE)
    return (int(found[1]) if found else _DEFAULT_MAX_ARRAY_SIZE) - 1


def _ask(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          check=False)
