"""./sonda report: which folders it takes, what it writes, what it says when it cannot."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sonda_analysis.record_report import main

WINDOW_S = 5


def write_run(folder: Path, policy: str = "sample:2", picks: tuple[int, int] = (6, 4), **info: object) -> Path:
    """A run of two agents and three windows, as sonda-proxy --record writes it."""
    folder.mkdir(parents=True)
    tables = {
        "summary.csv": [("metric", "value"), ("requests", 30), ("failures", 0), ("unfinished", 0), ("mean_s", 0.02),
                        ("p50_s", 0.02), ("p99_s", 0.03), ("jain_window", 0.96), ("jain_chance", 0.9), ("warmup_s", 0),
                        ("duration_s", 15), ("window_s", WINDOW_S), ("in_flight_max", 2), ("report_age_mean_s", 1)],
        "windows.csv": [("window", "start_s", "end_s", "agent", "capacity", "picks", "in_flight_mean", "in_flight_max")]
        + [(w, WINDOW_S * w, WINDOW_S * (w + 1), agent, 2, n, 0.5, 2)
           for w in range(3) for agent, n in zip(("a", "b"), picks)],
        "latency.csv": [("low_s", "high_s", "count"), (0.01, 0.02, 15), (0.02, 0.03, 15)],
        "ages.csv": [("low_s", "high_s", "count"), (1, 1.02, 30)],
        "fairness.csv": [("window", "start_s", "end_s", "picks", "jain", "chance"),
                         *((w, WINDOW_S * w, WINDOW_S * (w + 1), 10, 0.96, 0.9) for w in range(3))],
        "series.csv": [("start_s", "end_s", "answered", "failures", "mean_s"), (0, 15, 30, 0, 0.02)],
        "rtt.csv": [("time_s", "agent", "elapsed_s", "hold_s", "rtt_s"), (1, "a", 0.2, 0.1999, 1e-4), (1, "b", 0.2, 0.1998, 2e-4)],
    }
    for name, rows in tables.items():
        with open(folder / name, "w", newline="") as file:
            csv.writer(file).writerows(rows)
    run = {"schema": 1, "scenario": {"name": "lan"}, "formula": {"name": "connections", "text": "min: inflight", "sense": "lowest"},
           "policy": policy, "rng_run": 0, "fidelity": "lan", "versions": {"sonda": "0"}, "exit_state": "complete", **info}
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def test_one_run_gets_its_report_into_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_run(tmp_path / "monday")
    assert main([str(folder)]) == 0
    said = capsys.readouterr().out
    assert "monday" in said and "connections/sample:2" in said and str(folder / "report.html") in said
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 7
    assert "run.json" in page and "http" not in page.replace("http-equiv", "")
    share = list(csv.DictReader(open(folder / "figures" / "selection-share.csv")))
    assert [float(row["share_mean"]) for row in share] == pytest.approx([0.6, 0.4])


def test_runs_of_one_contender_are_numbered_and_taken_together(tmp_path: Path) -> None:
    folders = [write_run(tmp_path / "a", picks=(6, 4)), write_run(tmp_path / "b", picks=(4, 6)),
               write_run(tmp_path / "c", policy="random", formula={"name": "none"})]
    out = tmp_path / "both"
    assert main([*map(str, folders), "--out", str(out)]) == 0
    rows = list(csv.DictReader(open(out / "figures" / "selection-share.csv")))
    assert {row["contender"]: row["runs"] for row in rows} == {"connections/sample:2": "2", "random": "1"}
    assert not (tmp_path / "a" / "report.html").exists()


def test_names_cannot_break_the_page(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "x", formula={"name": "min: <script>alert(1)</script>"})
    assert main([str(folder)]) == 0
    assert "<script>" not in (folder / "report.html").read_text()


@pytest.mark.parametrize("change, words", [
    (lambda f: (f / "run.json").unlink(), "not the folder of a complete run"),
    (lambda f: (f / "run.json").write_text("[]"), "run.json"),
    (lambda f: (f / "run.json").write_text("{"), "not JSON"),
    (lambda f: (f / "run.json").write_text('{"schema": 1, "rng_run": "x"}'), "rng_run"),
    (lambda f: (f / "windows.csv").unlink(), "windows.csv"),
    (lambda f: (f / "summary.csv").write_text("metric,value\nrequests,x\n"), "summary.csv"),
])
def test_a_folder_that_is_no_run_is_an_error_that_names_it(tmp_path: Path, change, words: str,
                                                          capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_run(tmp_path / "run")
    change(folder)
    assert main([str(folder)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("sonda report: ") and words in error and str(folder) in error
    assert not (folder / "report.html").exists()


def test_several_folders_need_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "a"), str(tmp_path / "b")])
    assert ended.value.code == 2 and "--out DIR" in capsys.readouterr().err
