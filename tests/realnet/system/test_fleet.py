"""What becomes of agents: panic and its end, rests and the floor, one entry per server, the log."""
import re
import socket
import struct
import time

import pytest
from load import answer
from peers import Agent, connect, read_all
from programs import binary, run


def reset_first(connection):
    """A server whose program dies with bytes unread: a reset before it has sent one."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def picky(connection):
    """Answers `?`, and resets whoever says something else, as a plain server spoken to in TLS."""
    if connection.recv(1) == b"?":
        connection.sendall(b"ok")
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def ask(proxy, word=b"?"):
    """What comes back for a word: bytes, or None for a reset."""
    with connect(proxy.port) as client:
        try:
            client.sendall(word)
            return read_all(client)
        except ConnectionError:
            return None


def words_of(proxy):
    """The log without the lines of counters."""
    return "\n".join(line for line in proxy.lines if " counters {" not in line)


def wait_rounds(agent, rounds):
    """Waits until the proxy has asked that agent's process so many times more."""
    done = len(agent.requests)
    for number in range(done, done + rounds):
        agent.wait_request(number)


# Panic ----------------------------------------------------------------------------------------


def silence_most(world, *options):
    agents = [world.agent(world.server(answer, address=f"127.0.0.{2 + i}"), name=f"web{i}")
              for i in range(4)]
    proxy = world.proxy("--policy", "round-robin", *options, agents=4)
    proxy.wait_counters(lambda c: all(a["reports"] >= 4 for a in c["agents"]))
    for agent in agents[1:]:
        agent.silent = True
    proxy.wait_line(r"warning panic: only 1 of \d agents answer")
    return proxy, agents


def picks(proxy):
    return {a["id"]: a["dispatches"] for a in proxy.counters()["agents"]}


def test_a_panic_is_told_and_its_end_does_not_spare_those_that_served(world):
    proxy, agents = silence_most(world)
    counters = proxy.counters()
    assert counters["states"] == ["panic"] and counters["panics"] == 1
    assert counters["agents_lost"] >= 1 and counters["agents_left"] == 0
    assert [ask(proxy) for _ in range(40)] == [b"ok"] * 40
    for agent in agents[1:]:
        agent.silent = False
    proxy.wait_line(r"info the panic is over: \d agents answer")
    proxy.wait_counters(lambda c: all(a["freshness"] == "fresh" for a in c["agents"]))
    before = picks(proxy)
    assert [ask(proxy) for _ in range(40)] == [b"ok"] * 40
    after = picks(proxy)
    assert all(after[name] - before[name] == 10 for name in after)
    assert proxy.counters()["states"] == []


def test_a_panic_has_a_time_limit(world):
    proxy, agents = silence_most(world, "--panic-intervals", "12")
    proxy.wait_line("info the panic is over: 1 agents answer")
    counters = proxy.wait_counters(lambda c: len(c["agents"]) == 1)
    assert counters["agents"][0]["id"] == agents[0].name and counters["agents_lost"] == 3


@pytest.mark.parametrize("accepts", [True, False])
def test_one_burst_of_strangers_ends_harmless(world, accepts):
    real = world.agent(world.server(answer), name="real")
    proxy = world.proxy("--slow-start", "off")
    proxy.wait_counters(lambda c: c["agents"][0]["reports"] >= 4)
    stranger = world.server(lambda connection: connection.sendall(b"stolen"), address="0.0.0.0")
    port = stranger.port if accepts else 1
    request, monitor = real.wait_request()
    for number in range(25):
        real.out.sendto(real.response(request, id=f"fake{number}", IP=f"127.0.66.{1 + number}",
                                      Door=port), monitor)
    proxy.wait_counters(lambda c: len(c["agents"]) == 26)
    proxy.wait_counters(lambda c: [a["id"] for a in c["agents"]] == ["real"])
    assert "panic" not in words_of(proxy)
    assert [ask(proxy) for _ in range(20)] == [b"ok"] * 20


# Rests and the floor --------------------------------------------------------------------------


def test_clients_that_speak_the_wrong_protocol_rest_nobody_for_good(world):
    for number in range(3):
        world.agent(world.server(picky, address=f"127.0.0.{2 + number}"), name=f"web{number}")
    proxy = world.proxy(agents=3, interval="5s")
    assert [ask(proxy, b"\x16") for _ in range(12)] == [None] * 12
    counters = proxy.counters()
    assert [a["resting"] for a in counters["agents"]] == ["early-resets"] * 3
    assert counters["states"] == ["floor"] and counters["rests_by_clients"] == 3
    for number in range(3):
        proxy.wait_line(rf"warning agent web{number} at .*: rests for 1 report: 3 connections in a "
                        r"row were reset before it had sent a byte \(--early-resets\)")
    begin = time.monotonic()
    assert [ask(proxy) for _ in range(20)] == [b"ok"] * 20
    assert time.monotonic() - begin < 2
    assert proxy.counters()["no_agent"] == 0


def test_a_server_that_fails_connects_is_not_picked_as_the_last_one(world):
    server = world.server(answer)
    world.agent(server)
    proxy = world.proxy("--queue-timeout", "100ms", interval="5s")
    server.stop()
    assert ask(proxy) is None
    counters = proxy.counters()
    assert counters["agents"][0]["resting"] == "connect-failed" and counters["states"] == []


def test_all_full_has_a_name(world):
    hold = []
    world.agent(world.server(lambda connection: connection.recv(1)))
    proxy = world.proxy("--per-agent-max", "1", "--queue-timeout", "10s")
    hold.append(connect(proxy.port))
    proxy.wait_counters(lambda c: c["states"] == ["full"])
    proxy.wait_line(r"warning all agents are full \(--per-agent-max\)")
    assert proxy.counters()["times_full"] >= 1
    hold[0].close()
    proxy.wait_counters(lambda c: c["states"] == [])


# One server, one entry ------------------------------------------------------------------------


def test_an_agent_takes_the_place_of_a_listed_server_and_gives_it_back(world):
    server = world.server(answer)
    at = f"{server.address}:{server.port}"
    agent = Agent(world.group_port, (server.address, server.port), address=server.address,
                  name="web1")
    agent.silent = True
    world.add(agent)
    proxy = world.proxy("--server", at)
    hold = connect(proxy.port)
    proxy.wait_counters(lambda c: c["agents"][0]["in_flight"] == 1)
    agent.silent = False
    proxy.wait_line(rf"agent web1 at {re.escape(at)}: takes the place of {re.escape(at)}")
    counters = proxy.counters()
    assert [(a["id"], a["in_flight"]) for a in counters["agents"]] == [("web1", 1)]
    wait_rounds(agent, 5)
    agent.silent = True
    proxy.wait_line(rf"agent {re.escape(at)} at {re.escape(at)}: takes the place of web1")
    assert proxy.counters()["agents"][0]["in_flight"] == 1
    hold.close()
    assert words_of(proxy).count("takes the place") == 2


def test_a_base_form_agent_and_a_health_check_do_not_fight(world):
    server = world.server(answer)
    agent = world.agent(server, nonce=None, v=None, id=None, hold_us=None)
    proxy = world.proxy("--server", f"{server.address}:{server.port}")
    wait_rounds(agent, 3)
    server.stop()
    wait_rounds(agent, 15)
    # The agent answers, so its word counts; that nobody listens is found by connecting.
    assert not re.search(": (down|ready)$", words_of(proxy), re.M)
    assert len(proxy.counters()["agents"]) == 1


def test_two_agents_for_one_server_are_one_entry(world):
    server = world.server(answer)
    world.agent(server, name="first")
    proxy = world.proxy()
    world.agent(server, name="second", address="127.0.0.9")
    counters = proxy.wait_counters(lambda c: c["refusals"].get("server-conflict", 0) >= 3)
    assert [a["id"] for a in counters["agents"]] == ["first"]
    proxy.wait_line("refused: server-conflict: .* is the server of first, not of second")


def test_a_server_given_twice_is_refused():
    result = run([binary("sonda-proxy"), "--check", "--interface", "lo", "--server",
                  "127.0.0.2:80", "--server", "127.0.0.2:80,3"])
    assert result.returncode == 1
    assert "--server: 127.0.0.2:80 is given twice" in result.stderr


# The log --------------------------------------------------------------------------------------


def test_a_flapping_agent_does_not_flood_the_log(world):
    agent = world.agent(world.server(answer), name="flapper")
    proxy = world.proxy(interval="2s")
    request, monitor = agent.wait_request()
    for number in range(3000):
        agent.out.sendto(agent.response(request, notice=True, hold_us=1 + number,
                                        state=["drain", "down"][number % 2]), monitor)
        if number % 50 == 0:
            proxy.wait_counters(lambda c, n=number: c["notices_accepted"] > n * 0.5)
    proxy.wait_line(r"agents, without a line for each: \d+ (down|drain)", deadline_s=30)
    flaps = [line for line in proxy.lines if re.search(r"flapper at .*: (drain|down)$", line)]
    assert 10 <= len(flaps) <= 60
