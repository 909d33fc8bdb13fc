"""Makes runs in a Slurm cluster whose nodes see the results folder: one job array, a chunk of the list a task.

`sbatch --wait` may tell of the end half a minute late, so the run folders are watched, and the queue for
tasks that end without them. A comparison that is interrupted cancels its job; one that is killed leaves
it in the queue, and the next one waits for it instead of making the same runs.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

from .engine import RunEnd, shell_line
from .errors import AnalysisError
from .gnu_parallel import install, read_joblog
from .host_setup import expected_digest, programs
from .progress import Progress
from .runs import Run, remove_remains
from .slurm_job import (TOOLS, QueueSilent, SlurmJob, cancel, forget, max_tasks, new_job, queued_tasks, recorded_jobs,
                        submit, task_states)

# Enough runs a task to make starting it cheap, few enough that a comparison of 25 runs uses three.
DEFAULT_RUNS_PER_TASK = 10

# Folders are looked at once a second. The queue less often: every look is work for the cluster's controller.
_LOOK_S = 1.0
_FIRST_QUEUE_LOOK_S = 2.0
_LAST_QUEUE_LOOK_S = 30.0

# A folder that a node has written may show here only when this machine's file cache has expired (NFS: 60 s).
_LATENCY_S = 70.0


@dataclass(frozen=True)
class SlurmCluster:
    """A job array: `jobs` cores a task, so many runs at a time; `options` go to sbatch as they are."""

    jobs: int = 1
    runs_per_task: int | None = None
    options: tuple[str, ...] = ()
    tools: tuple[tuple[str, str], ...] = TOOLS

    def describe(self, total: int) -> str:
        return "in a Slurm job array"

    def run(self, out: Path, missing: Sequence[Run]) -> dict[Run, RunEnd]:
        adopted = self._live_jobs(out)
        waited_for = set().union(*(job.runs() for job in adopted))
        watch = _Watch(out, missing, adopted)
        try:
            self._submit(watch, [run for run in missing if _name(out, run) not in waited_for])
            watch.wait()
            # What an older job did not bring has not been tried by this comparison.
            self._submit(watch, [run for run in watch.left() if _name(out, run) in waited_for])
            watch.wait()
        except (KeyboardInterrupt, SystemExit):
            for job in watch.jobs:
                cancel(job)
                print(f"Slurm job {job.id} is cancelled.", file=sys.stderr)
            raise
        return watch.ends()

    @staticmethod
    def _live_jobs(out: Path) -> list[SlurmJob]:
        live = []
        for job in recorded_jobs(out):
            try:
                tasks = queued_tasks(job)
            except QueueSilent as error:
                raise AnalysisError(f"Slurm does not answer: {error}") from None
            if tasks:
                print(f"Slurm job {job.id} of an earlier comparison is still in the queue: its runs are waited for.",
                      flush=True)
                live.append(job)
            else:
                forget(job)
        return live

    def _submit(self, watch: _Watch, runs: Sequence[Run]) -> None:
        if not runs:
            return
        remove_remains(runs)
        count = self._task_count(len(runs))
        # Dealt like cards: every task gets some of each contender, and tasks take about the same time.
        chunks = [runs[first::count] for first in range(count)]
        job = new_job(watch.out, [[_name(watch.out, run) for run in chunk] for chunk in chunks])
        watch.jobs.append(job)
        install(job.folder, "host-check", "host-check.json", "array-task")
        stores = {run.store.digest: run.store for run in runs}
        (job.folder / "checks").write_text("".join(f"{expected_digest(store)} {store.sim}\n"
                                                   for store in programs(stores.values()).values()))
        for number, chunk in enumerate(chunks, 1):
            (job.folder / f"runs-{number}").write_text("".join(shell_line(run) for run in chunk))
        submit(job, self.jobs, self.options)
        print(f"Slurm job {job.id}: {count} array task{'s' if count > 1 else ''} of up to {len(chunks[0])} runs; "
              f"logs in {job.folder}", flush=True)

    def _task_count(self, runs: int) -> int:
        most = max_tasks()
        count = math.ceil(runs / (self.runs_per_task or DEFAULT_RUNS_PER_TASK))
        if count > most and self.runs_per_task is not None:
            raise AnalysisError(f"--slurm-runs: {self.runs_per_task} would make {count} array tasks; this cluster "
                                f"allows {most}, so at least {math.ceil(runs / most)} runs a task")
        return min(count, most)


def _name(out: Path, run: Run) -> str:
    return str(run.folder.relative_to(out))


@dataclass
class _Watch:
    """Waits for the runs of some jobs."""

    out: Path
    runs: Sequence[Run]
    jobs: list[SlurmJob]
    _there: set[Run] = field(default_factory=set)

    def left(self) -> list[Run]:
        """The runs without a folder."""
        self._there.update(run for run in self.runs if run not in self._there and run.folder.is_dir())
        return [run for run in self.runs if run not in self._there]

    def wait(self) -> None:
        """Until every run has its folder, or no job is in the queue."""
        pause, next_look, remark = _FIRST_QUEUE_LOOK_S, time.monotonic() + _FIRST_QUEUE_LOOK_S, ""
        with Progress(len(self.runs)) as progress:
            while left := self.left():
                progress.update(len(self.runs) - len(left), remark)
                if time.monotonic() >= next_look:
                    remark = self._queue()
                    if not remark:
                        break
                    pause = min(1.5 * pause, _LAST_QUEUE_LOOK_S)
                    next_look = time.monotonic() + pause
                time.sleep(_LOOK_S)
            deadline = time.monotonic() + _LATENCY_S
            while self._late() and time.monotonic() < deadline:
                time.sleep(_LOOK_S)
            progress.update(len(self.runs) - len(self.left()))

    def _queue(self) -> str:
        """What the jobs are doing, in a few words; empty when all have ended."""
        try:
            tasks = [task for job in self.jobs for task in queued_tasks(job)]
        except QueueSilent as error:
            return f"Slurm does not answer: {error}"
        counts = {task: tasks.count(task) for task in tasks}
        return ", ".join(f"{count} × {task.removesuffix(' None')}" for task, count in counts.items())

    def _late(self) -> bool:
        """Whether a node says that it made a run whose folder cannot be seen yet."""
        ends = self.ends()
        return any(run in ends and ends[run].reason.startswith(_MADE) for run in self.left())

    def ends(self) -> dict[Run, RunEnd]:
        """How the tries of the runs that are not there ended."""
        states = {job: task_states(job) for job in self.jobs}
        ends = {}
        for run in self.left():
            for job in self.jobs:
                if (name := _name(self.out, run)) in job.runs():
                    ends[run] = _end(job, job.task_of(name), name, states[job])
        return ends


_MADE = "a node made it"


def _end(job: SlurmJob, task: int, run: str, states: dict[int, str]) -> RunEnd:
    where = f"array task {task} of Slurm job {job.id}"
    end = read_joblog(job.joblog(task)).get(job.tasks[task - 1].index(run) + 1)
    if end is not None and end.text != "exit status 0":
        return RunEnd(f"{end.text} in {where}")
    log = job.log(task)
    # Slurm forgets a task that is cancelled while it waits at once, one that ran after some minutes.
    unknown = "ended, Slurm has forgotten how" if log.is_file() else "CANCELLED before it started"
    state = states.get(task, unknown)
    if end is not None or state == "COMPLETED":
        return RunEnd(f"{_MADE}, but its folder cannot be seen here: {where}, {state}")
    words = log.read_text(errors="replace").strip() if log.is_file() else f"(there is no {log})"
    return RunEnd(f"{where}: {state}", words)
