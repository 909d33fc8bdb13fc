"""What the admin listener answers, and what it refuses."""
import csv
import http.client
import io
import json
import os
import re
import select
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest
from programs import DEADLINE_S, Program, binary, run

TOKEN = "0123456789abcdef"


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def bearer(token=TOKEN):
    return {"Authorization": f"Bearer {token}"}


def agent_of(state, name):
    return next(a for a in state["agents"] if a["id"] == name)


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


def test_draining_an_agent_needs_the_token(world, token_file):
    world.start_fleet(3)
    proxy = world.start_proxy("--admin-token-file", token_file)
    proxy.wait_agents(3)
    path = "/api/agents/web-002/drain"
    for headers in ({}, bearer("wrong-wrong-wrong"), bearer(TOKEN[:-1]), bearer(""),
                    {"Authorization": f"Basic {TOKEN}"}, {"Authorization": TOKEN}):
        status, answer, _ = proxy.get(path, method="POST", headers=headers)
        assert status == 401 and answer["WWW-Authenticate"] == "Bearer", headers
    assert proxy.get(path)[0] == 404  # a link must not drain
    assert proxy.state()["drained"] == []

    status, _, text = proxy.get(path, method="POST", headers=bearer())
    assert status == 200 and text == "web-002 is drained\n"
    state = proxy.wait_agents(2)
    assert state["drained"] == ["web-002"]
    drained = agent_of(state, "web-002")
    assert drained["state"] == "drained" and not drained["candidate"]
    assert drained["ideal_share"] == 0
    before = drained["picks"]
    traffic = world.traffic(proxy, 200)
    proxy.wait_state(lambda s: sum(a["picks"] for a in s["agents"]) >= 50, "picks of others")
    traffic.stop()
    assert agent_of(proxy.state(), "web-002")["picks"] == before

    assert proxy.get("/api/agents/web-002/ready", method="POST", headers=bearer())[0] == 200
    assert agent_of(proxy.wait_agents(3), "web-002")["state"] == "ready"
    for name in ("nobody", "web-002/x", "%2e%2e"):
        status, _, text = proxy.get(f"/api/agents/{name}/drain", method="POST", headers=bearer())
        assert status == 404, text
    assert any("agent web-002: drained by hand, asked for by 127.0.0.1" in line
               for line in proxy.lines)
    assert not any(TOKEN in line for line in proxy.lines)


def test_a_reload_changes_the_token(world, token_file, tmp_path):
    world.start_fleet(1)
    config = tmp_path / "proxy.json"
    config.write_text(json.dumps({"admin_token_file": str(token_file)}))
    proxy = world.start_proxy("--config", config)
    proxy.wait_agents(1)

    def reload(word):
        after = len(proxy.lines)
        proxy.signal(signal.SIGHUP)
        proxy.wait_line(word, after)

    def order(token):
        return proxy.get("/api/agents/web-001/ready", method="POST", headers=bearer(token))[0]

    assert order(TOKEN) == 200
    other = TOKEN[::-1]
    token_file.write_text(other + "\n")
    assert order(TOKEN) == 200  # the file is read at a reload
    reload("reloaded")
    assert (order(TOKEN), order(other)) == (401, 200)
    token_file.write_text("short\n")
    reload("at least 16")
    assert (order("short"), order(other)) == (401, 200)
    config.write_text("{}")
    reload("reloaded")
    assert order(other) == 403
    token_file.write_text(TOKEN + "\n")
    config.write_text(json.dumps({"admin_token_file": str(token_file)}))
    reload("reloaded")
    assert (order(TOKEN), order(other)) == (200, 401)
    assert not any("restart" in line for line in proxy.lines)


def test_without_a_token_nothing_can_be_changed(world):
    world.start_fleet(1)
    proxy = world.start_proxy()
    proxy.wait_agents(1)
    status, _, text = proxy.get("/api/agents/web-001/drain", method="POST", headers=bearer(""))
    assert status == 403 and "--admin-token-file" in text


@pytest.mark.parametrize("content,mode,word", [
    ("short\n", 0o600, "at least 16"),
    (TOKEN + "\n", 0o644, "chmod o="),
])
def test_a_bad_token_file_is_a_start_error(tmp_path, content, mode, word):
    path = tmp_path / "token"
    path.write_text(content)
    path.chmod(mode)
    result = run([binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0",
                  "--admin", "127.0.0.1:0", "--admin-token-file", path])
    assert result.returncode == 1
    assert "--admin-token-file" in result.stderr and word in result.stderr
    assert "short" not in result.stderr and TOKEN not in result.stderr


def test_options_that_make_no_sense_are_refused(token_file):
    for options, words in [
            (["--admin", "localhost:1"], ["--admin", "or off"]),
            (["--admin", "8404x"], ["--admin", "or off"]),
            (["--admin", "192.0.2.9:8404"], ["--admin", "192.0.2.9:8404", "--admin off"]),
            (["--admin", "off", "--admin-token-file", token_file], ["--admin-token-file", "token"]),
    ]:
        result = run([binary("sonda-proxy"), "--interface", "lo", "--listen", "127.0.0.1:0",
                      *options])
        assert result.returncode == 1, options
        for word in words:
            assert word in result.stderr


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


def own_sockets(pid):
    """The lines of the kernel's TCP table that belong to a process."""
    inodes = set()
    for entry in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{entry}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    with open("/proc/net/tcp") as table:
        return [line for line in list(table)[1:] if line.split()[9] in inodes]


def test_every_answer_is_guarded(world):
    proxy = world.start_proxy()
    for path in ("/", "/main.js", "/page.css", "/uplot.js", "/favicon.svg", "/api/state",
                 "/metrics", "/healthz", "/nosuch", "/api/history.csv?after=x"):
        status, headers, _ = proxy.get(path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
    assert proxy.get("/nosuch")[0] == 404
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert proxy.get("/api/state", method=method)[0] == 405
    status, headers, body = proxy.get("/api/state", method="HEAD")
    assert status == 200 and body == ""


def test_a_page_of_another_site_gets_nothing(world):
    proxy = world.start_proxy()
    port = urlsplit(proxy.url).port
    for host in ("localhost", f"localhost:{port}", f"127.0.0.1:{port}", "127.0.0.1", "[::1]:80"):
        assert proxy.get("/api/state", headers={"Host": host})[0] == 200, host
    for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "127.0.0.1.x"):
        status, _, text = proxy.get("/api/state", headers={"Host": host})
        assert status == 421 and "agents" not in text, host


def test_odd_requests_do_no_harm(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00\xff\x16\x03\x01",
                    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
                    b"POST /api/agents/a/drain HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nx",
                    b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    b"GET /%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
            try:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                answer = client.recv(65536)
            except OSError:
                answer = b""
            assert b"root:" not in answer
    assert proxy.get("/healthz")[0] == 200


@pytest.mark.parametrize("begin,more", [
    (b"GET /", b"a"),
    (b"GET / HTTP/1.1\r\nX: ", b"a"),
    (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
    (b"POST /api/agents/a/drain HTTP/1.1\r\nContent-Length: 99999999999\r\n", b"X: y\r\n"),
])
def test_a_request_without_end_is_cut(world, begin, more):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
        with pytest.raises(ConnectionError):  # the proxy has closed
            client.sendall(begin)
            for _ in range(2000):  # 20 MB at least, more than all buffers of the kernel
                client.sendall(more * 10_000)
    assert proxy.get("/healthz")[0] == 200


def test_a_request_that_trickles_is_cut(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    with socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S) as client:
        client.sendall(b"GET /")
        end = time.monotonic() + DEADLINE_S
        # No pause is long enough to be taken for an idle connection.
        while not select.select([client], [], [], 0.3)[0]:
            assert time.monotonic() < end, "the trickling client still holds a thread"
            client.sendall(b"a")


def test_ranges_do_not_multiply_an_answer(world):
    proxy = world.start_proxy()
    whole = proxy.get("/page.css")[2]
    for ranges in ("0-9", ",".join(["0-"] * 2000)):
        status, _, text = proxy.get("/page.css", headers={"Range": f"bytes={ranges}"})
        assert (status, text) == (200, whole), ranges


def test_idle_connections_hold_neither_the_listener_nor_the_end(world):
    proxy = world.start_proxy()
    where = urlsplit(proxy.url)
    idle = [socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S)
            for _ in range(60)]  # more than there are threads
    try:
        assert proxy.get("/healthz")[0] == 200
        begin = time.monotonic()
        proxy.signal(signal.SIGTERM)
        assert proxy.wait_end() == 0
        assert time.monotonic() - begin < 15
    finally:
        for connection in idle:
            connection.close()


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
