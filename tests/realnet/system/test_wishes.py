"""What policies ask of agents beside the rounds: single probes (Prequal's pool), notices (idle servers)."""
import pytest
from peers import connect, echo, read_all, read_exactly, write_key
from programs import Program, binary
from test_service import real_agent

HOUR = "1h"  # no round but the first: what comes later was asked for by the policy


def served(proxy, kept):
    """One connection that stays; returns nothing."""
    client = connect(proxy.port)
    client.sendall(b"x")
    assert read_exactly(client, 1) == b"x"
    kept.append(client)


@pytest.mark.parametrize("key", [None, bytes(range(32))], ids=["open", "signed"])
def test_the_pool_of_prequal_fills_from_single_probes(world, tmp_path, key):
    """Three probes a connection, to the real agents; nothing is refused."""
    options = ["--key-file", write_key(tmp_path / "key", key)] if key else []
    agents = [real_agent(world, world.server(echo, address=f"127.0.0.{last}"), f"web{last}",
                         *options) for last in (2, 3, 4)]
    proxy = world.proxy("--policy", "prequal-pool:0.84", *options, agents=3, interval=HOUR,
                        window="1ms")
    kept = []
    for number in (1, 2, 3):
        served(proxy, kept)
        # Of three agents all are asked with each connection, and all answer.
        counters = proxy.wait_counters(lambda c: c["responses_accepted"] == 3 + 3 * number)
        assert [agent["reports"] for agent in counters["agents"]] == [1 + number] * 3
    assert counters["probes_sent"] == 1
    assert counters["single_probes_sent"] == 9 and counters["single_probes_given_up"] == 0
    assert counters["refusals"] == {"total": 0}
    assert [agent.counters()["replies"] for agent in agents] == [4] * 3
    for client in kept:
        client.close()


def test_the_pool_decides_by_what_single_probes_say(world):
    agents = [world.agent(world.server(echo, address=f"127.0.0.{last}"), inflight=0)
              for last in (2, 3, 4)]
    # q = 0: the fewest in flight, whatever the latency.
    proxy = world.proxy("--policy", "prequal-pool:0", "--slow-start", "off", agents=3, interval=HOUR,
                        window="1ms")
    kept = []
    for idle in (1, 2, 0):
        for number, agent in enumerate(agents):
            agent.figures["inflight"] = 0 if number == idle else 90
        served(proxy, kept)  # by old answers; it asks for new ones
        counters = proxy.wait_counters(lambda c: c["responses_accepted"] == 3 * (1 + len(kept)))
        before = {a["id"]: a["dispatches"] for a in counters["agents"]}
        served(proxy, kept)
        counters = proxy.wait_counters(lambda c: c["responses_accepted"] == 3 * (1 + len(kept)))
        after = {a["id"]: a["dispatches"] for a in counters["agents"]}
        assert after == {**before, agents[idle].name: before[agents[idle].name] + 1}
    assert counters["probes_sent"] == 1
    for client in kept:
        client.close()


def test_single_probes_go_where_the_agent_last_answered_from(world):
    """An agent that starts again answers from another port; a round tells the proxy."""
    server = world.server(echo)
    agent = real_agent(world, server, "web")
    proxy = world.proxy("--policy", "prequal-pool:0.84", interval="2s", window="1ms")
    agent.signal(9)
    agent.wait_end()
    real_agent(world, server, "web")
    reports = proxy.counters()["agents"][0]["reports"]
    proxy.wait_counters(lambda c: c["agents"][0]["reports"] > reports)
    kept = []
    before = proxy.counters()["responses_accepted"]
    served(proxy, kept)
    counters = proxy.wait_counters(lambda c: c["responses_accepted"] > before)
    assert counters["single_probes_sent"] == 1
    kept[0].close()


def test_servers_without_agents_are_not_asked(world):
    server = world.server(echo)
    proxy = world.proxy("--policy", "prequal-pool:0.84", "--server", f"127.0.0.2:{server.port}")
    kept = []
    served(proxy, kept)
    served(proxy, kept)
    assert proxy.counters()["single_probes_sent"] == 0
    for client in kept:
        client.close()


def test_the_next_connection_goes_to_the_agent_that_gave_notice(world):
    """Join-idle-queue: nobody is on the list at first; who becomes idle is, for one connection."""
    def named(name):
        def handle(connection):
            connection.sendall(name)
            read_all(connection)
        return handle

    names = [b"2", b"3", b"4", b"5", b"6"]
    agents = [real_agent(world, world.server(named(name), address=f"127.0.0.{int(name)}"),
                         f"web{int(name)}") for name in names]
    proxy = world.proxy("--policy", "join-idle-queue", "--slow-start", "off", "--per-agent-max", "1",
                        agents=5, interval=HOUR, window="1ms")
    clients = [connect(proxy.port) for _ in names]  # one to each, as no agent takes two
    by_name = {read_exactly(client, 1): client for client in clients}
    assert sorted(by_name) == names
    assert proxy.counters()["notices_accepted"] == 0
    for number, name in enumerate(names):  # all become free again, in an order that is known
        by_name[name].close()
        proxy.wait_counters(lambda c: c["notices_accepted"] == number + 1 and
                            c["open"] == 4 - number)
    assert [agent.counters()["notices"] for agent in agents] == [1] * 5
    # The longest waiting first: at random this would come true once in 120 times.
    later = []
    for name in names:  # one by one: several workers would take them in any order
        later.append(connect(proxy.port))
        assert read_exactly(later[-1], 1) == name
    for client in later:
        client.close()


def test_a_proxy_that_wants_no_notices_gets_none_and_a_reload_changes_that(world, tmp_path):
    path = tmp_path / "proxy.json"
    path.write_text('{"policy": "random"}')
    agent = real_agent(world, world.server(echo), "web")
    proxy = world.proxy("--config", path, interval=HOUR, window="1ms")

    def come_and_go():
        kept = []
        served(proxy, kept)
        kept[0].close()
        proxy.wait_counters(lambda c: c["open"] == 0)

    come_and_go()
    assert agent.counters()["notices"] == 0
    path.write_text('{"policy": "join-below-threshold:1"}')
    proxy.signal(1)
    proxy.wait_counters(lambda c: c["responses_accepted"] == 2)  # the round that the reload begins
    come_and_go()
    counters = proxy.wait_counters(lambda c: c["notices_accepted"] == 1)
    assert counters["refusals"] == {"total": 0}
    assert agent.counters()["notices"] == 1


def test_notices_wait_for_the_period_between_two_counts(world):
    """Of many ends within the period there is one notice, and none is forgotten."""
    server = world.server(echo)
    agent = real_agent(world, server, "web", "--count-period", "300ms")
    proxy = world.proxy("--policy", "join-idle-queue", interval=HOUR, window="1ms")
    for _ in range(20):
        kept = []
        served(proxy, kept)
        kept[0].close()
    counters = proxy.wait_counters(lambda c: c["notices_accepted"] >= 1 and c["open"] == 0)
    assert counters["notices_accepted"] <= 3
    proxy.wait_counters(lambda c: c["agents"][0]["in_flight"] == 0)
    assert agent.counters()["notices"] >= 1


def test_the_base_form_has_no_words_for_notices(tmp_path):
    for policy in ("join-idle-queue", "join-below-threshold:3"):
        process = Program([binary("sonda-proxy"), "--interface", "lo", "--check", "--base-form",
                           "--policy", policy])
        assert process.wait_end() == 1
        assert f"--policy: {policy} needs notices of agents" in process.lines[0]
