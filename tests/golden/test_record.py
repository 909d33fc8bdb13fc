"""The recordings are those that record.py makes; with --long, the installed programs still pick so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from record import OTHERWISE, RECORDINGS, SUITES, Draws, file_of  # noqa: E402


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name, method, contender, plans", RECORDINGS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_recording_has_every_situation_of_its_plan(suite, name, method, contender, plans):
    golden = json.loads(file_of(name, method, suite).read_text())
    contender = OTHERWISE.get((suite, name, method), contender)
    assert (golden["program"], golden["method"], golden["contender"]) == (name, method, contender)
    assert golden["version"][0].isdigit() and golden["recorded"].startswith("20")
    assert [situation["name"] for situation in golden["situations"]] == [plan.name for plan in plans]
    for plan, situation in zip(plans, golden["situations"]):
        assert tuple(situation["weights"]) == plan.weights
        if isinstance(plan, Draws):
            assert sum(situation["counts"].values()) == situation["picks"] == plan.picks
            assert ("uphill" in situation) == plan.held
        else:
            signs = {"open": "+", "end": "-", "away": "!", "back": "*"}
            assert [event[0] for event in situation["events"].split()] == [signs[step.split()[0]] for step in plan.steps]


def test_no_recording_is_left_over():
    assert {path.name for path in HERE.glob("*.json")} == {
        file_of(name, method, suite).name for suite in SUITES for name, method, _, _ in RECORDINGS}


@pytest.mark.long
@pytest.mark.parametrize("name", ["haproxy", "nginx"])
def test_the_installed_program_still_picks_so(name):
    if shutil.which(name, path="/usr/sbin:/usr/bin") is None:
        pytest.skip(f"{name} is not installed")
    subprocess.run([sys.executable, HERE / "record.py", "--check", name], check=True, timeout=300)
