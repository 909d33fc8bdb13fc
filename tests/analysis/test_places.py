"""Where runs are made: options and hosts files, what is refused, and that early."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Lab

from sonda_analysis.errors import AnalysisError
from sonda_analysis.gnu_parallel import read_joblog
from sonda_analysis.hosts_file import Host, read_hosts


def written(folder: Path, text: str) -> Path:
    path = folder / "hosts"
    path.write_text(text)
    return path


def test_a_hosts_file_is_read_as_gnu_parallel_reads_it(tmp_path: Path) -> None:
    text = "# ours\n\n:\n8/alice@big.example.org\n  lab7\n4/ssh -p 2222 -F '/a folder/config' lab8\n"
    assert read_hosts(written(tmp_path, text)) == (
        Host(":", None, ()),
        Host("alice@big.example.org", 8, ("ssh", "alice@big.example.org")),
        Host("lab7", None, ("ssh", "lab7")),
        Host("ssh -p 2222 -F '/a folder/config' lab8", 4, ("ssh", "-p", "2222", "-F", "/a folder/config", "lab8")),
    )


@pytest.mark.parametrize("text, words", [
    ("", "no machine is named"),
    ("# lab1\n", "no machine is named"),
    ("lab1\n0/lab2\n", "line 2: '0/lab2': JOBS must be 1 or more"),
    ("lab1\n4/lab1\n", "line 2: 'lab1' is named twice"),
    ("lab1 lab2\n", "line 1: 'lab1 lab2' is not [JOBS/]LOGIN"),
    ("-oProxyCommand=x\n", "line 1: '-oProxyCommand=x' is not"),
    ("..\n", "line 1: '..' is not"),
    ("@group\n", "line 1: '@group' is not"),
    ("lab1,lab2\n", "line 1: 'lab1,lab2' is not"),
    ("ssh -F 'lab1\n", "line 1: 'ssh -F 'lab1': No closing quotation"),
])
def test_what_is_wrong_in_a_hosts_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(AnalysisError) as caught:
        read_hosts(path)
    assert words in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize("arguments, words", [
    (("--hosts", "nowhere"), "--hosts: nowhere cannot be read: No such file or directory"),
    (("--jobs", "0"), "--jobs: 0 is not allowed"),
    (("--slurm", "--slurm-runs", "0"), "--slurm-runs: 0 is not allowed"),
    (("--slurm-time", "10"), "--slurm-time needs --slurm"),
    (("--slurm", "--hosts", "h"), "--slurm and --hosts: choose one"),
    (("--slurm", "--runs", "0"), "--runs: 0 is not allowed"),
])
def test_options_that_do_not_fit_are_refused_before_anything(lab: Lab, arguments: tuple[str, ...], words: str) -> None:
    ended = lab.compare(*arguments)
    assert ended.returncode == 1 and words in ended.stderr
    assert not lab.out.exists()


def test_jobs_belong_into_the_hosts_file(lab: Lab) -> None:
    ended = lab.compare("--hosts", str(written(lab.folder, ":\n")), "--jobs", "3")
    assert ended.returncode == 1 and "--jobs: with --hosts, each line of the file says how many" in ended.stderr


def test_slurm_that_is_not_installed_is_named_with_its_package(lab: Lab) -> None:
    (lab.folder / "bin").mkdir()
    for tool in ("parallel", "setpriv"):
        (lab.folder / "bin" / tool).symlink_to("/bin/true")
    ended = lab.compare("--slurm", PATH=str(lab.folder / "bin"))
    assert ended.returncode == 1 and "sbatch is missing; install the Debian package slurm-client" in ended.stderr


def test_of_a_job_that_was_tried_again_the_last_end_counts(tmp_path: Path) -> None:
    log = tmp_path / "joblog.tsv"
    header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"
    log.write_text(f"{header}\n2\tlab1\t1.0\t1.0\t0\t0\t255\t0\ta\n1\t:\t1.0\t1.0\t0\t0\t3\t9\tb\twith tab\n"
                   "2\t:\t2.0\t1.0\t0\t0\t0\t0\ta\n3\thalf a li")
    ends = read_joblog(log)
    assert {number: (end.text, end.host) for number, end in ends.items()} == {
        1: ("ended by signal 9", ":"), 2: ("exit status 0", ":")}
    assert read_joblog(tmp_path / "none") == {}
