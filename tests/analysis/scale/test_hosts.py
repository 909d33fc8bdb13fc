"""`--hosts`: the same bytes as here, over ssh to this machine under several names; refusals; broken connections."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

import pytest
from folders import half_folders, identities, results, run_folders
from loopback_ssh import LoopbackSsh, find_sshd
from marked import DEADLINE_S, Mark
from small_comparison import SmallComparison

from sonda_analysis.gnu_parallel import (install, joblog_path, one_line, parallel_command, parallel_environment,
                                         read_joblog)

NAMES = ("near", "far")
RUNS = 3
SHORT = (f"--runs={RUNS}", "--set=duration_s=60")
LONG = (f"--runs={RUNS}", "--set=duration_s=2000")
LOOK_S = 0.02


@pytest.fixture
def small(tmp_path: Path) -> SmallComparison:
    return SmallComparison(tmp_path / "small")


@pytest.fixture
def mark() -> Mark:
    return Mark()


@contextlib.contextmanager
def running_server(folder: Path, environment: dict[str, str]) -> Iterator[LoopbackSsh]:
    if find_sshd() is None:
        pytest.skip("there is no sshd; install the Debian package openssh-server")
    with LoopbackSsh(folder, NAMES, environment) as server:
        fault = server.fault(NAMES[0])
        if fault is not None:
            pytest.skip(f"one cannot log in on loopback: {fault}")
        yield server


@pytest.fixture
def ssh(tmp_path: Path, mark: Mark) -> Iterator[LoopbackSsh]:
    with running_server(tmp_path / "ssh", mark.environment) as server:
        yield server


def hosts_file(ssh: LoopbackSsh, *lines: str) -> Path:
    """A file with these lines; a name in capitals becomes ssh with the options that lead to the server."""
    path = ssh.client_config.with_name("hosts")
    text = "\n".join(["# machines", "", *lines, ""])
    for name in NAMES:
        text = text.replace(name.upper(), f"ssh -F {ssh.client_config} {name}")
    path.write_text(text)
    return path


def compare(small: SmallComparison, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(small.command(out, *arguments), env=small.environment(), cwd=small.folder,
                          capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def test_the_same_bytes_as_here(small: SmallComparison, ssh: LoopbackSsh, mark: Mark) -> None:
    here, there = small.folder / "here", small.folder / "there"
    assert compare(small, here, *SHORT).returncode == 0
    hosts = hosts_file(ssh, "2/NEAR", "FAR", "1/:")
    ended = compare(small, there, *SHORT, f"--hosts={hosts}")
    assert ended.returncode == 0, ended.stderr
    assert f"{2 * RUNS} to run, on 3 machines (near, far, this one)." in ended.stdout
    assert results(there) == results(here)
    assert not half_folders(there)
    mark.wait_until_none()
    again = compare(small, there, *SHORT, f"--hosts={hosts}")
    assert f"{2 * RUNS} are there, 0 to run" in again.stdout
    assert not list(ssh.cache.glob("sonda/*/run.*")), "a run's folder stays on the machine"


@contextlib.contextmanager
def long_comparison(small: SmallComparison, out: Path, hosts: Path, mark: Mark) -> Iterator[subprocess.Popen[str]]:
    """A comparison in a process group of its own that has come to making runs."""
    process = subprocess.Popen(small.command(out, *LONG, f"--hosts={hosts}"), cwd=small.folder, text=True,
                               env=small.environment(**mark.environment), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def processes_with(mark: Mark, word: str) -> dict[int, str]:
    """Of the marked processes those with the word in their command line; waits for the first."""
    deadline = time.monotonic() + DEADLINE_S
    while not (found := {pid: line for pid, line in mark.processes().items() if word in line}):
        assert time.monotonic() < deadline, f"no process with {word}"
        time.sleep(LOOK_S)
    return found


REMOTE_RUN = "/host-run "  # in the command line of what ssh started
CONNECTION = "GNU_Parallel_worker"  # in that of an ssh which has started it


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_one_leaves_no_process_anywhere_and_continues(small: SmallComparison, ssh: LoopbackSsh,
                                                                     mark: Mark, how: signal.Signals) -> None:
    out, hosts = small.folder / "out", hosts_file(ssh, "1/NEAR", "1/FAR")
    with long_comparison(small, out, hosts, mark) as process:
        processes_with(mark, REMOTE_RUN)
        os.killpg(process.pid, how)
        assert process.wait(DEADLINE_S) != 0
    mark.wait_until_none()
    before = identities(out)
    assert not half_folders(out)
    again = compare(small, out, *LONG, f"--hosts={hosts}")
    assert again.returncode == 0, again.stderr
    assert identities(out).items() >= before.items(), "a complete run was touched"
    assert len(run_folders(out)) == 2 * RUNS and not half_folders(out)
    assert not list(ssh.cache.glob("sonda/*/run.*")), "a run's folder stays on the machine"


def test_a_run_whose_connection_breaks_is_tried_again(small: SmallComparison, ssh: LoopbackSsh, mark: Mark) -> None:
    out = small.folder / "out"
    with long_comparison(small, out, hosts_file(ssh, "1/NEAR", "1/FAR"), mark) as process:
        processes_with(mark, REMOTE_RUN)
        broken = next(pid for pid, line in processes_with(mark, CONNECTION).items() if line.startswith("ssh "))
        os.kill(broken, signal.SIGKILL)
        _, stderr = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 0, stderr
    assert len(run_folders(out)) == 2 * RUNS and not half_folders(out)


def test_a_machine_that_cannot_be_reached_is_named(small: SmallComparison, ssh: LoopbackSsh) -> None:
    hosts = hosts_file(ssh, "1/NEAR", f"ssh -F {ssh.client_config} -o Port=1 far")
    ended = compare(small, small.folder / "out", *SHORT, f"--hosts={hosts}")
    assert ended.returncode == 1 and "these machines cannot be used:\nssh" in ended.stderr
    assert "-o Port=1 far: status 255: ssh: connect to host 127.0.0.1 port 1: Connection refused" in ended.stderr
    assert "NEAR" not in ended.stderr and not run_folders(small.folder / "out")


def test_a_machine_that_computes_other_results_is_refused(small: SmallComparison, tmp_path: Path) -> None:
    # ns-3 reads this variable: another seed stands for another library or processor.
    with running_server(tmp_path / "ssh", {"NS_GLOBAL_VALUE": "RngSeed=7"}) as ssh:
        ended = compare(small, small.folder / "out", *SHORT, f"--hosts={hosts_file(ssh, 'NEAR')}")
    assert ended.returncode == 1 and "near: the trial run gives other results than here" in ended.stderr
    assert not run_folders(small.folder / "out")



def test_a_job_that_holds_ends_of_lines_stays_one_job_over_ssh(ssh: LoopbackSsh, tmp_path: Path) -> None:
    """Options refuse them; the list holds all the same, also behind the quoting of parallel, ssh and the login shell."""
    nasty, got = "x\n touch marker #'\"$(touch marker)\\\n\ttouch marker\u2028\n", tmp_path / "got"
    script = shlex.join(["exec", sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write(sys.argv[2])", str(got), nasty])
    log = tmp_path / "logs"
    install(log)
    (log / "logins").write_text(f"1/ssh -F {ssh.client_config} near\n")
    subprocess.run(parallel_command(log, f"--sshloginfile={log / 'logins'}"), input=one_line(script), text=True, check=True,
                   cwd=tmp_path, env=parallel_environment(log), timeout=DEADLINE_S)
    assert got.read_text() == nasty
    assert not list(tmp_path.rglob("marker*")) and not (Path.home() / "marker").exists()
    assert [end.text for end in read_joblog(joblog_path(log)).values()] == ["exit status 0"]
