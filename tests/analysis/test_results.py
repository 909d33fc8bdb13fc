"""Result folders that are damaged are refused with the file and the column."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCENARIO

from sonda_analysis.contenders import parse_contender
from sonda_analysis.errors import AnalysisError
from sonda_analysis.results import read_outcome, read_run, read_series

RANDOM = parse_contender("random")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete run, made by the fake sonda-sim."""
    (tmp_path / "small.json").write_text(json.dumps(SCENARIO))
    fake = Path(__file__).with_name("fake_sonda_sim.py")
    subprocess.run([sys.executable, fake, f"--scenario={tmp_path / 'small.json'}", "--policy=random", "--RngRun=3",
                    f"--outDir={tmp_path / 'run-3'}"], check=True, timeout=60)
    return tmp_path / "run-3"


def test_a_complete_run_is_read(folder: Path) -> None:
    run = read_run(folder, RANDOM, 3)
    assert run.summary["requests"] == 4000
    assert len(run.windows) == 8 * 4 and run.windows["picks"].sum() == 8 * 500
    assert run.latency["count"].sum() == 4000
    assert (run.rtt["count"] == 1).all()
    assert len(run.fairness) == 8 and run.ages["count"].sum() == 400
    assert read_outcome(folder, RANDOM, 3).summary == run.summary
    series = read_series(folder)
    assert len(series) == 320 and list(series.columns) == ["start_s", "end_s", "answered", "mean_s"]


@pytest.mark.parametrize("name", ["run.json", "summary.csv", "windows.csv", "fairness.csv", "latency.csv", "ages.csv",
                                  "rtt.csv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(AnalysisError, match=f"{name}: the file is missing"):
        read_run(folder, RANDOM, 3)


@pytest.mark.parametrize("name, old, new, words", [
    ("windows.csv", ",capacity,", ",capacities,", "column 'capacity' is missing; there are: window"),
    ("windows.csv", ",in_flight_mean", ",in_flight_avg", "column 'in_flight_mean' is missing"),
    ("latency.csv", "high_s", "high", "column 'high_s' is missing"),
    ("ages.csv", "high_s", "high", "column 'high_s' is missing"),
    ("summary.csv", "p99_s", "p98_s", "metric 'p99_s' is missing"),
    ("summary.csv", "unfinished,0", "unfinished,", "metric 'unfinished' is nan"),
    ("summary.csv", "mean_s,0", "mean_s,a", "is not a metric and a number"),
    ("summary.csv", "metric,value", "metric,number", "the header row must be metric,value; it is metric,number"),
    ("summary.csv", "failures,0", "failures,-1", "metric 'failures' is -1"),
    ("summary.csv", "requests,4000", "requests,4000.5", "metric 'requests' is 4000.5"),
    ("windows.csv", "0,0,5,fast[0],1.0", "0,zero,5,fast[0],1.0", "line 2, column 'start_s': 'zero' is not a number"),
    ("run.json", '"schema": 1', '"schema": 2', "key 'schema' is 2"),
    ("run.json", '"complete"', '"failed"', "key 'exit_state' is 'failed'; it must be complete"),
    ("run.json", '"rng_run": 3', '"rng_run": 4', "key 'rng_run' is 4"),
    ("run.json", '"versions"', '"version"', "key 'versions' is missing"),
    ("run.json", "{", "", "not JSON"),
])
def test_a_damaged_file_is_refused(folder: Path, name: str, old: str, new: str, words: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    with pytest.raises(AnalysisError) as error:
        read_run(folder, RANDOM, 3)
    assert str(folder / name) in str(error.value) and words in str(error.value)


def test_an_empty_file_is_refused(folder: Path) -> None:
    (folder / "latency.csv").write_text("")
    with pytest.raises(AnalysisError, match="latency.csv: there is no header row"):
        read_run(folder, RANDOM, 3)


def test_the_rtt_histogram_replaces_the_rows(folder: Path) -> None:
    (folder / "rtt.csv").unlink()
    (folder / "rtt-histogram.csv").write_text("agent,low_s,high_s,count\nfast[0],0.001,0.003,32\n")
    rtt = read_run(folder, RANDOM, 3).rtt
    assert rtt.to_dict("records") == [{"agent": "fast[0]", "rtt_s": 0.002, "count": 32.0}]
