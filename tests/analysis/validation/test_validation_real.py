"""./sonda validate with the real sonda-sim: what is right passes, what is broken does not.

Skipped where sonda-sim is not built.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from conftest import ROOT

from sonda_validation.case import Setup
from sonda_validation.checks.plan import Plan
from sonda_validation.checks.registry import FAMILIES, SPECIAL, make_cases
from sonda_validation.checks import family
from sonda_validation import options

SIM = Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin")) / "sonda-sim"

needs_sim = pytest.mark.skipif(not SIM.is_file(), reason=f"{SIM} is not built: ./sonda build makes it")


def validate(out: Path, *arguments: str, sim: Path = SIM) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sonda_validation", f"--sim={sim}", f"--out={out}", "--short", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "analysis")}
    return subprocess.run(command, env=environment, cwd=out.parent, capture_output=True, text=True, timeout=600,
                          check=False)


def broken(folder: Path, overrides: str) -> Path:
    """A sonda-sim that has a defect: it simulates something else than the scenario says."""
    path = folder / "broken-sonda-sim"
    path.write_text(f"#!/bin/sh\nexec {SIM} \"$@\" '--set={overrides}'\n")
    path.chmod(0o755)
    return path


@needs_sim
def test_a_setting_of_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = validate(out, "--only", "V3,V12", "--n", "23", "--load", "0.77", "--d", "3")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "n=23 load=0.77 d=3" in ended.stdout and "All 2 lines are within tolerance" in ended.stdout
    table = pd.read_csv(out / "validation.csv")
    assert table["family"].tolist() == ["V3", "V12"] and set(table["verdict"]) == {"ok"}
    assert table["d"][0] == 3 and table["runs"][1] >= 12


@needs_sim
def test_the_figures_are_drawn(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = validate(out, "--only", "V4")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    points = pd.read_csv(out / "figures" / "old-boards.csv")
    table = pd.read_csv(out / "validation.csv")
    shown = table[table["load"] == 0.9]
    assert len(shown) > 0 and points["simulated"].tolist() == shown["simulated"].tolist()
    image = plt.imread(out / "figures" / "old-boards.png")
    assert image.shape[1] > 800 and 0.5 < image.mean() < 1 and image.std() > 0.02


@needs_sim
def test_complete_runs_are_not_made_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, again, other = (validate(out, "--only", "V10", "--n=5", "--load=0.5", "--interval=4", *more)
                           for more in ((), (), ("--RngRun=2",)))
    assert "runs made" in first.stderr and "runs made" not in again.stderr and "runs made" in other.stderr
    assert re.sub(r"\(\d+ s;", "", first.stdout) == re.sub(r"\(\d+ s;", "", again.stdout) != other.stdout


@needs_sim
@pytest.mark.parametrize("arguments, defect", [
    (("V1", "--n=5", "--load=0.6"), "agents[0].speed=0.93"),
    (("V2", "--n=4", "--load=0.6"), 'workload.service_ms={"uniform":[0,2000]}'),
    (("V3", "--n=30", "--load=0.8"), "workload.load=0.84"),
    (("V4", "--n=40", "--load=0.8", "--interval=2"), "probe.interval_s=3"),
    (("V6", "--n=20", "--load=0.6", "--interval=3"), "agents[0].count=19"),
    (("V10", "--n=10", "--load=0.6", "--interval=4"), "agents[0].count=20"),
])
def test_a_defect_is_found(tmp_path: Path, arguments: tuple[str, ...], defect: str) -> None:
    family_id, *parameters = arguments
    ended = validate(tmp_path / "out", "--only", family_id, *parameters, sim=broken(tmp_path, defect))
    assert ended.returncode == 1, ended.stdout
    assert " OUT " in ended.stdout and "not within tolerance" in ended.stdout
    # The command that repeats the first run is told, and works as it is written.
    command = re.search(r"the first of \d+ runs: (.*?)(?:;|$)", ended.stdout, re.MULTILINE).group(1)
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "repeated" / "run.json").is_file()


@needs_sim
def test_a_wrong_hold_time_would_be_found(tmp_path: Path) -> None:
    ended = validate(tmp_path / "out", "--only", "V15", sim=broken(tmp_path, "agents[0].delay_ms=0.202"))
    # Two microseconds more each way, and the one to which hold times are given.
    assert ended.returncode == 1 and re.search(r"\+4\.\d+ +1 +OUT", ended.stdout), ended.stdout


@needs_sim
def test_a_run_that_fails_is_told_with_its_command(tmp_path: Path) -> None:
    ended = validate(tmp_path / "out", "--only", "V1", "--n=5", "--load=0.6", sim=broken(tmp_path, "nonsense=1"))
    assert ended.returncode == 1 and "FAILED" in ended.stdout and "nonsense" in ended.stdout
    assert "repeat it with: " in ended.stdout


@needs_sim
def test_requests_that_fail_are_no_result(tmp_path: Path) -> None:
    crash = 'events=[{"at_s":200,"agents":"server","do":"crash"}]'
    ended = validate(tmp_path / "out", "--only", "V1", "--n=5", "--load=0.6", sim=broken(tmp_path, crash))
    assert ended.returncode == 1 and re.search(r"\d+ of \d+ requests: failures", ended.stdout)


@needs_sim
def test_sonda_sim_accepts_every_kind_of_scenario(tmp_path: Path) -> None:
    """It refuses a results folder that exists after everything else that it refuses."""
    cases = make_cases(list(FAMILIES), Plan(False, 1, "event"), {})

    def kind(family_id: str, setup: Setup) -> tuple[str, ...]:
        service = str(setup.scenario["workload"]["service_ms"])
        return family_id, setup.contender.policy, setup.scenario["fidelity"], service

    kinds = {kind(case.family, setup): setup for case in cases for setup in case.setups}

    def refusal(setup: Setup) -> str:
        file = tmp_path / f"{setup.folder}.json"
        file.write_text(setup.text)
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run([SIM, f"--scenario={file}", *setup.contender.arguments(), f"--outDir={folder}"],
                                   capture_output=True, text=True, timeout=120, check=False)
            return "" if folder in ended.stderr else f"{setup.name}: {ended.stderr}"

    with ThreadPoolExecutor(2) as pool:
        assert [text for text in pool.map(refusal, kinds.values()) if text] == []


def test_options_know_what_there_is() -> None:
    assert set(options.IDS) == {*FAMILIES, *SPECIAL}
    assert options.PARAMETERS == family.PARAMETERS
    assert {key for one in FAMILIES.values() for key in one.base} - {"window", "fidelity"} == set(family.PARAMETERS)


@pytest.mark.parametrize("arguments, words", [
    (("--only", "V0"), "'V0' is no family"),
    (("--only", "V3,V4", "--n", "3"), "needs one family"),
    (("--only", "V3", "--load", "1"), "--load: 1 is not allowed"),
    (("--only", "V3", "--load", "nan"), "--load: nan is not allowed"),
    (("--only", "V4", "--interval", "0"), "--interval: 0 is not allowed"),
    (("--only", "V3", "--n", "0"), "--n: 0 is not allowed"),
    (("--jobs", "0"), "--jobs: 0 is not allowed"),
    (("--sim", "nowhere"), "nowhere does not exist"),
])
def test_wrong_options_are_named(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = validate(tmp_path / "out", *arguments)
    assert ended.returncode == 1 and words in ended.stderr and ended.stderr.startswith("sonda validate: ")


@needs_sim
@pytest.mark.parametrize("arguments, words", [
    (("--only", "V3", "--interval", "3"), "V3 does not take it; it takes: --n, --load, --d"),
    (("--only", "V14", "--n", "3"), "V14 does not take it; it takes: none"),
    (("--only", "V3", "--n", "3", "--d", "4"), "d is 4; from 2 to n = 3 is allowed"),
    (("--only", "V17", "--load", "0.9"), "overloads the slow servers"),
    (("--only", "V12"), "give --only some of them too"),
])
def test_impossible_settings_are_named(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = validate(tmp_path / "out", *arguments)
    assert ended.returncode == 1 and words in ended.stderr and ended.stderr.startswith("sonda validate: ")
