"""sonda-sim and the example programs as their users run them."""

import csv
import gzip
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin"))
FILES = ["summary.csv", "windows.csv", "fairness.csv", "rtt.csv", "latency.csv", "series.csv",
         "ages.csv"]
SHORT = "--set=duration_s=12;warmup_s=2;events=[]"


def simulate(folder, *options, check=True):
    """Runs sonda-sim and returns the finished process."""
    return subprocess.run(
        [BIN / "sonda-sim", f"--outDir={folder}", *options],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=check)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def arrivals(folder):
    with gzip.open(folder / "requests.csv.gz", "rt", newline="") as file:
        return [row["arrival_s"] for row in csv.DictReader(file)]


def test_the_files_of_a_run_agree_with_each_other(tmp_path):
    simulate(tmp_path / "run", "--scenario=scenarios/two-speeds.json", "--policy=random", "--requests",
             "--set=duration_s=60;warmup_s=20")
    summary = {row["metric"]: row["value"] for row in rows(tmp_path / "run" / "summary.csv")}
    series = rows(tmp_path / "run" / "series.csv")
    with gzip.open(tmp_path / "run" / "requests.csv.gz", "rt", newline="") as file:
        requests = list(csv.DictReader(file))
    assert sum(int(row["answered"]) + int(row["failures"]) for row in series) == len(requests)
    step = float(series[0]["end_s"])
    for place in (100, len(series) // 2, len(series) - 1):
        times = [float(r["response_time_s"]) for r in requests
                 if float(series[place]["start_s"]) <= float(r["arrival_s"]) < float(series[place]["end_s"])]
        assert len(times) == int(series[place]["answered"])
        assert not times or sum(times) / len(times) == pytest.approx(float(series[place]["mean_s"]))
    assert 500 <= 60 / step <= 1000

    late = [row for row in rows(tmp_path / "run" / "fairness.csv") if float(row["start_s"]) >= 20]
    assert len(late) == int(summary["windows"])
    assert sum(float(row["jain"]) for row in late) / len(late) == pytest.approx(float(summary["jain_window"]))
    windows = [row for row in rows(tmp_path / "run" / "windows.csv") if float(row["start_s"]) >= 20]
    assert max(int(row["in_flight_max"]) for row in windows) == int(summary["in_flight_max"])
    for row in windows:
        assert float(row["in_flight_mean"]) <= int(row["in_flight_max"])
        assert int(row["in_flight"]) <= int(row["in_flight_max"])
    ages = rows(tmp_path / "run" / "ages.csv")
    assert sum(int(row["count"]) for row in ages) == sum(int(row["picks"]) for row in windows)
    # A probe every 5 s with answers within 0.5 s: no report is older than that, and their mean age is half of 5 s.
    assert float(ages[-1]["high_s"]) < 5.6
    assert float(summary["report_age_mean_s"]) == pytest.approx(2.5, abs=0.3)


@pytest.mark.parametrize("fidelity", ["request", "packet"])
def test_equal_runs_give_equal_bytes(tmp_path, fidelity):
    options = ["--scenario=scenarios/far-and-near.json", "--formula=min: rtt * (1 + inflight)",
               "--policy=best", "--RngRun=3", "--requests",
               SHORT.replace("12", "4") + f";fidelity={fidelity}"]
    for name in ("a", "b"):
        simulate(tmp_path / name, *options)
    for file in FILES + ["requests.csv.gz"]:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    simulate(tmp_path / "c", *[o.replace("RngRun=3", "RngRun=4") for o in options])
    assert (tmp_path / "a" / "latency.csv").read_bytes() != \
        (tmp_path / "c" / "latency.csv").read_bytes()


def test_all_contenders_meet_the_same_arrivals(tmp_path):
    seen = []
    for i, contender in enumerate([("seed", "head"), ("repaired", "head"), (None, "random"),
                                   ("connections", "sample:2")]):
        formula = [f"--formula={contender[0]}"] if contender[0] else []
        simulate(tmp_path / str(i), "--scenario=scenarios/two-speeds.json", *formula,
                 f"--policy={contender[1]}", "--requests", SHORT)
        seen.append(arrivals(tmp_path / str(i)))
    assert len(seen[0]) > 500
    assert all(other == seen[0] for other in seen[1:])


@pytest.mark.parametrize("fidelity", ["request", "packet"])
def test_a_run_ends_when_its_requests_have(tmp_path, fidelity):
    simulate(tmp_path / "run", "--scenario=scenarios/lab.json",
             "--set=duration_s=8;warmup_s=1;probe.interval_s=0.5;probe.window_ms=100;"
             f"workload.load=0.05;fidelity={fidelity}")
    last = float(rows(tmp_path / "run" / "rtt.csv")[-1]["time_s"])
    assert 7 < last < 10


@pytest.mark.parametrize("formula, sense", [
    ("min: rtt", "lowest"), ("max: min(ram, cpu)", "highest"), ("max: cpu", "highest"), ("seed-highest", "highest"),
])
def test_run_json_tells_the_sense_of_the_formula(tmp_path, formula, sense):
    simulate(tmp_path / "run", "--scenario=scenarios/lab.json", f"--formula={formula}", "--policy=best", SHORT)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["formula"]["sense"] == sense


def test_run_json_repeats_the_run(tmp_path):
    simulate(tmp_path / "a", "--scenario=scenarios/lab.json", "--formula=cpu", "--policy=best",
             "--RngRun=7", SHORT)
    record = json.loads((tmp_path / "a" / "run.json").read_text())
    assert record["contender"] == "cpu/best"
    assert record["rng_run"] == 7
    (tmp_path / "resolved.json").write_text(json.dumps(record["scenario"]))
    simulate(tmp_path / "b", f"--scenario={tmp_path / 'resolved.json'}",
             f"--formula={record['formula']['text']}", f"--policy={record['policy']}", "--RngRun=7")
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


@pytest.mark.parametrize("options, words", [
    (["--scenario=scenarios/none.json"], ["scenarios/none.json", "cannot be read"]),
    (["--scenario=scenarios/lab.json", "--formula=fastest"], ["fastest", "seed-highest"]),
    (["--scenario=scenarios/lab.json", "--formula=min: rtt *"], ["column", "missing"]),
    (["--scenario=scenarios/lab.json", "--formula=min: rt"], ["column 6", "rt", "rtt_min"]),
    (["--scenario=scenarios/lab.json", "--policy=sample"], ["column 7", "sample:2"]),
    (["--scenario=scenarios/lab.json", "--policy=luck"], ["luck", "round-robin"]),
    (["--scenario=scenarios/lab.json", "--set=probe.intervall_s=1"],
     ["scenarios/lab.json", "probe.intervall_s", "interval_s"]),
    (["--scenario=scenarios/lab.json", "--set=agents[7].count=1"], ["agents[7]", "no item"]),
    (["--scenario=scenarios/lab.json", "--set=nonsense"], ["key=value"]),
    (["--scenario=scenarios/lab.json", "--progress=maybe"], ["maybe", "auto"]),
    ([], ["--scenario"]),
])
def test_bad_input_is_named(tmp_path, options, words):
    result = simulate(tmp_path / "run", *options, check=False)
    assert result.returncode == 1
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_stands_twice_is_refused(tmp_path):
    text = (ROOT / "scenarios" / "lab.json").read_text()
    file = tmp_path / "twice.json"
    file.write_text(text.replace('"duration_s"', '"duration_s": 1, "duration_s"', 1))
    result = simulate(tmp_path / "run", f"--scenario={file}", check=False)
    assert result.returncode == 1
    assert "twice.json" in result.stderr and "duration_s" in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_folder_that_exists_is_not_touched(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine").write_text("precious")
    result = simulate(tmp_path / "run", "--scenario=scenarios/lab.json", SHORT, check=False)
    assert result.returncode == 1
    assert "exists already" in result.stderr
    assert (tmp_path / "run" / "mine").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_formulas_of_a_users_file_are_used(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"near-and-free": {"score": "min: rtt * (1 + inflight)", "about": "mine"}}')
    simulate(tmp_path / "run", "--scenario=scenarios/lab.json", f"--formulas={file}",
             "--formula=near-and-free", "--policy=best", SHORT)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["formula"]["name"] == "near-and-free"


def test_many_probes_become_histograms(tmp_path):
    simulate(tmp_path / "run", "--scenario=scenarios/lab.json",
             "--set=agents[0].count=600;probe.interval_s=0.05;probe.window_ms=10;duration_s=10;"
             "warmup_s=1;workload.load=0.01")
    assert not (tmp_path / "run" / "rtt.csv").exists()
    histogram = rows(tmp_path / "run" / "rtt-histogram.csv")
    summary = {row["metric"]: row["value"] for row in rows(tmp_path / "run" / "summary.csv")}
    assert int(summary["probe_responses"]) > 100_000
    assert sum(int(row["count"]) for row in histogram) == int(summary["probe_responses"])


def test_the_list_names_formulas_variables_and_policies():
    result = subprocess.run([BIN / "sonda-sim", "--list"], capture_output=True, text=True,
                            timeout=60, check=True)
    for word in ["seed-highest", "rtt_min", "sample:d", "round-robin"]:
        assert word in result.stdout


def test_the_list_for_programs_has_the_same_and_the_documents_have_it_all():
    listed = json.loads(subprocess.run([BIN / "sonda-sim", "--listJson"], capture_output=True, text=True, timeout=60,
                                       check=True).stdout)
    text = subprocess.run([BIN / "sonda-sim", "--list"], capture_output=True, text=True, timeout=60, check=True).stdout
    policies = (ROOT / "docs" / "policies.md").read_text()
    formulas = (ROOT / "docs" / "formulas.md").read_text()
    for policy in listed["policies"]:
        assert f"\n  {policy['name']}{policy['parameter']} " in text
        assert policy["example"].startswith(policy["name"])
        assert f"`{policy['name']}" in policies, f"docs/policies.md does not have {policy['name']}"
    for formula in listed["formulas"]:
        assert f"| `{formula['name']}` | `{formula['score']}` |" in formulas, f"docs/formulas.md: {formula['name']}"
    for contender in listed["contenders"]:
        assert f"\n  {contender['name']} " in text
    assert {policy["ageing"] for policy in listed["policies"]} == {"none", "cut-off", "all"}


def test_the_first_program_is_short_and_runs():
    assert len((ROOT / "scenarios" / "first.cc").read_text().splitlines()) < 80
    result = subprocess.run([BIN / "first", "--sonda::ProxyApplication::Policy=random"], capture_output=True, text=True,
                            timeout=120, check=True)
    assert "requests, mean" in result.stdout
    assert result.stdout.count("picks") == 4


MONITOR, PROXY, AGENT, CLIENT = (f"--sonda::{name}Application::" for name in ("Monitor", "Proxy", "Agent", "Client"))


@pytest.mark.parametrize("options, words", [
    ([MONITOR + "Lead=1"], "Lead=1"),
    ([MONITOR + "Lead=1.1"], "Lead=1.1"),
    ([MONITOR + "Loss=1.5"], "Loss=1.5"),
    ([MONITOR + "Slices=0"], "Slices=0"),
    ([MONITOR + "Slices=1048577"], "Slices=1048577"),
    ([MONITOR + "Window=61s"], "Window=61s"),
    ([MONITOR + "Interval=0s"], "Interval=0s"),
    ([MONITOR + "Interval=1000001s"], "Interval=1000001s"),
    ([MONITOR + "Interval=2ns", MONITOR + "Slices=3"], "2 ns has no room for 3 slices"),
    ([MONITOR + "BaseForm=true", MONITOR + "Slices=2"], "base form can ask neither for a slice nor for notices"),
    ([MONITOR + "BaseForm=true", PROXY + "Policy=join-idle-queue"], "base form can ask neither"),
    ([PROXY + "Policy=luck"], "there is no policy 'luck'"),
    ([PROXY + "Policy=sample"], "sample:2"),
    ([PROXY + "Policy=fresh-shortest-queue"], "fresh-shortest-queue"),
    ([PROXY + "Formula=fastest"], "fastest"),
    ([PROXY + "Formula=min: rtt *"], "column"),
    ([PROXY + "Interval=1000001s"], "Interval=1000001s"),
    ([PROXY + "ConnectTimeout=1000001s"], "ConnectTimeout=1000001s"),
    ([AGENT + "Id=" + 65 * "x"], "Id: "),
    ([AGENT + "Window=61s"], "Window=61s"),
    ([CLIENT + "RequestBytes=12"], "RequestBytes=12"),
    ([CLIENT + "Interarrival=ns3::ConstantRandomVariable[Constant=0]"], "always 0"),
    ([CLIENT + "Interarrival=ns3::ConstantRandomVariable[Constant=-1]"], "-1.000000"),
    ([CLIENT + "Work=ns3::UniformRandomVariable[Min=-1|Max=1]"], "allowed: 0 to 1000000000"),
])
@pytest.mark.parametrize("program", [["first"], ["sonda-sim", "--list"]], ids=lambda program: program[0])
def test_attributes_that_the_model_refuses_are_refused_with_words_and_usage(program, options, words):
    result = subprocess.run([BIN / program[0], *program[1:], *options], capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode == 1, result.stderr
    assert words in result.stderr
    assert "General Arguments" in result.stderr
    assert "terminate" not in result.stderr


@pytest.mark.parametrize("fidelity", ["event", "request", "packet"])
@pytest.mark.parametrize("attribute", [MONITOR + "BaseForm", AGENT + "BaseForm"])
def test_a_scenario_needs_identities(tmp_path, fidelity, attribute):
    result = simulate(tmp_path / "run", "--scenario=scenarios/lab.json", f"--set=fidelity={fidelity}",
                      attribute + "=true", check=False)
    assert result.returncode == 1
    assert attribute + "=true: " in result.stderr and "identities" in result.stderr


@pytest.mark.parametrize("attribute", [AGENT + "Window=1s", MONITOR + "AcceptBase=false"])
def test_attributes_hold_in_event_as_in_request(tmp_path, attribute):
    for fidelity in ("event", "request"):
        simulate(tmp_path / fidelity, "--scenario=scenarios/lab.json", SHORT + f";fidelity={fidelity}", attribute)
    for file in FILES:
        event, request = ([line for line in (tmp_path / fidelity / file).read_text().splitlines()
                           if not line.startswith("simulator_events,")] for fidelity in ("event", "request"))
        assert event == request, file


def test_nothing_is_shown_on_a_pipe(tmp_path):
    result = simulate(tmp_path / "run", "--scenario=scenarios/lab.json", SHORT)
    assert result.stderr == ""
