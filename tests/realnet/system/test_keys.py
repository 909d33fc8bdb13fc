"""With keys: what is recorded counts no second time, and a captured agent speaks for itself only."""
import secrets

import pytest
from peers import GROUP, seal, write_key
from programs import Program, binary, run
from strangers import Site, speaker, stranger, version_2, write_hex


@pytest.fixture
def key():
    return secrets.token_bytes(32)


def made_with_the_key(key, count, **more):
    """Requests of the proxy from before it stamped them, sealed as it did."""
    return [seal(key, b"Q", "10.77.0.1", version_2(**more)) for _ in range(count)]


@pytest.mark.parametrize("replay", ["unstamped", "recorded"])
def test_a_replay_cannot_undo_a_drain(lan, tmp_path, key, replay):
    site = Site(lan, key_file=write_key(tmp_path / "key", key), interval="1500ms")
    port, recorded = site.record(2)
    if replay == "unstamped":
        recorded = made_with_the_key(key, 4)
    file = write_hex(tmp_path / "replay", recorded[:-1] if replay == "recorded" else recorded)
    stranger(lan, site.evil, "send", file, "10.77.0.1", port, GROUP, 8888, 1000).wait_line("done")
    names = {"old-request", "duplicate-request"}
    site.agent.wait_counters(lambda c: names & set(c["refusals"]))
    site.agent.signal(15)
    site.proxy.wait_line("agent web at 10.77.0.11:80: drain", deadline_s=1.4)
    assert "unknown-nonce" not in site.proxy.counters()["refusals"]


def test_replays_keep_no_agent_busy(lan, tmp_path, key):
    site = Site(lan, key_file=write_key(tmp_path / "key", key))
    port, _ = site.record(1)
    file = write_hex(tmp_path / "replay", made_with_the_key(key, 1500))
    sender = stranger(lan, site.evil, "send", file, "10.77.0.1", port, GROUP, 8888, 430)
    site.wait_rounds(8)
    sender.wait_line("done")
    counters = site.agent.wait_counters(lambda c: c["refusals"].get("old-request", 0) >= 1400)
    assert "busy" not in counters["refusals"]
    site.assert_always_fresh()


def derive(path, agent):
    """The key file of an agent, as the proxy derives it."""
    result = run([binary("sonda-proxy"), "--key-file", path, "--derive-key", agent])
    assert result.returncode == 0, result.stderr
    derived = path.with_name(f"key-{agent}")
    derived.write_text(result.stdout)
    derived.chmod(0o600)
    return derived


def write_master(path, kid="m"):
    line = run(["openssl", "rand", "-base64", "32"]).stdout.strip()
    path.write_text(f"master {kid} {line}\nactive {kid}\nlabel lab\n")
    path.chmod(0o600)
    return path


def real_agent(world, server, *options):
    agent = world.add(Program([binary("sonda-agent"), "--interface", "lo", "--serve",
                               f"{server.address}:{server.port}", "--port", world.group_port,
                               *options]))
    agent.wait_line("authenticated")
    return agent


def test_agents_with_keys_of_their_own(world, tmp_path):
    """The name comes with the key; a captured agent can pose as no other."""
    master = write_master(tmp_path / "master")
    real_agent(world, world.server(speaker), "--key-file", derive(master, "web1"))
    proxy = world.proxy("--key-file", master)
    proxy.wait_line("agent web1 at")
    counters = proxy.wait_counters(lambda c: c["responses_accepted"] >= 3)
    assert counters["refusals"] == {"total": 0}

    # An agent whose key is another's: its own program refuses to say so, so this one is made here.
    import base64
    import hashlib
    line = master.read_text().split()[2]
    own = hashlib.blake2b(b"sonda-agent-key\0web1", key=base64.b64decode(line),
                          digest_size=32).digest()
    server = world.server(speaker, address="127.0.0.4")

    def sign(pdu):
        return seal(own, b"R", "127.0.0.4", pdu, kid="m/web1", label="lab")

    world.agent(server, name="web2", sign=sign)
    counters = proxy.wait_counters(lambda c: c["refusals"].get("foreign-id", 0) >= 2)
    assert [agent["id"] for agent in counters["agents"]] == ["web1"]


def test_a_reload_goes_over_to_keys_of_their_own_without_losing_a_round(world, tmp_path, key):
    shared = write_key(tmp_path / "shared", key, kid="s").read_text()
    line = shared.splitlines()[0] + "\n"
    master = write_master(tmp_path / "master")
    own = [row for row in derive(master, "web1").read_text().splitlines(True)
           if row.startswith("agent ")][0]
    master_line = master.read_text().splitlines(True)[0]
    files = {name: tmp_path / f"{name}-keys" for name in ("agent", "proxy")}

    def write(name, text, active):
        files[name].touch(mode=0o600)
        files[name].write_text(f"{text}active {active}\nlabel lab\n")

    write("agent", line, "s")
    write("proxy", line, "s")
    agent = real_agent(world, world.server(speaker), "--key-file", files["agent"], "--id", "web1")
    proxy = world.proxy("--key-file", files["proxy"])
    for name, text, active in [("agent", line + own, "s"), ("proxy", line + master_line, "s"),
                               ("agent", line + own, "m"), ("proxy", line + master_line, "m"),
                               ("agent", own, "m"), ("proxy", master_line, "m")]:
        write(name, text, active)
        program = agent if name == "agent" else proxy
        after = len(program.lines)
        program.signal(1)
        program.wait_line("reloaded", after)
        before = proxy.counters()["responses_accepted"]
        counters = proxy.wait_counters(lambda c, n=before: c["responses_accepted"] >= n + 2)
    assert set(counters["refusals"]) == {"total"}
    assert agent.counters()["refusals"] == {"total": 0}


def test_wrong_key_files_are_refused(tmp_path, key):
    master = write_master(tmp_path / "master")
    web1 = derive(master, "web1")
    options = {"sonda-agent": ["--serve", "127.0.0.2:80"],
               "sonda-proxy": ["--listen", "127.0.0.1:0", "--admin", "off"]}

    def check(name, *words):
        result = run([binary(name), "--check", "--interface", "lo", *options[name], *words])
        return result.returncode, result.stderr

    assert check("sonda-agent", "--key-file", web1)[0] == 0
    assert check("sonda-agent", "--key-file", web1, "--id", "web1")[0] == 0
    assert check("sonda-proxy", "--key-file", master)[0] == 0
    code, error = check("sonda-agent", "--key-file", master)
    assert code == 1 and "--key-file: has a master key" in error
    code, error = check("sonda-agent", "--key-file", web1, "--id", "web2")
    assert code == 1 and "has the keys of agent web1, and this is web2 (--id)" in error
    code, error = check("sonda-proxy", "--key-file", web1)
    assert code == 1 and "has the keys of agent web1; a proxy needs" in error
    for words, message in [((master, "a b"), "1 to 64 printable ASCII"),
                           ((write_key(tmp_path / "shared", key), "web1"), "there is no master key"),
                           ((tmp_path / "nowhere", "web1"), "nowhere")]:
        result = run([binary("sonda-proxy"), "--key-file", words[0], "--derive-key", words[1]])
        assert result.returncode == 1 and message in result.stderr, result.stderr
        assert result.stdout == ""
