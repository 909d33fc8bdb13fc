"""What --record writes: the simulator's files, whole or not at all."""
import csv
import json
import signal
import socket
import subprocess

import pytest
from conftest import HERE
from peers import Server, reset
from programs import DEADLINE_S, Program, binary, run

ROOT = HERE.parents[2]
FILES = {"run.json", "summary.csv", "windows.csv", "rtt.csv", "latency.csv", "fairness.csv",
         "series.csv", "ages.csv"}


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def end(proxy):
    proxy.signal(signal.SIGTERM)
    assert proxy.wait_end() == 0


def test_a_record_agrees_with_the_counters(world, tmp_path):
    world.start_fleet(3, figures=lambda number, _: {"RAM": 1e9, "CPU": 50, "cores": 1 + number,
                                                    "weight": 2})
    folder = tmp_path / "record"
    proxy = world.start_proxy("--record", folder, "--policy", "round-robin")
    proxy.wait_agents(3)
    traffic = world.traffic(proxy, 200)
    proxy.wait_state(lambda s: sum(a["picks"] for a in s["agents"]) > 100, "picks")
    traffic.stop()
    proxy.wait_state(lambda s: s["connections_open"] == 0, "the end of the connections")
    assert not folder.exists()
    counters = proxy.counters()
    end(proxy)
    assert any(f"recorded in {folder}" in line for line in proxy.lines)
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["record"]

    windows = rows_of(folder / "windows.csv")
    for agent in counters["agents"]:
        own = [row for row in windows if row["agent"] == agent["id"]]
        number = int(agent["id"][-3:]) - 1
        assert {float(row["capacity"]) for row in own} == {2.0 * (1 + number)}
        assert sum(int(row["picks"]) for row in own) == agent["dispatches"]
        assert sum(int(row["completions"]) for row in own) == agent["completions"]
        assert [int(row["window"]) for row in own] == list(
            range(int(own[0]["window"]), int(own[0]["window"]) + len(own)))
    for row in windows:
        assert float(row["start_s"]) == pytest.approx(0.2 * int(row["window"]))
        assert float(row["end_s"]) <= float(row["start_s"]) + 0.2 + 1e-9
    summary = {row["metric"]: float(row["value"] or "nan") for row in rows_of(folder / "summary.csv")}
    assert summary["requests"] == summary["picks"] == traffic.made
    assert summary["failures"] == summary["unfinished"] == summary["retries"] == 0
    assert 0 < summary["p50_s"] <= summary["p99_s"] < 5
    assert 0 < summary["jain_window"] <= 1
    assert sum(int(row["count"]) for row in rows_of(folder / "latency.csv")) == traffic.made
    assert sum(int(row["count"]) for row in rows_of(folder / "ages.csv")) == traffic.made
    assert sum(int(row["answered"]) for row in rows_of(folder / "series.csv")) == traffic.made
    rtt = rows_of(folder / "rtt.csv")
    assert len(rtt) >= sum(agent["reports"] for agent in counters["agents"])
    for row in rtt:
        assert 0 <= float(row["time_s"]) <= summary["duration_s"]
        assert float(row["rtt_s"]) == pytest.approx(float(row["elapsed_s"]) - float(row["hold_s"]))
    info = json.loads((folder / "run.json").read_text())
    assert info["schema"] == 1 and info["fidelity"] == "lan"
    assert info["contender"] == "round-robin" and info["formula"]["name"] == "none"
    assert info["rng_seed"] == 1 and info["exit_state"] == "complete"
    assert info["counters"]["accepted"] == traffic.made
    assert str(folder) in info["command_line"]
    assert info["wall_s"] == pytest.approx(summary["duration_s"])


def test_clients_that_nobody_takes_or_that_leave_are_told_apart(world, tmp_path):
    folder = tmp_path / "record"
    proxy = world.start_proxy("--record", folder, "--queue-timeout", "10ms")
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE_S) as client:
            with pytest.raises(ConnectionError):
                client.recv(1)
                client.recv(1)
    assert proxy.wait_counters(lambda c: c["no_agent"] == 5)
    end(proxy)
    summary = {row["metric"]: row["value"] for row in rows_of(folder / "summary.csv")}
    assert (summary["requests"], summary["failures"], summary["picks"]) == ("5", "5", "0")


def test_a_connection_is_a_request_whatever_number_of_dispatches_it_took(world, tmp_path):
    """Half of the dispatches meet a server that resets at once; no client sees that."""
    good = world.add(Server(lambda c: (c.sendall(b"hello"), c.shutdown(socket.SHUT_WR), c.recv(1)), "127.0.0.2"))
    bad = world.add(Server(reset, "127.0.0.3"))
    folder = tmp_path / "record"
    log = tmp_path / "connections.log"
    proxy = world.start_proxy(
        "--record", folder, "--server", f"{good.address}:{good.port}", "--server", f"{bad.address}:{bad.port}",
        "--policy", "round-robin", "--early-resets", "0", "--slow-start", "off", "--connection-log", log)
    proxy.wait_agents(2)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE_S) as client:
            assert client.recv(100) == b"hello"
    counters = proxy.wait_counters(lambda c: c["completed"] == 20)
    end(proxy)
    summary = {row["metric"]: row["value"] for row in rows_of(folder / "summary.csv")}
    assert (summary["requests"], summary["failures"]) == ("20", "0")
    # The kernel may tell of a reset that comes at once as of a connect that failed.
    assert int(summary["retries"]) == counters["retries"] > 5
    assert sum(int(row["answered"]) for row in rows_of(folder / "series.csv")) == 20
    lines = log.read_text().splitlines()
    assert len(lines) == 20 and all("agent=127.0.0.2:" in line for line in lines)


def test_the_log_names_no_agent_that_was_never_connected(world, tmp_path):
    """The first server resets early and then stops to listen, as the second one has done since its last check."""
    def reset_and_stop(connection):
        first.stop()
        reset(connection)

    first = world.add(Server(reset_and_stop, "127.0.0.2"))
    second = world.add(Server(reset, "127.0.0.3"))
    log = tmp_path / "connections.log"
    proxy = world.start_proxy(
        "--server", f"{first.address}:{first.port}", "--server", f"{second.address}:{second.port}",
        "--early-resets", "1", "--queue-timeout", "100ms", "--policy", "round-robin",
        "--slow-start", "off", "--connection-log", log, interval="60s")
    proxy.wait_agents(2)
    second.stop()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE_S) as client:
        with pytest.raises(ConnectionError):
            client.recv(1)
            client.recv(1)
    end(proxy)
    line, = log.read_text().splitlines()
    assert "agent=- " in line and "server=- " in line and "connect_ms" not in line and "end=no-agent" in line


def test_a_killed_proxy_leaves_its_windows_and_no_record(world, tmp_path):
    world.start_fleet(2)
    folder = tmp_path / "record"
    proxy = world.start_proxy("--record", folder)
    proxy.wait_agents(2)
    proxy.wait_state(lambda s: len(s["windows"]) >= 5, "windows")
    proxy.signal(signal.SIGKILL)
    proxy.wait_end()
    assert not folder.exists()
    left = list(tmp_path.iterdir())
    assert [path.name for path in left] == [f"record.part-{proxy.pid}"]
    assert len(rows_of(left[0] / "windows.csv")) >= 2


def test_a_folder_that_exists_is_refused(tmp_path):
    result = run([binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0",
                  "--admin", "off", "--record", tmp_path])
    assert result.returncode == 1
    assert f"--record: {tmp_path} exists already" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_record_without_admin_listener(world, tmp_path):
    folder = tmp_path / "record"
    proxy = world.add(Program([
        binary("sonda-proxy"), "--listen", "127.0.0.1:0", "--interface", "lo", "--admin", "off",
        "--port", world.group_port, "--record", folder]))
    proxy.wait_line("listening on")
    end(proxy)
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_report_draws_a_record(world, tmp_path):
    """./sonda report on two records: the same figures as of a comparison."""
    world.start_fleet(3)
    folders = []
    for policy in ("sample:2", "random"):
        folder = tmp_path / policy.replace(":", "-")
        proxy = world.start_proxy("--record", folder, "--policy", policy)
        proxy.wait_agents(3)
        traffic = world.traffic(proxy, 200)
        proxy.wait_state(lambda s: sum(a["picks"] for a in s["agents"]) > 60, "picks")
        traffic.stop()
        end(proxy)
        folders.append(folder)
    out = tmp_path / "report"
    result = subprocess.run([ROOT / "sonda", "report", *folders, "--out", out, "--no-install"],
                            capture_output=True, text=True, timeout=500, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    page = (out / "report.html").read_text()
    assert "connections/sample:2" in page and "data:image/png;base64," in page
    for name in ("response-time", "selection-share", "pick-heat-map", "fairness", "in-flight",
                 "report-age", "probe-rtt"):
        assert (out / "figures" / f"{name}.png").is_file(), name
    assert "connections/sample:2" in result.stdout and "random" in result.stdout
