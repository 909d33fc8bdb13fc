"""The contract with the real sonda-sim; skipped where it has not been built."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Lab

from sonda_analysis.contenders import policies_without_formula
from sonda_analysis.options import DEFAULT_CONTENDERS

SIM = Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin")) / "sonda-sim"
SCENARIO = ROOT / "scenarios" / "two-speeds.json"

pytestmark = pytest.mark.skipif(not SIM.is_file(), reason=f"{SIM} is not built: ./sonda build makes it")


def compare(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    sim = lab.folder / "real-sonda-sim"
    if not sim.exists():
        shutil.copy(SIM, sim)  # a build that ends during the test would be another program
    command = [*lab.command()[:3], str(SCENARIO), f"--sim={sim}", f"--out={lab.folder / 'out'}", *arguments]
    return subprocess.run(command, env=lab.environment(), cwd=lab.folder, capture_output=True, text=True, timeout=300,
                          check=False)


def test_a_short_comparison_of_the_default_contenders(lab: Lab) -> None:
    arguments = ("--contenders", DEFAULT_CONTENDERS, "--runs", "2", "--set", "duration_s=30", "--set=warmup_s=10")
    first = compare(lab, *arguments)
    assert first.returncode == 0, first.stderr
    assert "10 runs (5 contenders, 2 each), 0 are there, 10 to run" in first.stdout
    assert "best" in first.stdout and (lab.folder / "out" / "report.html").is_file()
    table = (lab.folder / "out" / "comparison.csv").read_bytes()
    again = compare(lab, *arguments)
    assert "10 are there, 0 to run" in again.stdout
    assert (lab.folder / "out" / "comparison.csv").read_bytes() == table


@pytest.mark.parametrize("arguments, name", [
    (("--contenders", "random,no-such-formula/head"), "no-such-formula"),
    (("--contenders", "rtt/no-such-policy"), "no-such-policy"),
    (("--contenders", "random", "--set", "bogus=1"), "bogus"),
])
def test_wrong_names_are_refused_before_any_run(lab: Lab, arguments: tuple[str, ...], name: str) -> None:
    ended = compare(lab, *arguments)
    assert ended.returncode == 1 and "sonda-sim refuses" in ended.stderr and name in ended.stderr
    assert not (lab.folder / "out" / "runs").exists()


def test_sonda_sim_says_which_policies_look_at_no_score() -> None:
    listed = subprocess.run([SIM, "--list"], capture_output=True, text=True, timeout=60, check=True).stdout
    policies = listed.split("\npolicies, each with the formula that it has by itself\n")[1].split("\n\n")[0].splitlines()
    scored = re.compile(r"\([a-z-]+\)$")
    alone = {re.split(r"[\[:]", line.split()[0])[0] for line in policies if not scored.search(line)}
    assert policies_without_formula(Path(SIM)) == alone
    assert {"random", "round-robin", "c3"} <= alone and not {"best", "sample", "weighted"} & alone


def test_a_policy_without_formula_is_recorded_as_none(lab: Lab) -> None:
    ended = compare(lab, "--contenders", "random", "--runs", "1", "--set", "duration_s=30;warmup_s=10")
    assert ended.returncode == 0, ended.stderr
    (info,) = (lab.folder / "out").glob("runs/*/random/run-1/run.json")
    assert json.loads(info.read_text())["formula"]["name"] == "none"


def test_a_formula_text_with_spaces_and_slashes_is_run_as_written(lab: Lab) -> None:
    text = "min: rtt * (1 + inflight) / max(weight, 1)"
    ended = compare(lab, "--contenders", f"{text}/best", "--runs", "1", "--set", "duration_s=30;warmup_s=10")
    assert ended.returncode == 0, ended.stderr
    (info,) = (lab.folder / "out").glob("runs/*/text=*/run-1/run.json")
    assert json.loads(info.read_text())["formula"]["text"] == text
