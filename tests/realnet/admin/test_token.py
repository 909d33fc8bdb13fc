"""Who may change something by the admin listener: the bearer of the token, and nobody without."""
import json
import signal

import pytest
from lookups import agent_of
from programs import binary, run

TOKEN = "0123456789abcdef"


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def bearer(token=TOKEN):
    return {"Authorization": f"Bearer {token}"}


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
