"""Which runs are made, which are reused, and that no other ones are mixed in; with a fake sonda-sim."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from conftest import SCENARIO, Lab

from sonda_analysis.data_files import data_files

DEADLINE_S = 60
TWO = ("--contenders", "random,seed/head", "--runs", "2")


def test_what_exists_is_not_run_again(lab: Lab) -> None:
    first = lab.compare(*TWO)
    assert first.returncode == 0, first.stderr
    assert "4 runs (2 contenders, 2 each), 0 are there, 4 to run" in first.stdout
    assert len(lab.runs_made()) == 4
    again = lab.compare(*TWO)
    assert "4 are there, 0 to run" in again.stdout and lab.runs_made() == []
    more = lab.compare("--contenders", "random,seed/head", "--runs", "3")
    assert "4 are there, 2 to run" in more.stdout
    assert sorted(Path(path).name for path in lab.runs_made()) == ["run-3", "run-3"]
    assert pd.read_csv(lab.out / "comparison.csv")["runs"].tolist() == [3, 3]
    lab.compare(*TWO)
    counts = pd.read_csv(lab.out / "comparison.csv")["runs"].tolist()
    assert counts == [2, 2], "runs that were not asked for are left out"


def test_results_are_where_the_issue_says(lab: Lab) -> None:
    ended = lab.launch(*TWO)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "Report: results/small/report.html"
    names = {path.name for path in (lab.out / "figures").iterdir()}
    stems = ("response-time", "differences", "selection-share", "pick-heat-map", "fairness", "in-flight", "report-age",
             "probe-rtt")
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("png", "pdf", "csv")}
    elsewhere = lab.compare(*TWO, "--out", "other")
    assert elsewhere.returncode == 0 and (lab.folder / "other" / "report.html").is_file()


def name_data(lab: Lab, name: str) -> None:
    """Has the scenario refer to a data file, which is made."""
    lab.scenario.write_text(json.dumps({**SCENARIO, "workload": {"service_ms": {"empirical": name}}}))
    (lab.scenario.parent / name).parent.mkdir(exist_ok=True)
    (lab.scenario.parent / name).write_text("value\n1\n")


def test_data_files_of_a_scenario_are_copied_with_it(lab: Lab) -> None:
    name_data(lab, "data/services.csv")
    (lab.scenario.parent / "trace.csv").write_text("time_s,service_ms\n")
    sets = ("--set", 'duration_s=50;warmup_s=2', "--set", 'fidelity={"trace": {"file": "trace.csv", "sha256": "0"}}')
    assert lab.compare(*TWO, *sets).returncode == 0
    (store,) = lab.out.glob("runs/*")
    assert (store / "data" / "services.csv").read_text() == "value\n1\n" and (store / "trace.csv").is_file()
    assert set(json.loads((store / "parameters.json").read_text())["data_sha256"]) == {"data/services.csv", "trace.csv"}


@pytest.mark.parametrize("name", ["../services.csv", "/tmp/services.csv"])
def test_a_data_file_elsewhere_is_refused(lab: Lab, name: str) -> None:
    lab.scenario.write_text(json.dumps({**SCENARIO, "workload": {"service_ms": [{"empirical": name}]}}))
    ended = lab.compare(*TWO)
    assert ended.returncode == 1 and f"it refers to '{name}'" in ended.stderr and lab.runs_made() == []


def other_set(lab: Lab) -> tuple[str, ...]:
    return ("--set", "duration_s=50")


def other_fidelity(lab: Lab) -> tuple[str, ...]:
    return ("--fidelity", "packet")


def edited_scenario(lab: Lab) -> tuple[str, ...]:
    lab.scenario.write_text(json.dumps({**SCENARIO, "duration_s": 45}))
    return ()


def another_build(lab: Lab) -> tuple[str, ...]:
    lab.install_sim("second build")
    return ()


def edited_data(lab: Lab) -> tuple[str, ...]:
    (lab.scenario.parent / "data" / "services.csv").write_text("value\n2\n")
    return ()


@pytest.mark.parametrize("change", [other_set, other_fidelity, edited_scenario, another_build, edited_data])
def test_runs_of_other_parameters_are_never_mixed_in(lab: Lab, change) -> None:
    name_data(lab, "data/services.csv")
    lab.compare(*TWO)
    before = set(lab.runs_made())
    changed = lab.compare(*TWO, *change(lab))
    assert changed.returncode == 0, changed.stderr
    assert "0 are there, 4 to run" in changed.stdout
    assert "Runs of 1 other parameter set (scenario, --set or sonda-sim) are kept, not used." in changed.stdout
    made = set(lab.runs_made())
    assert len(made) == 4 and not made & before


def test_going_back_reuses_the_old_runs(lab: Lab) -> None:
    lab.compare(*TWO)
    lab.compare(*TWO, "--set", "duration_s=50")
    lab.runs_made()
    assert "4 are there, 0 to run" in lab.compare(*TWO).stdout and lab.runs_made() == []


def test_runs_with_another_ns3_library_are_refused(lab: Lab) -> None:
    lab.compare(*TWO)
    mixed = lab.compare("--contenders", "random,seed/head", "--runs", "3", FAKE_NS3="3.43")
    assert mixed.returncode == 1 and "differ in 'versions'" in mixed.stderr


def test_a_damaged_run_is_said_and_made_again(lab: Lab) -> None:
    lab.compare(*TWO)
    damaged, other = lab.runs_made()[:2]
    (Path(damaged) / "summary.csv").unlink()
    (Path(other) / "run.json").write_text("{")
    again = lab.compare(*TWO)
    assert again.returncode == 0 and "2 are there, 2 to run" in again.stdout
    assert f"{damaged}/summary.csv: the file is missing" in again.stdout
    assert set(lab.runs_made()) == {damaged, other}


def test_a_changed_copy_of_the_scenario_is_restored(lab: Lab) -> None:
    lab.compare(*TWO)
    (copy,) = lab.out.glob("runs/*/scenario.json")
    copy.write_text("{}")
    assert lab.compare("--contenders", "random", "--runs", "3").returncode == 0
    assert json.loads(copy.read_text()) == SCENARIO


def test_a_failing_run_is_named_with_its_words_and_the_rest_compared(lab: Lab) -> None:
    ended = lab.compare("--contenders", "random,seed/head", "--runs", "3", FAKE_CRASH="seed/head:2 seed/head:3")
    assert ended.returncode == 1
    assert "failed (exit status 3): seed/head, RngRun 2; seed/head, RngRun 3" in ended.stderr
    assert ended.stderr.count("sonda-sim: made to crash") == 1
    assert pd.read_csv(lab.out / "comparison.csv")["runs"].tolist() == [3, 1]
    assert "These runs failed" in (lab.out / "report.html").read_text()
    (line,) = [line for line in ended.stderr.splitlines() if "repeat it with: " in line]
    repeated = subprocess.run(line.split("repeat it with: ")[1], shell=True, env=lab.environment(),
                              timeout=DEADLINE_S, check=False)
    assert repeated.returncode == 0
    mended = lab.compare("--contenders", "random,seed/head", "--runs", "3")
    assert mended.returncode == 0 and "5 are there, 1 to run" in mended.stdout


def test_an_overloaded_run_is_a_result_and_not_run_again(lab: Lab) -> None:
    ended = lab.compare(*TWO, FAKE_UNFINISHED="seed/head:2")
    assert ended.returncode == 0 and "overloaded: 50 requests unfinished" in ended.stdout
    assert "4 are there, 0 to run" in lab.compare(*TWO).stdout


def test_when_every_run_fails_there_is_nothing_to_compare(lab: Lab) -> None:
    ended = lab.compare("--contenders", "random", "--runs", "1", FAKE_CRASH="random:1")
    assert ended.returncode == 1 and "no run was completed" in ended.stderr
    assert not (lab.out / "report.html").exists()


@pytest.mark.parametrize("arguments, words", [
    (("--contenders", "seed/haed,random"), "unknown policy 'haed'; allowed: head"),
    (("--contenders", "random,sede/head"), "unknown formula 'sede'"),
    (("--contenders", "random,seed/head", "--set", "durations=3"), "unknown key 'durations'"),
])
def test_wrong_names_end_it_before_any_run_with_the_words_of_sonda_sim_once(lab: Lab, arguments, words: str) -> None:
    ended = lab.compare(*arguments)
    assert ended.returncode == 1 and ended.stderr.count(words) == 1
    assert lab.runs_made() == [] and not list(lab.out.glob("runs/*"))


def test_a_division_that_looks_like_a_policy_is_explained(lab: Lab) -> None:
    ended = lab.compare("--contenders", "min: ram/cpu")
    assert "unknown policy 'cpu'" in ended.stderr
    assert "Read as formula 'min: ram' and policy 'cpu': the policy is what follows the last '/'" in ended.stderr


def test_nothing_is_written_to_the_home_folder_by_parallel(lab: Lab) -> None:
    lab.compare(*TWO)
    assert not (lab.folder / ".parallel").exists()


def read_line(fifo: int) -> str:
    """The next line of a FIFO that is open for reading; fails after DEADLINE_S."""
    assert select.select([fifo], [], [], DEADLINE_S)[0], "no run was started"
    return os.read(fifo, 100).decode().splitlines()[0]


def wait_for_end(process_descriptor: int) -> None:
    assert select.select([process_descriptor], [], [], DEADLINE_S)[0], "the run went on without its comparison"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_comparison_leaves_no_process_and_continues(lab: Lab, how: signal.Signals) -> None:
    lab.compare("--contenders", "random", "--runs", "1")
    lab.runs_made()
    fifo_path = lab.folder / "fifo"
    os.mkfifo(fifo_path)
    fifo = os.open(fifo_path, os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen(lab.command(*TWO, "--jobs", "1"), env=lab.environment(FAKE_BLOCK=str(fifo_path)),
                               cwd=lab.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        run = os.pidfd_open(int(read_line(fifo)))
        process.send_signal(how)
        _, stderr = process.communicate(timeout=DEADLINE_S)
        wait_for_end(run)
        os.close(run)
    finally:
        process.kill()
        process.wait()
        os.close(fifo)
    if how == signal.SIGINT:
        assert process.returncode == 130 and "the same command continues" in stderr
    assert len(list(lab.out.glob("runs/*/*/run-*.part-*"))) == 1, "what the killed run wrote"
    lab.runs_made()
    again = lab.compare(*TWO)
    assert again.returncode == 0, again.stderr
    assert "1 are there, 3 to run" in again.stdout
    assert not list(lab.out.glob("runs/*/*/run-*.part-*"))


def test_two_comparisons_do_not_write_to_one_folder(lab: Lab) -> None:
    fifo_path = lab.folder / "fifo"
    os.mkfifo(fifo_path)
    fifo = os.open(fifo_path, os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen(lab.command(*TWO), env=lab.environment(FAKE_BLOCK=str(fifo_path)), cwd=lab.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        read_line(fifo)
        second = lab.compare(*TWO)
        assert second.returncode == 1
        assert f"another comparison (process {process.pid}) is writing there" in second.stderr
        assert lab.compare(*TWO, "--out", "other").returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(fifo)


def test_a_missing_program_says_how_to_get_it(lab: Lab) -> None:
    lab.sim.unlink()
    assert "sonda-sim does not exist; ./sonda build makes it" in lab.compare(*TWO).stderr
    shutil.rmtree(lab.out, ignore_errors=True)


def test_an_override_that_names_a_file_names_it_however_it_is_written(tmp_path: Path) -> None:
    scenario = tmp_path / "small.json"
    scenario.write_text("{}")
    for override in ("workload.arrivals.trace=data/other.csv", 'workload.arrivals.trace="data/other.csv"',
                     "agents[0].speed.empirical.file=data/other.csv",
                     'workload.arrivals={"trace": "data/other.csv"}'):
        assert data_files(scenario, (override,)) == ("data/other.csv",), override
    assert data_files(scenario, ("name=data",)) == ()


def test_a_key_is_set_once(lab: Lab) -> None:
    ended = lab.compare("--set", "warmup_s=1", "--set", "warmup_s=2")
    assert ended.returncode != 0 and "'warmup_s' is given more than once" in ended.stderr
