"""The admin listener's answers: state, events, history, health, and what a reload changes."""
import csv
import http.client
import io
import json
import re
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest
from lookups import own_sockets
from programs import DEADLINE_S, Program, binary, run


def test_state_tells_agents_scores_and_why(world):
    world.start_fleet(5, figures=lambda number, _: {"RAM": 1e9, "CPU": 10 * number, "cores": 2,
                                                    "weight": 1 + number})
    proxy = world.start_proxy("--formula", "max: cpu + 0 * inflight", "--policy", "sample:2")
    proxy.wait_agents(5)
    world.traffic(proxy, 100, keep=3)
    state = proxy.wait_state(lambda s: len(s["decisions"]) == 50 and s["agents"][0]["share"]
                             is not None and s["connections_open"] > 0, "50 decisions and shares")
    assert state["formula"] == {"name": "max: cpu + 0 * inflight",
                                "text": "max: cpu + 0 * inflight", "best": "highest"}
    assert state["policy"] == "sample:2"
    assert state["agents_total"] == 5
    for number, agent in enumerate(sorted(state["agents"], key=lambda a: a["id"])):
        assert agent["id"] == f"web-{number + 1:03d}"
        assert agent["state"] == "ready"
        assert agent["score"] == 10 * number
        assert set(agent["terms"]) == {"cpu", "inflight"}
        assert agent["terms"]["cpu"] == 10 * number
        assert agent["capacity"] == 2 * (1 + number)
        assert agent["ideal_share"] == pytest.approx((1 + number) / 15)
        assert 0 <= agent["age_s"] < 5
        assert 0 < agent["rtt_s"] < 1
    assert sum(a["share"] for a in state["agents"]) == pytest.approx(1)
    assert sum(a["in_flight"] for a in state["agents"]) <= state["connections_open"] + 1
    for decision in state["decisions"]:
        assert decision["candidates"] == 5
        assert decision["looked_at"] == 2
        scores = {look["agent"]: look["score"] for look in decision["scores"]}
        assert len(scores) == 2
        assert scores[decision["agent"]] == max(scores.values())
        assert decision["why"] == "highest of the 2 scores looked at"
    ats = [decision["at_s"] for decision in state["decisions"]]
    assert ats == sorted(ats, reverse=True)
    assert ats[0] <= state["uptime_s"]


def test_a_reload_changes_formula_and_policy(world, tmp_path):
    world.start_fleet(2)
    config = tmp_path / "proxy.json"
    config.write_text(json.dumps({"formula": "rtt", "policy": "best"}))
    proxy = world.start_proxy("--config", config)
    state = proxy.wait_agents(2)
    assert (state["formula"]["name"], state["policy"]) == ("rtt", "best")
    assert set(state["agents"][0]["terms"]) == {"rtt"}
    config.write_text(json.dumps({"formula": "min: inflight / cores", "policy": "sample:2"}))
    proxy.signal(signal.SIGHUP)
    state = proxy.wait_state(lambda s: s["policy"] == "sample:2", "the new policy")
    assert state["formula"]["text"] == "min: inflight / cores"
    assert set(state["agents"][0]["terms"]) == {"inflight", "cores"}


def test_history_is_windows_csv_of_the_last_windows(world):
    world.start_fleet(3)
    proxy = world.start_proxy()
    proxy.wait_agents(3)
    traffic = world.traffic(proxy, 200)
    proxy.wait_state(lambda s: len(s["windows"]) >= 8, "windows")
    traffic.stop()
    state = proxy.wait_state(lambda s: sum(a["picks"] for a in s["agents"]) == traffic.made
                             and s["windows"][-1]["picks"] == 0, "the end of the traffic")
    status, headers, body = proxy.get("/api/history.csv")
    assert status == 200 and headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert list(rows[0]) == ["window", "start_s", "end_s", "agent", "capacity", "picks",
                             "completions", "failures", "in_flight", "score", "probe_rtt_s",
                             "report_age_s"]
    assert sum(int(row["picks"]) for row in rows) == traffic.made
    by_window = {}
    for row in rows:
        by_window.setdefault(int(row["window"]), []).append(int(row["picks"]))
    for window in state["windows"]:
        assert sum(by_window.get(window["number"], [])) == window["picks"]
        assert window["end_s"] - window["start_s"] > 0
    last = state["windows"][-1]["number"]
    _, _, rest = proxy.get(f"/api/history.csv?after={last - 1}")
    assert {row["window"] for row in csv.DictReader(io.StringIO(rest))} >= {str(last)}
    assert int(rest.splitlines()[1].split(",")[0]) == last
    for wrong in ("x", "-1", "1.5", "", "99999999999999999999"):
        status, _, text = proxy.get(f"/api/history.csv?after={wrong}")
        assert status == 400 and "after" in text, wrong


def test_events_carry_states_with_ids(world):
    world.start_fleet(2)
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=DEADLINE_S)
    connection.request("GET", "/api/events", headers={"Accept-Encoding": "gzip, br"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "text/event-stream"
    assert answer.getheader("Content-Encoding") is None
    assert answer.readline() == b"retry: 1000\n"
    assert answer.readline() == b"\n"
    ids = []
    for _ in range(4):
        ids.append(int(re.fullmatch(rb"id: (\d+)\n", answer.readline())[1]))
        assert answer.readline() == b"event: state\n"
        data = answer.readline()
        assert data.startswith(b"data: {")
        assert json.loads(data[6:])["sequence"] == ids[-1]
        assert answer.readline() == b"\n"
    assert ids == sorted(set(ids))
    connection.close()


def test_events_readers_are_limited_and_their_places_come_back(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)

    def open_stream():
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=DEADLINE_S)
        connection.request("GET", "/api/events")
        answer = connection.getresponse()
        if answer.status == 200:
            answer.readline()
        return answer, answer.status  # the answer owns the socket

    streams = [open_stream() for _ in range(16)]
    assert {status for _, status in streams} == {200}
    refused, status = open_stream()
    refused.close()
    assert status == 503
    assert proxy.get("/healthz")[0] == 200  # the others still get their answers
    for answer, _ in streams:
        answer.close()
    end = time.monotonic() + DEADLINE_S
    while True:
        answer, status = open_stream()
        answer.close()
        if status == 200:
            break
        assert time.monotonic() < end, "the places never came back"
        time.sleep(0.05)  # a place is free when the next write to the gone reader has failed


def test_a_reader_that_does_not_read_is_dropped(world):
    world.start_fleet(200)
    proxy = world.start_proxy()
    proxy.wait_agents(200)  # an event is some 100 kB then: no buffer holds many of them
    where = urlsplit(proxy.url)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(DEADLINE_S)
        slow.connect((where.hostname, where.port))
        slow.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        first = slow.recv(100)
        assert b"200 OK" in first
        inode_gone = time.monotonic() + DEADLINE_S
        # Dropped: the kernel has no established connection from the proxy to us any more.
        local, remote = slow.getsockname()[1], slow.getpeername()[1]
        while is_established(remote, local):
            assert time.monotonic() < inode_gone, "the slow reader is still served"
            time.sleep(0.1)  # the kernel's table tells; there is nothing to wait on
    assert proxy.get("/healthz")[0] == 200


def is_established(local, remote):
    """Whether the kernel has an established IPv4 connection from port local to port remote."""
    with open("/proc/net/tcp") as table:
        for line in list(table)[1:]:
            fields = line.split()
            ports = [int(fields[i].split(":")[1], 16) for i in (1, 2)]
            if ports == [local, remote] and fields[3] == "01":
                return True
    return False


def test_health_and_readiness(world):
    proxy = world.start_proxy()
    assert proxy.get("/healthz")[0] == 200
    status, _, text = proxy.get("/readyz")
    assert status == 503 and "no agent can be picked, of 0 known" in text
    world.start_fleet(2)
    proxy.wait_agents(2)
    status, _, text = proxy.get("/readyz")
    assert status == 200 and text == "ready; agents that can be picked: 2\n"


def test_a_draining_proxy_is_healthy_and_not_ready(world):
    world.start_fleet(1)
    proxy = world.start_proxy()
    proxy.wait_agents(1)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE_S) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        proxy.signal(signal.SIGTERM)
        proxy.wait_line("no more clients")
        status, _, text = proxy.get("/readyz")
        assert status == 503 and "draining" in text
        assert proxy.get("/healthz")[0] == 200
        assert proxy.state()["draining"] is True
    assert proxy.wait_end() == 0


def test_a_second_proxy_does_not_share_the_port(world):
    proxy = world.start_proxy()
    at = urlsplit(proxy.url).netloc
    result = run([binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0",
                  "--admin", at])
    assert result.returncode == 1
    assert f"--admin: {at}: Address already in use; give it another port, or --admin off" in \
        result.stderr


def test_admin_off_listens_nowhere(world):
    proxy = world.start_proxy()
    listening = sum(" 0A " in line for line in own_sockets(proxy.pid))
    assert listening == 2
    off = world.add(Program([
        binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0", "--admin", "off"]))
    off.wait_line("listening on")
    assert sum(" 0A " in line for line in own_sockets(off.pid)) == 1


def test_herding_is_told(world):
    world.start_fleet(5, rtt_s=lambda number, _: 1e-3 * (1 + number))
    proxy = world.start_proxy("--formula", "rtt", "--policy", "head", interval="500ms")
    proxy.wait_agents(5)
    world.traffic(proxy, 200)
    state = proxy.wait_state(lambda s: s["herding"]["alarm"], "the herding alarm")
    assert state["herding"]["row"] >= 3
    assert all(window["herding"] for window in state["windows"][-3:])
    assert "sonda_herding 1" in proxy.get("/metrics")[2]


def test_spreading_is_no_herding(world):
    world.start_fleet(5)
    proxy = world.start_proxy("--policy", "round-robin", interval="500ms")
    proxy.wait_agents(5)
    world.traffic(proxy, 200)
    state = proxy.wait_state(
        lambda s: sum(window["telling"] for window in s["windows"]) >= 4, "telling windows")
    assert not any(window["herding"] for window in state["windows"])
    assert state["herding"] == {"alarm": False, "row": 0, "needed": 3}
    jain = [w["jain"] for w in state["windows"] if w["telling"]][-1]
    assert jain > 0.95
