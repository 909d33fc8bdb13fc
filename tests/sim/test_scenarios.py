"""Every shipped scenario, whole, and what its sentence promises where that is a matter of counting."""

import csv
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin"))
SCENARIOS = sorted((ROOT / "scenarios").glob("*.json"))
FILES = ["summary.csv", "windows.csv", "rtt.csv", "rtt-histogram.csv", "latency.csv"]


def simulate(folder, scenario, *options):
    """Runs a scenario and returns its summary as numbers."""
    subprocess.run([BIN / "sonda-sim", f"--scenario={scenario}", f"--outDir={folder}", *options],
                   cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    return {row["metric"]: float(row["value"]) for row in rows(folder / "summary.csv") if row["value"]}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def share(folder, agents, from_s, to_s):
    """Of the picks in the windows of a time, the part that went to agents whose name begins so."""
    picks = [(row["agent"], int(row["picks"])) for row in rows(folder / "windows.csv")
             if from_s <= float(row["start_s"]) < to_s]
    return sum(n for agent, n in picks if agent.startswith(agents)) / sum(n for _, n in picks)


def shipped(name):
    return ROOT / "scenarios" / f"{name}.json"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_runs_and_says_what_to_look_for(tmp_path, scenario):
    text = json.loads(scenario.read_text())
    assert text["name"] == scenario.stem
    assert "Watch" in text["about"]
    summary = simulate(tmp_path / "run", scenario)
    assert summary["requests"] > 1000
    assert summary["refusals"] == 0
    assert 0 < summary["p50_s"] <= summary["p90_s"] <= summary["p99_s"] <= summary["p999_s"]
    assert 0 < summary["jain_window"] <= 1
    windows = rows(tmp_path / "run" / "windows.csv")
    assert sum(int(row["picks"]) for row in windows) == summary["picks"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_scenario_in_run_json_repeats_the_run(tmp_path, scenario):
    short = [] if "at_s" in scenario.read_text() else ["--set=duration_s=20;warmup_s=2"]
    simulate(tmp_path / "a", scenario, "--set=fidelity=event", *short)
    record = json.loads((tmp_path / "a" / "run.json").read_text())
    resolved = tmp_path / "resolved.json"
    resolved.write_text(json.dumps(record["scenario"]))
    shutil.copytree(ROOT / "scenarios" / "data", tmp_path / "data")
    simulate(tmp_path / "b", resolved)
    again = json.loads((tmp_path / "b" / "run.json").read_text())
    assert again["scenario"] == record["scenario"]
    for file in FILES:
        assert (tmp_path / "a" / file).exists() == (tmp_path / "b" / file).exists()
        if (tmp_path / "a" / file).exists():
            assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_a_trace_that_changed_is_refused(tmp_path):
    simulate(tmp_path / "a", shipped("trace-replay"), "--set=duration_s=20;warmup_s=2")
    resolved = tmp_path / "resolved.json"
    resolved.write_text(json.dumps(json.loads((tmp_path / "a" / "run.json").read_text())["scenario"]))
    shutil.copytree(ROOT / "scenarios" / "data", tmp_path / "data")
    with open(tmp_path / "data" / "bursts.csv", "a") as file:
        file.write("119,1\n")
    result = subprocess.run([BIN / "sonda-sim", f"--scenario={resolved}", f"--outDir={tmp_path / 'b'}"],
                            capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "bursts.csv: expected the SHA-256 digest" in result.stderr


def test_a_rolling_restart_costs_no_request(tmp_path):
    summary = simulate(tmp_path / "run", shipped("rolling-restart"))
    assert summary["failures"] == 0
    assert summary["retries"] == 0
    for i in range(4):
        # Drains at 30 + 20 i, is back 12 s later.
        assert share(tmp_path / "run", f"server[{i}]", 35 + 20 * i, 40 + 20 * i) == 0
        assert share(tmp_path / "run", f"server[{i}]", 45 + 20 * i, 50 + 20 * i) > 0.1


def test_who_leaves_costs_retries_and_who_joins_gets_a_share(tmp_path):
    summary = simulate(tmp_path / "run", shipped("cold-join"))
    assert summary["failures"] == 0
    assert summary["retries"] > 0
    assert share(tmp_path / "run", "new", 0, 50) == 0
    assert share(tmp_path / "run", "new", 55, 90) == pytest.approx(0.25, abs=0.03)
    assert share(tmp_path / "run", "old[0]", 95, 120) == 0


def test_silent_agents_keep_their_share_for_three_intervals(tmp_path):
    summary = simulate(tmp_path / "run", shipped("silent-agent"))
    assert summary["failures"] == 0
    assert share(tmp_path / "run", "silent", 40, 50) == pytest.approx(0.25, abs=0.05)
    assert share(tmp_path / "run", "silent", 55, 80) == 0
    assert share(tmp_path / "run", "silent", 85, 120) == pytest.approx(0.25, abs=0.05)


def test_a_server_that_fails_fast_attracts_who_counts_connections(tmp_path):
    random = simulate(tmp_path / "a", shipped("fast-fail"), "--policy=random")
    counted = simulate(tmp_path / "b", shipped("fast-fail"), "--formula=connections", "--policy=best")
    assert random["failures"] > 100
    assert counted["failures"] > 1.5 * random["failures"]
    assert share(tmp_path / "b", "broken", 50, 80) > 0.2


def test_a_lie_attracts_who_believes_it(tmp_path):
    believed = ["--formula=cpu", "--policy=sample:2"]
    simulate(tmp_path / "a", shipped("lying-agent"), *believed)
    simulate(tmp_path / "b", shipped("lying-agent"))
    assert share(tmp_path / "a", "liar", 45, 80) > 0.15
    assert share(tmp_path / "a", "liar", 85, 120) == pytest.approx(0.1, abs=0.03)
    assert share(tmp_path / "b", "liar", 45, 80) == pytest.approx(0.1, abs=0.02)


def test_lost_probes_make_agents_look_dead(tmp_path):
    lossless = simulate(tmp_path / "a", shipped("lossy-probes"), "--set=probe.loss=0",
                        "--policy=round-robin")
    lossy = simulate(tmp_path / "b", shipped("lossy-probes"), "--policy=round-robin")
    # Request and response must both arrive: 0.7 squared; the count of some 240 varies by 3 %, five times that is the bar.
    assert lossy["probe_responses"] / lossless["probe_responses"] == pytest.approx(0.49, abs=0.16)
    unpicked = [row for row in rows(tmp_path / "b" / "windows.csv") if row["picks"] == "0"]
    assert len(unpicked) > len([row for row in rows(tmp_path / "a" / "windows.csv")
                                if row["picks"] == "0"])


def mean_of(tmp_path, scenario, contender):
    """Mean response time in seconds of a contender, FORMULA/POLICY, and the folder of its run."""
    formula, _, policy = contender.rpartition("/")
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    return simulate(folder, shipped(scenario), f"--formula={formula}", f"--policy={policy}")["mean_s"], folder


def test_right_weights_are_worth_something_where_servers_are_idle(tmp_path):
    turns, _ = mean_of(tmp_path, "right-weights", "weight/smooth-weighted")
    counts, folder = mean_of(tmp_path, "right-weights", "connections/best")
    trusting, trusted = mean_of(tmp_path, "right-weights", "expected-delay/best")
    blind, _ = mean_of(tmp_path, "right-weights", "min: inflight/best")
    assert trusting < 0.7 * counts < blind
    assert counts == pytest.approx(turns, rel=0.15)
    assert share(trusted, "slow", 20, 120) < 0.01
    assert share(folder, "slow", 20, 120) == pytest.approx(1 / 6, abs=0.03)


def test_counting_helps_right_weights_under_load(tmp_path):
    turns, _ = mean_of(tmp_path, "right-weights-busy", "weight/smooth-weighted")
    counts, _ = mean_of(tmp_path, "right-weights-busy", "connections/best")
    assert counts < 0.75 * turns


def test_stale_weights_drown_who_has_nothing_else(tmp_path):
    turns, _ = mean_of(tmp_path, "stale-weights", "weight/smooth-weighted")
    counts, _ = mean_of(tmp_path, "stale-weights", "connections/best")
    assert counts < 0.1 * turns


def test_wrong_weights_cost_whoever_trusts_them(tmp_path):
    counts, _ = mean_of(tmp_path, "wrong-weights", "connections/best")
    trusting, _ = mean_of(tmp_path, "wrong-weights", "expected-delay/best")
    blind, _ = mean_of(tmp_path, "wrong-weights", "min: inflight/best")
    assert counts == pytest.approx(blind, rel=0.05)
    assert trusting > 1.5 * counts


def both_ways(folder, name, *options):
    """The summaries of a shipped scenario, bare and as shipped."""
    folder.mkdir(exist_ok=True)
    return [simulate(folder / way, shipped(name), f"--set=proxy={way}", "--set=fidelity=event", *options)
            for way in ("bare", "as-shipped")]


def test_a_black_hole_costs_the_shipped_proxy_a_handful(tmp_path):
    bare, as_shipped = both_ways(tmp_path, "fast-fail")
    assert bare["failures"] > 500
    # Three in a row, and one after each rest of 1, 2, 4 reports.
    assert 3 <= as_shipped["failures"] <= 10


def test_a_panic_serves_on_when_most_agents_fall_silent(tmp_path):
    bare, as_shipped = both_ways(tmp_path, "silent-majority")
    assert bare["mean_s"] > 3 * as_shipped["mean_s"]
    assert share(tmp_path / "bare", "heard", 70, 75) == 1
    assert share(tmp_path / "as-shipped", "heard", 70, 75) == pytest.approx(3 / 8, abs=0.1)


def test_probation_spares_servers_with_cold_caches(tmp_path):
    bare, as_shipped = both_ways(tmp_path, "cold-caches", "--policy=round-robin")
    assert as_shipped["mean_s"] < 0.75 * bare["mean_s"]
    assert share(tmp_path / "bare", "new", 50, 60) == pytest.approx(0.25, abs=0.05)
    assert share(tmp_path / "as-shipped", "new", 50, 60) < 0.2
    assert share(tmp_path / "as-shipped", "new", 100, 120) == pytest.approx(0.25, abs=0.05)


def test_what_ships_costs_a_rolling_restart_next_to_nothing(tmp_path):
    """A slow start of 30 s cost the default 12 % here, and round-robin 40 %."""
    for policy in ("best", "round-robin"):
        bare, as_shipped = both_ways(tmp_path / policy, "rolling-restart", f"--policy={policy}")
        assert as_shipped["failures"] == bare["failures"] == 0
        assert as_shipped["mean_s"] < 1.05 * bare["mean_s"]


def test_servers_without_agents_are_served_alike(tmp_path):
    simulate(tmp_path / "a", shipped("listed-servers"))
    assert share(tmp_path / "a", "listed", 20, 50) == pytest.approx(0.5, abs=0.03)
    assert share(tmp_path / "a", "listed[0]", 60, 80) == 0
    assert share(tmp_path / "a", "listed[0]", 90, 120) == pytest.approx(1 / 8, abs=0.03)
