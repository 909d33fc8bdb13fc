"""Configuration files, --check, reloads and manual pages of the two programs."""
import json
import re
import resource
import shutil
import signal
import subprocess

import pytest
from load import Load, answer
from peers import connect, echo, free_udp_port, read_exactly
from programs import Program, binary, run


def write(path, **keys):
    path.write_text(json.dumps(keys))
    return path


def test_check_names_every_problem(tmp_path):
    path = write(tmp_path / "proxy.json", workers=0, nosuch=1, formula="min: rtt *",
                 policy="bestest", interface="nosuch0", key_file="/nonexistent", window="9s")
    result = run([binary("sonda-proxy"), "--config", path, "--check", "--listen", "x:1"])
    assert result.returncode == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith("sonda-proxy: ")]
    assert len(lines) == 8
    for key in ["workers", "nosuch", "formula", "policy", "interface", "key_file", "window"]:
        assert f"{path}: {key}: " in result.stderr
    assert "--listen: " in result.stderr


@pytest.mark.parametrize("name,keys", [
    ("sonda-proxy", {"listen": "127.0.0.1:0", "interval": "2s", "policy": "sample:3"}),
    ("sonda-agent", {"serve": "127.0.0.2:80", "weight": 2, "id": "web1"}),
])
def test_check_of_a_good_file(tmp_path, name, keys):
    path = write(tmp_path / "good.json", interface="lo", **keys)
    result = run([binary(name), "--config", path, "--check"])
    # Root is told that the packages' services would not see a file in /tmp.
    others = [line for line in result.stderr.splitlines() if "has a /tmp of its own" not in line]
    assert (result.returncode, others) == (0, [])
    assert "good" in result.stdout


def test_check_of_an_agents_file(tmp_path):
    path = write(tmp_path / "agent.json", interface="lo", serve="0.0.0.0:80", id="a b", weight=-1)
    result = run([binary("sonda-agent"), "--config", path, "--check"])
    assert result.returncode == 1
    for key in ["serve", "id", "weight"]:
        assert f"sonda-agent: {path}: {key}: " in result.stderr
    assert len(result.stderr.splitlines()) == 3


@pytest.mark.parametrize("options", [["--check"], []])
def test_a_proxy_that_listens_nowhere_is_an_error(tmp_path, options):
    path = write(tmp_path / "proxy.json", interface="lo", admin="off", listen=[])
    result = run([binary("sonda-proxy"), "--config", path, *options])
    assert result.returncode == 1
    assert f"sonda-proxy: {path}: listen: [] names no address" in result.stderr


@pytest.mark.parametrize("name", ["sonda-agent", "sonda-proxy"])
def test_the_manual_is_clean_roff(name):
    page = run([binary(name), "--man"])
    assert page.returncode == 0
    if not shutil.which("groff"):
        pytest.skip("SKIPPED, NOT TESTED: groff is not installed")
    shown = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-Kutf8"], input=page.stdout,
                           text=True, capture_output=True, timeout=20, check=True)
    assert shown.stderr == ""
    assert "EXIT STATUS" in re.sub(".\\x08", "", shown.stdout)  # bold is overstruck


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))


def reload(program, pattern="reloaded"):
    after = len(program.lines)
    program.signal(signal.SIGHUP)
    program.wait_line(pattern, after)
    return program.lines[after:]


def test_fifty_reloads_under_load_lose_no_connection(world, tmp_path):
    """Test 21 of the list: every kind of value that changes while running, and back."""
    for last in (2, 3):
        world.agent(world.server(answer, address=f"127.0.0.{last}"))
    keys = {"connect_timeout": "3s", "policy": "round-robin"}
    path = write(tmp_path / "proxy.json", **keys)
    proxy = world.proxy("--config", path, agents=2)
    held = connect(proxy.port)
    load = world.add(Load(proxy.port))
    for number in range(50):
        write(path, connect_timeout=f"{3 + number % 2}s", idle_timeout=f"{60 + number}s",
              policy=["random", "sample:2", "best", "round-robin"][number % 4],
              formula=["connections", "max: cpu", "min: rtt"][number % 3],
              verbose=number % 5 == 0)
        reload(proxy)
        load.wait_answers(8)
    load.stop()
    assert load.errors == []
    held.sendall(b"?")
    assert read_exactly(held, 2) == b"ok"  # begun before the first reload
    held.close()
    counters = proxy.wait_counters(lambda c: c["open"] == 0)
    assert (counters["reloads"], counters["reload_failures"]) == (50, 0)
    assert sum(a["in_flight"] for a in counters["agents"]) == 0


def test_a_broken_configuration_changes_nothing(world, tmp_path):
    world.agent(world.server(echo, address="127.0.0.2"), CPU=9)
    world.agent(world.server(answer, address="127.0.0.3"), CPU=1)
    path = write(tmp_path / "proxy.json", formula="max: cpu", policy="best")
    proxy = world.proxy("--config", path, agents=2)
    write(path, formula="min: cpu", policy="bestest", nosuch=1)
    lines = reload(proxy, "reload refused: the configuration in force stays")
    assert any(f"reload: {path}: policy: " in line for line in lines)
    assert any(f"reload: {path}: nosuch: is no known key" in line for line in lines)
    path.write_text("{")
    reload(proxy, f"reload: {path}: parse error")
    with connect(proxy.port) as client:
        client.sendall(b"hello")
        assert read_exactly(client, 5) == b"hello"  # still by the old formula
    assert proxy.counters()["reload_failures"] == 2
    write(path, formula="min: cpu", policy="best")
    reload(proxy)
    with connect(proxy.port) as client:
        client.sendall(b"?")
        assert read_exactly(client, 2) == b"ok"


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("text", [f'{{"listen": {DEEP}}}', f'{{"nosuch": {DEEP}}}', DEEP,
                                  '{"formulas": "FILE"}'], ids=["key", "unknown", "bare", "formulas"])
def test_deep_nesting_kills_nobody(world, tmp_path, text):
    """Neither a check nor a reload of a running proxy."""
    world.agent(world.server(echo))
    path = write(tmp_path / "proxy.json")
    proxy = world.proxy("--config", path)
    with connect(proxy.port) as client:
        formulas = tmp_path / "formulas.json"
        formulas.write_text(f'{{"mine": {{"score": "min: rtt", "good": {DEEP}}}}}')
        path.write_text(text.replace("FILE", str(formulas)))
        lines = reload(proxy, "reload refused: the configuration in force stays")
        assert any("is nested too deeply" in line and "at most 32 levels" in line for line in lines)
        client.sendall(b"hello")
        assert read_exactly(client, 5) == b"hello"
    for name in "sonda-proxy", "sonda-agent":
        if name == "sonda-agent" and "FILE" in text:
            continue  # it has no formulas
        check = run([binary(name), "--config", path, "--interface", "lo", "--check"])
        assert check.returncode == 1
        assert "nested too deeply" in check.stderr and len(check.stderr) < 1000


def test_messages_cut_what_they_quote(world, tmp_path):
    path = write(tmp_path / "proxy.json")
    proxy = world.proxy("--config", path, agents=0)
    write(path, workers="9" * 100_000, policy="x" * 100_000, idle_timeout="\x1b[2J\n", seed=DEEP)
    lines = reload(proxy, "reload refused: the configuration in force stays")
    assert any("… (100000 characters)" in line for line in lines)
    assert any(r"\x1b[2J\x0a" in line for line in lines)
    assert max(len(line) for line in lines) < 2000


def test_what_needs_a_restart_is_said(world, tmp_path):
    path = write(tmp_path / "proxy.json")
    proxy = world.proxy("--config", path, agents=0)
    for _ in range(2):  # also the second time: it is still not in force
        write(path, pipes=5, idle_timeout="1m")
        lines = reload(proxy)
        said = [line for line in lines if "changes only with a restart" in line]
        assert len(said) == 1 and f"{path}: pipes" in said[0]


@pytest.mark.no_valgrind("there are fewer descriptors")
def test_a_reload_counts_with_the_pipes_in_force(world, tmp_path):
    """Pipes that only a restart gives back are not there for connections yet."""
    path = write(tmp_path / "proxy.json", workers=1, pipes=40, max_connections=100)
    proxy = world.proxy("--config", path, agents=0, preexec_fn=few_files)
    write(path, workers=1, pipes=0, max_connections=150)
    lines = reload(proxy, "reload refused: the configuration in force stays")
    assert any(f"reload: {path}: max_connections: a limit of 400 open files" in line
               for line in lines)
    write(path, workers=1, pipes=0, max_connections=110)
    reload(proxy)


def test_an_agent_reloads(started, tmp_path):
    path = write(tmp_path / "agent.json", weight=1)
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--serve", "127.0.0.2:80",
                     "--port", str(free_udp_port()), "--config", path])
    started.append(agent)
    agent.wait_line("group 239.8.8.8")
    write(path, weight=0)
    reload(agent, f"reload: {path}: weight: ")
    write(path, weight=4, id="other")
    lines = reload(agent)
    assert any(f"{path}: id changes only with a restart" in line for line in lines)


def test_a_reload_brings_timeouts_to_running_connections(world, tmp_path):
    world.agent(world.server(echo))
    path = write(tmp_path / "proxy.json", idle_timeout="10m")
    proxy = world.proxy("--config", path)
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"x"
    write(path, idle_timeout="200ms")
    reload(proxy)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.counters()["idle_timeouts"] == 1
