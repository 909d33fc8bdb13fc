"""`./sonda bench agent`: a tiny one, and its numbers."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BIN

from sonda_bench.__main__ import main
from sonda_bench.agent import EXPORTER, bars, ratio_of, values_of

ROUNDS = {
    ("sonda", "idle"): [{"cpu_share": share, "rss_bytes": 5_000_000} for share in (0.0004, 0.0005, 0.0009)],
    ("sonda", "count"): [{"cpu_s_each": each} for each in (2e-3, 3e-3, 4e-3)],
    ("also", "count"): [{"cpu_s_each": each} for each in (1e-3, 3e-3, 4e-3)],
}


def test_ratios_are_taken_within_a_round() -> None:
    found = ratio_of(ROUNDS, "sonda", "also", "count", "cpu_s_each")
    assert (found.median, found.least, found.largest) == (1, 1, 2)
    assert values_of(ROUNDS, "nobody", "idle", "cpu_share") is None


def test_the_bars() -> None:
    assert [bar.met for bar in bars(ROUNDS)] == [True, True, True]
    assert [bar.met for bar in bars({})] == [None, None, None]
    slow = {("sonda", "idle"): [{"cpu_share": 0.0007, "rss_bytes": 7_000_000}]}
    assert [bar.met for bar in bars(slow)] == [False, False, None]


def test_a_tiny_one(tmp_path: Path, capsys) -> None:
    if not (BIN / "sonda-agent").is_file():
        pytest.skip(f"{BIN / 'sonda-agent'} is not built: ./sonda bench agent makes it")
    if shutil.which(EXPORTER) is None:
        pytest.skip(f"there is no {EXPORTER}; ./sonda bench agent installs it")
    if subprocess.run(["unshare", "--net", "--map-root-user", "true"], capture_output=True, check=False).returncode:
        pytest.skip("network namespaces are not allowed here")
    agent = BIN / "sonda-agent"
    assert main(["agent", "--rounds=1", "--seconds=2", "--time-wait=300", f"--also={agent}", f"--bin={BIN}",
                 f"--out={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "table.md").read_text() == printed
    assert "| `sonda` |" in printed and f"| `{EXPORTER}` |" in printed
    with open(tmp_path / "runs.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = {(row["program"], row["measure"]): float(row["value"]) for row in rows if row["number"] == "asked"}
    assert asked["sonda", "idle"] >= 2 and asked["also", "count"] >= 50
    assert {row["value"] for row in rows if row["number"] == "time_wait" and row["measure"] == "count"} == {"300"}


def test_what_is_refused(tmp_path: Path, capsys) -> None:
    assert main(["agent", "--rounds=0"]) == 1
    assert "--rounds: 0 is not allowed" in capsys.readouterr().err
    assert main(["agent", f"--sonda={tmp_path}/none", f"--out={tmp_path}"]) == 1
    assert "no such file" in capsys.readouterr().err
