"""`./sonda bench pick`: every policy, its times and its verdicts."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from conftest import BIN

from sonda_bench.__main__ import main
from sonda_bench.numbers import Spread
from sonda_bench.pick import AGENTS, SAMPLING, bars, is_sampling, times_of


@pytest.fixture
def pick() -> Path:
    if not (BIN / "bench-pick").is_file():
        pytest.skip(f"{BIN / 'bench-pick'} is not built: ./sonda bench pick makes it")
    return BIN / "bench-pick"


def test_every_policy_is_measured_and_all_that_sample_are_among_them(pick: Path) -> None:
    lines = subprocess.run([pick, "--benchmark_list_tests=true"], check=True, capture_output=True, text=True,
                           timeout=60).stdout.split()
    policies = list(dict.fromkeys(line.rsplit("/", 2)[0] for line in lines))
    assert len(lines) == len(policies) * len(AGENTS) and len(policies) >= 28
    assert {policy.partition(":")[0] for policy in policies if is_sampling(policy)} == SAMPLING.keys()


def test_a_tiny_one_judges_what_samples(pick: Path, tmp_path: Path, capsys) -> None:
    status = main(["pick", "--repetitions=2", "--min-time=0.001", "--filter=^(random|best|prequal-pool.*)/10+/",
                   f"--bin={BIN}", f"--out={tmp_path}"])
    assert status == 0
    with open(tmp_path / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * len(AGENTS) and all(float(row["least_ns"]) > 0 for row in rows)
    samples = {row["policy"].partition(":")[0]: row["samples"] for row in rows if row["agents"] == "1000"}
    assert samples == {"best": "0", "prequal-pool": "1", "random": "1"}
    printed = capsys.readouterr().out
    assert "| `random`, 1,000 agents, ns |" in printed and "| `best`, 1,000" not in printed
    assert (tmp_path / "table.md").read_text() == printed


def test_repetitions_become_a_spread_and_a_verdict() -> None:
    said = {"benchmarks": [
        {"run_type": kind, "run_name": "sample:2/1000/manual_time", "real_time": time, "family_index": 3,
         "per_family_instance_index": 2, "name": "sample:2/1000/manual_time"}
        for kind, time in (("iteration", 100), ("iteration", 600), ("iteration", 501), ("aggregate", 7))]}
    times = times_of(said)
    assert times == {("sample:2", 1000): Spread(501, 100, 600)}
    assert [bar.met for bar in bars(times)] == [False]


def test_what_is_refused(pick: Path, tmp_path: Path, capsys) -> None:
    options = [f"--bin={BIN}", f"--out={tmp_path}"]
    assert main(["pick", "--filter=^nothing$", *options]) == 1
    assert "--filter: nothing matches it" in capsys.readouterr().err
    assert main(["pick", "--min-time=0", *options]) == 1
    assert "--min-time: 0 is not allowed" in capsys.readouterr().err
    assert main(["pick", "--bin=/nowhere"]) == 1
    assert "/nowhere/bench-pick: no such file" in capsys.readouterr().err
