"""`--slurm` on a one-node Slurm of an ordinary user: the same bytes as here; what ends early is told or adopted."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from folders import half_folders, identities, results, run_folders
from loopback_slurm import LoopbackSlurm, as_ordinary_user, give_away, missing_programs
from marked import DEADLINE_S, Mark
from small_comparison import SmallComparison

RUNS = 3
SHORT = (f"--runs={RUNS}", "--set=duration_s=60")
LONG = (f"--runs={RUNS}", "--set=duration_s=2000")
SLURM = ("--slurm", "--slurm-partition=main", "--slurm-time=10")


@pytest.fixture(scope="module")
def slurm() -> Iterator[LoopbackSlurm]:
    if missing := missing_programs():
        pytest.skip(f"Slurm is not installed (no {', '.join(missing)}): Debian packages slurmctld slurmd slurm-client")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sonda-slurm-")))
        folder.chmod(0o755)
        running = stack.enter_context(LoopbackSlurm(folder / "slurm"))
        if fault := running.fault():
            pytest.skip(f"a one-node Slurm does not start here: {fault}")
        yield running


class OrdinaryUser:
    """A small comparison of the user who runs Slurm."""

    def __init__(self, folder: Path, slurm: LoopbackSlurm) -> None:
        folder.chmod(0o755)
        self.small = SmallComparison(folder / "small")
        self.out = folder / "small" / "out"
        self.slurm = slurm
        self.mark = Mark()
        give_away(folder)

    def start(self, *arguments: str, out: Path | None = None) -> subprocess.Popen[str]:
        command = as_ordinary_user(self.small.command(out or self.out, *arguments))
        environment = self.small.environment(**self.slurm.environment, **self.mark.environment)
        return subprocess.Popen(command, env=environment, cwd=self.small.folder, text=True, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def compare(self, *arguments: str, out: Path | None = None) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, out=out)
        try:
            output = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, *output)

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A comparison that has a job in the queue."""
        process = self.start(*arguments)
        try:
            assert self.slurm.wait_for(lambda: self.job_ids() or process.poll() is not None), "no job"
            assert process.poll() is None, process.communicate()
            yield process
        finally:
            process.kill()
            process.wait()

    @contextlib.contextmanager
    def closed_partition(self) -> Iterator[None]:
        """Jobs stay in the queue until the end of this context."""
        self.slurm.ask("scontrol", "update", "PartitionName=main", "State=DOWN")
        try:
            yield
        finally:
            self.slurm.ask("scontrol", "update", "PartitionName=main", "State=UP")

    def simulates(self) -> bool:
        return any("--outDir" in line and "/run-" in line for line in self.mark.processes().values())

    def job_ids(self, *options: str) -> set[str]:
        """Numbers of the job arrays that have not ended."""
        return set(self.slurm.ask("squeue", "--noheader", "--format=%F", *options).stdout.split())


@pytest.fixture
def user(slurm: LoopbackSlurm) -> Iterator[OrdinaryUser]:
    with tempfile.TemporaryDirectory(prefix="sonda-slurm-") as folder:
        yield OrdinaryUser(Path(folder), slurm)


def test_the_same_bytes_as_here_and_only_what_is_missing(user: OrdinaryUser) -> None:
    here = user.small.folder / "here"
    local = user.compare(*SHORT, out=here)
    assert local.returncode == 0, local.stderr
    ended = user.compare(*SHORT, "--slurm-runs=2", *SLURM)
    assert ended.returncode == 0, ended.stderr
    assert f"{2 * RUNS} to run, in a Slurm job array." in ended.stdout
    assert re.search(r"Slurm job \d+: 3 array tasks of up to 2 runs", ended.stdout)
    assert results(user.out) == results(here) and not half_folders(user.out)

    shutil.rmtree(run_folders(user.out)[1])
    before = identities(user.out)
    again = user.compare(*SHORT, "--slurm-runs=2", *SLURM)
    assert again.returncode == 0 and re.search(r"Slurm job \d+: 1 array task of up to 1 runs", again.stdout)
    assert identities(user.out).items() > before.items() and results(user.out) == results(here)
    user.mark.wait_until_none()


def test_a_sweep_is_one_job_of_all_its_values(user: OrdinaryUser) -> None:
    sweep = (*SHORT, "--sweep=workload.load=0.3,0.6")
    here = user.small.folder / "here"
    local = user.compare(*sweep, out=here)
    assert local.returncode == 0, local.stderr
    ended = user.compare(*sweep, "--slurm-runs=4", *SLURM)
    assert ended.returncode == 0, ended.stderr
    assert re.findall(r"Slurm job \d+: (.*) of up to 4 runs", ended.stdout) == ["3 array tasks"]
    assert len(run_folders(user.out)) == 4 * RUNS and results(user.out) == results(here)
    user.mark.wait_until_none()


def test_a_cancelled_task_is_told_and_made_next_time(user: OrdinaryUser) -> None:
    with user.closed_partition(), user.running(*SHORT, "--slurm-runs=3", *SLURM) as process:
        (job,) = user.job_ids()
        user.slurm.ask("scancel", f"{job}_2")
        user.slurm.ask("scontrol", "update", "PartitionName=main", "State=UP")
        _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert f"array task 2 of Slurm job {job}: CANCELLED" in stderr, stderr
    assert len(run_folders(user.out)) == 3
    again = user.compare(*SHORT, *SLURM)
    assert again.returncode == 0, again.stderr
    assert "3 are there, 3 to run" in again.stdout and len(run_folders(user.out)) == 2 * RUNS


def test_a_task_that_fails_is_told_with_its_log(user: OrdinaryUser) -> None:
    with user.closed_partition(), user.running(*SHORT, *SLURM) as process:
        for sim in user.out.glob("runs/*/sonda-sim"):
            sim.chmod(0o644)  # as on a file system that nodes mount without permission to execute
        user.slurm.ask("scontrol", "update", "PartitionName=main", "State=UP")
        _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert re.search(r"array task 1 of Slurm job \d+: FAILED", stderr), stderr
    assert "Permission denied" in stderr and "the trial run of" in stderr


def test_refused_options_are_told_in_the_words_of_slurm(user: OrdinaryUser) -> None:
    ended = user.compare(*SHORT, "--slurm", "--slurm-partition=nowhere")
    assert ended.returncode == 1 and "Slurm refuses the job: " in ended.stderr
    assert "invalid partition specified: nowhere" in ended.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_one_cancels_its_job(user: OrdinaryUser, how: signal.Signals) -> None:
    with user.running(*LONG, *SLURM) as process:
        assert user.slurm.wait_for(user.simulates), "nothing is simulated"
        os.killpg(process.pid, how)
        _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode != 0 and re.search(r"Slurm job \d+ is cancelled", stderr)
    user.mark.wait_until_none()
    assert not user.job_ids()


def test_the_job_of_a_killed_one_goes_on_and_the_next_waits_for_it(user: OrdinaryUser) -> None:
    with user.closed_partition():
        with user.running(*SHORT, *SLURM) as process:
            os.killpg(process.pid, signal.SIGKILL)
        (job,) = user.job_ids()
        refused = user.compare(*SHORT)
        assert refused.returncode == 1 and f"Slurm job {job} is still making runs here" in refused.stderr
        next_one = user.start(*SHORT, *SLURM)
        lines = iter(next_one.stdout.readline, "")
        assert any(f"Slurm job {job} of an earlier comparison is still in the queue" in line for line in lines)
    output, stderr = next_one.communicate(timeout=DEADLINE_S)
    assert next_one.returncode == 0, stderr
    assert "array task" not in output, "nothing new was submitted"
    assert len(run_folders(user.out)) == 2 * RUNS and not half_folders(user.out)
