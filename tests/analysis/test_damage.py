"""Result folders that lack something or hold the impossible: refused by report, made again by compare, never drawn."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from conftest import SCENARIO, Lab

from sonda_analysis.contenders import parse_contender
from sonda_analysis.errors import AnalysisError
from sonda_analysis.record_report import main
from sonda_analysis.results import read_run
from sonda_analysis.runs import Run, find_fault

RANDOM = parse_contender("random")
TABLES = ("summary.csv", "windows.csv", "fairness.csv", "latency.csv", "series.csv", "ages.csv", "rtt.csv")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run, made by the fake sonda-sim."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "small.json").write_text(json.dumps(SCENARIO))
    fake = Path(__file__).with_name("fake_sonda_sim.py")
    subprocess.run([sys.executable, fake, f"--scenario={folder / 'small.json'}", "--policy=random", "--RngRun=3",
                    f"--outDir={folder / 'run-3'}"], check=True, timeout=60)
    return folder / "run-3"


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run-3"))


def fault_of(folder: Path) -> str:
    """What is wrong with the run, in one line; empty when it is read."""
    try:
        read_run(folder, RANDOM, 3)
    except AnalysisError as error:
        assert "\n" not in str(error) and len(str(error)) < 1000
        return str(error)
    return ""


@pytest.mark.parametrize("name", TABLES)
def test_a_file_that_was_cut_anywhere_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    data = path.read_bytes()
    lines = [match.end() for match in re.finditer(rb"\n", data)]
    ends = {0, 1, 300, len(data) // 2, len(data) - 7, len(data) - 1, lines[0], lines[1], lines[len(lines) // 2], lines[-2]}
    for end in sorted(end for end in ends if end < len(data)):
        path.write_bytes(data[:end])
        # Cut between two rows of a histogram or a sum, only the other files tell.
        assert str(path) in fault_of(folder), f"{name} cut at {end} of {len(data)}"


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("damage, words", [
    (lambda data: data.replace(b",", b",\xff", 1), "UTF-8|there is no header row|is missing"),
    (lambda data: data[:-1] + b"\xff\n", "line \\d+: byte 0xff is no UTF-8"),
    (lambda data: data[:-1] + b"\0\n", "line \\d+: a NUL byte"),
    (lambda data: data[:-1] + b",1\n", "line \\d+: .* has \\d+ cells; the header has"),
    (lambda data: data + b"1\n", "line \\d+: '1' has 1 cells"),
    (lambda data: data + b"\n", "line \\d+: '' has 0 cells"),
    (lambda data: b"", "there is no header row"),
    (lambda data: b"<html>\n", "is missing|header row must be"),
])
def test_what_is_no_table_is_refused(folder: Path, name: str, damage: Callable[[bytes], bytes], words: str) -> None:
    path = folder / name
    path.write_bytes(damage(path.read_bytes()))
    assert re.search(f"^{re.escape(str(path))}: .*({words})", fault_of(folder)), fault_of(folder)


CELLS = [("windows.csv", column, kind) for column, kind in (
    ("start_s", "time"), ("end_s", "time"), ("capacity", "number"), ("picks", "count"), ("in_flight_mean", "number"),
    ("in_flight_max", "count"))]
CELLS += [("fairness.csv", column, kind) for column, kind in (
    ("start_s", "time"), ("picks", "count"), ("jain", "number"), ("chance", "number"))]
CELLS += [("series.csv", column, kind) for column, kind in (
    ("start_s", "time"), ("answered", "count"), ("failures", "count"), ("mean_s", "number"))]
CELLS += [(name, column, kind) for name in ("latency.csv", "ages.csv") for column, kind in (
    ("low_s", "time"), ("high_s", "time"), ("count", "count"))]
CELLS += [("rtt.csv", "rtt_s", "time")]


@pytest.mark.parametrize("name, column, kind", CELLS)
@pytest.mark.parametrize("value", ["-5", "inf", "-inf", "nan", "1e308", "x", "1.5", "", "9" * 100_000])
def test_an_impossible_number_is_named_with_its_place(folder: Path, name: str, column: str, kind: str,
                                                      value: str) -> None:
    if (value == "1.5" and kind != "count") or (value == "" and kind == "number"):
        pytest.skip("allowed")
    path = folder / name
    lines = path.read_text().split("\n")
    cells = lines[2].split(",")
    cells[lines[0].split(",").index(column)] = value
    lines[2] = ",".join(cells)
    path.write_text("\n".join(lines))
    fault = fault_of(folder)
    assert f"{path}: line 3, column '{column}': " in fault and "must be" in fault, fault


@pytest.mark.parametrize("line, words", [
    ("mean_s,inf", "is not a metric and a number"), ("mean_s,-1", "must be a number from 0"),
    ("jain_window,1.5", "at most 1"), ("failures,4001", "of 4000 requests"), ("duration_s,0", "must be above 0"),
    ("p50_s,1e9", "above 'p99_s'"), ("picks,3999", "adds up to 4000"), ("requests,4001", "adds up to"),
    ("report_age_mean_s,9", "the mean of its rows"), ("warmup_s,0", "add up to"), ("mean_s,1\nmean_s,1", "twice"),
])
def test_an_impossible_summary_is_refused(folder: Path, line: str, words: str) -> None:
    path = folder / "summary.csv"
    metric = line.partition(",")[0]
    path.write_text(re.sub(f"^{metric},.*$", line, path.read_text(), flags=re.MULTILINE))
    assert words in fault_of(folder)


DEEP = "[" * 50_000 + "]" * 50_000


@pytest.mark.parametrize("text, words", [
    (DEEP, "nested too deeply; at most 32 levels"), ('{"schema": 1, "scenario": ' + "[" * 40 + "]" * 40 + "}", "nested too"),
    ('{"schema": ' + "9" * 100_000 + "}", "not JSON"), ("\xff", "not JSON"), ('{"schema": NaN}', "not JSON"), ("{", "not JSON"),
    ('{"schema": "' + "x" * 100_000 + '"}', "… (100002 characters)"), ("[]", "key 'schema' is None"),
])
def test_run_json_is_told_in_one_line(folder: Path, text: str, words: str) -> None:
    (folder / "run.json").write_bytes(text.encode("latin-1"))
    assert words in fault_of(folder)


@pytest.mark.parametrize("key, value", [
    ("scenario", []), ("formula", "x"), ("formula", {"name": 1}), ("policy", None), ("versions", 3), ("fidelity", {}),
    ("rng_run", True), ("exit_state", ["x" * 9999]),
])
def test_a_key_of_another_kind_is_named(folder: Path, key: str, value: object) -> None:
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, key: value}))
    assert f"key '{key}" in fault_of(folder)


def write_requests(folder: Path, rows: int = 4000, answered: str = "1") -> Path:
    path = folder / "requests.csv.gz"
    lines = [f"{10 + number / 1000},{0.1 if answered == '1' else ''},{answered}\n" for number in range(rows)]
    path.write_bytes(gzip.compress(("arrival_s,response_time_s,answered\n" + "".join(lines)).encode()))
    return path


def test_requests_are_read_where_they_are(folder: Path) -> None:
    path = write_requests(folder)
    assert fault_of(folder) == ""
    path.write_bytes(path.read_bytes()[:-7])
    assert f"{path}: damaged or cut short" in fault_of(folder)
    write_requests(folder, rows=3999)
    assert "3999 requests arrived after the warm-up; by summary.csv there were 4000" in fault_of(folder)
    write_requests(folder, answered="2")
    assert "line 2, column 'answered': it is 2.0" in fault_of(folder)
    path.write_bytes(b"no gzip")
    assert f"{path}: damaged or cut short" in fault_of(folder)


@pytest.mark.parametrize("name", (*TABLES, "run.json"))
def test_the_report_says_it_and_draws_nothing(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-7])
    assert main([str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"sonda report: {folder / name}: ")
    assert len(said.err.splitlines()) == 1
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize("name", (*TABLES, "run.json"))
def test_compare_makes_a_damaged_run_again(lab: Lab, name: str) -> None:
    assert lab.compare("--contenders", "random,seed/head", "--runs", "2").returncode == 0
    lab.runs_made()
    folder = next(lab.out.glob("runs/*/random/run-2"))
    whole = (folder / name).read_bytes()
    for cut in 7, 1:
        (folder / name).write_bytes(whole[:-cut])
        ended = lab.compare("--contenders", "random,seed/head", "--runs", "2")
        assert ended.returncode == 0, ended.stderr
        assert f"Damaged and run again: random, RngRun 2: {folder / name}: " in ended.stdout
        assert lab.runs_made() == [str(folder)]


def test_compare_refuses_what_only_the_sums_tell(lab: Lab) -> None:
    assert lab.compare("--contenders", "random", "--runs", "1").returncode == 0
    folder = next(lab.out.glob("runs/*/random/run-1"))
    lines = (folder / "windows.csv").read_text().splitlines(keepends=True)
    (folder / "windows.csv").write_text("".join(lines[:-1]))
    ended = lab.compare("--contenders", "random", "--runs", "1")
    assert ended.returncode == 1
    assert f"{folder / 'windows.csv'}: " in ended.stderr and f"delete {folder}" in ended.stderr


def test_a_run_without_probes_file_is_no_run(folder: Path) -> None:
    (folder / "rtt.csv").unlink()
    assert "rtt.csv: the file is missing" in (find_fault(Run(RANDOM, 3, folder)) or "")


def test_agents_with_names_that_pandas_takes_for_nothing_are_kept(folder: Path) -> None:
    path = folder / "windows.csv"
    path.write_text(path.read_text().replace("fast[0]", "NA").replace("fast[1]", "null"))
    assert {"NA", "null"} < set(read_run(folder, RANDOM, 3).windows["agent"])
