"""How the commands of the analysis end: one line and an exit status, whatever happens in them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from sonda_analysis.command import guarded
from sonda_analysis.errors import AnalysisError


def failing(error: BaseException):
    def run() -> int:
        raise error
    return run


@pytest.mark.parametrize("error, status, words", [
    (AnalysisError("--runs: 0 is not allowed"), 1, "sonda compare: --runs: 0 is not allowed\n"),
    (PermissionError(13, "Permission denied", "/root/x"), 1, "sonda compare: /root/x: Permission denied\n"),
    (KeyboardInterrupt(), 130, "sonda compare: interrupted, to be continued\n"),
])
def test_an_error_is_a_line_and_a_status(capsys, error, status: int, words: str) -> None:
    assert guarded("compare", failing(error), "interrupted, to be continued") == status
    assert capsys.readouterr() == ("", words)


@pytest.mark.parametrize("status", [0, 1])
def test_what_it_returns_is_its_status(capsys, status: int) -> None:
    assert guarded("compare", lambda: status) == status
    assert capsys.readouterr() == ("", "")


def test_an_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded("compare", failing(ZeroDivisionError()))


def started(script: str, **streams) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "analysis")}
    return subprocess.Popen([sys.executable, "-c", script], env=environment, text=True, **streams)


def test_a_reader_that_went_away_is_no_error_to_complain_of() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    script = ("from sonda_analysis.command import guarded, start\n"
              "start(lambda _: guarded('report', lambda: print('x', flush=True) or 0))")
    with started(script, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        said = process.stderr.read()
    assert (process.returncode, said) == (141, "")


def test_a_terminated_command_tidies_up(tmp_path: Path) -> None:
    script = ("import signal\nfrom sonda_analysis.command import guarded, start\n"
              "def run():\n"
              "    try:\n        print('ready', flush=True)\n        signal.pause()\n"
              f"    finally:\n        open({str(tmp_path / 'tidied')!r}, 'w').close()\n"
              "start(lambda _: guarded('report', run))")
    with started(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert (process.returncode, said) == (143, "")
    assert (tmp_path / "tidied").exists()
