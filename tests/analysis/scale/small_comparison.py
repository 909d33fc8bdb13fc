"""A comparison with the real sonda-sim that takes some seconds: what the tests of this folder run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SIM = Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin")) / "sonda-sim"


def skip_without_sim() -> None:
    """Skips the calling test where sonda-sim has not been built."""
    if not SIM.is_file():
        pytest.skip(f"{SIM} is not built: ./sonda build makes it")


# As `-m sonda_analysis`, but no figures: they take longer than all the runs.
_WITHOUT_FIGURES = """
import runpy, sonda_analysis.compare
sonda_analysis.compare.draw_all = lambda *_: []
runpy.run_module("sonda_analysis", run_name="__main__", alter_sys=True)
"""


class SmallComparison:
    """A folder with copies of program, scenario and analysis, so that nothing changes during a test."""

    def __init__(self, folder: Path) -> None:
        skip_without_sim()
        self.folder = folder
        self.sim = folder / "bin" / "sonda-sim"
        self.scenario = folder / "two-speeds.json"
        self.analysis = folder / "analysis"
        self.sim.parent.mkdir(parents=True)
        shutil.copy(SIM, self.sim)
        # With a data file, which has to come along wherever the scenario goes.
        scenario = json.loads((ROOT / "scenarios" / "two-speeds.json").read_text())
        scenario["workload"]["service_ms"] = {"empirical": "data/services.csv"}
        self.scenario.write_text(json.dumps(scenario))
        (folder / "data").mkdir()
        (folder / "data" / "services.csv").write_text("value,weight\n10,3\n50,2\n120,1\n")
        shutil.copytree(ROOT / "analysis", self.analysis)

    def command(self, out: Path, *arguments: str, figures: bool = False) -> list[str]:
        """A comparison of two contenders with results in `out`."""
        program = ["-m", "sonda_analysis"] if figures else ["-c", _WITHOUT_FIGURES]
        return [sys.executable, *program, str(self.scenario), f"--sim={self.sim}", f"--out={out}",
                "--contenders=random,connections/sample:2", *arguments]

    def environment(self, **extra: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.analysis), "HOME": str(self.folder),
                "MPLCONFIGDIR": str(self.folder / "matplotlib"), **extra}
