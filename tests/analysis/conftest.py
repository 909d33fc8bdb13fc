"""Shared by the tests of the analysis: the package on the path, a small lab with a fake sonda-sim."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "analysis"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

# A shell's background job is started with SIGINT ignored, and so would be what the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

SCENARIO = {"name": "small", "about": "four agents", "duration_s": 40, "warmup_s": 10, "agents": []}


class Lab:
    """A folder with a scenario and a sonda-sim that is fake; runs the real analysis in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "results" / "small"
        self.scenario = folder / "scenarios" / "small.json"
        self.sim = folder / "sonda-sim"
        self.calls_file = folder / "calls"
        self.scenario.parent.mkdir(parents=True)
        self.scenario.write_text(json.dumps(SCENARIO))
        self.install_sim("first build")

    def install_sim(self, remark: str) -> None:
        """Writes the program; another remark makes it another build."""
        fake = Path(__file__).resolve().parent / "fake_sonda_sim.py"
        self.sim.write_text(f"#!/bin/sh\n# {remark}\nexec {sys.executable} {fake} \"$@\"\n")
        self.sim.chmod(0o755)

    def command(self, *arguments: str) -> list[str]:
        scenario = [] if "--all" in arguments else ["small"]
        given = [f"--root={self.folder}", f"--sim={self.sim}", *arguments]
        return [sys.executable, "-m", "sonda_analysis", *scenario, *given]

    def add_scenario(self, name: str) -> Path:
        """Another scenario of the library."""
        path = self.scenario.with_name(f"{name}.json")
        path.write_text(json.dumps({**SCENARIO, "name": name}))
        return path

    def environment(self, **extra: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT / "analysis"), "FAKE_CALLS": str(self.calls_file),
                "HOME": str(self.folder), **extra}

    def launch(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """One comparison in a process of its own, figures included."""
        return subprocess.run(self.command(*arguments), env=self.environment(**extra), cwd=self.folder,
                              capture_output=True, text=True, timeout=600, check=False)

    def compare(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """One comparison in this process, without figures: a tenth of the time of launch()."""
        from sonda_analysis.__main__ import main

        out, err = io.StringIO(), io.StringIO()
        command = self.command(*arguments)[3:]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(self.folder), \
                mock.patch.dict(os.environ, self.environment(**extra)), \
                mock.patch("sonda_analysis.compare.draw_all", return_value=[]), \
                mock.patch("sonda_analysis.sweep.sweep_curves.draw_sweep", side_effect=lambda *_: []):
            status = main(command)
        return subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue())

    def runs_made(self) -> list[str]:
        """The folders of the runs that were started since the last call, tries of contenders left out."""
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.write_text("")
        return [line for line in lines if "sonda-check-" not in line]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)
