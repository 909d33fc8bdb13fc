"""Several interfaces: a proxy with agents on two LANs, an agent with proxies on two LANs."""
import pytest
from programs import binary, run


def test_agents_of_two_networks_are_in_one_table(lan):
    """web1 is on the first network alone, web2 on the second alone; the proxy is on both."""
    proxy_space, one, two = (lan.host(name, at) for name, at in
                             [("proxy", 1), ("web1", 11), ("web2", 12)])
    lan.second_network(1, proxy_space, two)  # 10.78.0.1 and 10.78.0.2
    lan.ip(two, "link", "set", "eth0", "down")
    agents = []
    for name, space, interface in [("web1", one, "eth0"), ("web2", two, "eth1")]:
        lan.nginx(space, name)
        agents.append(lan.start(space, binary("sonda-agent"), "--id", name,
                                "--interface", interface))
        agents[-1].wait_line(f"8888 on {interface} ")
    # Single probes need to know on which interface an agent is.
    proxy = lan.start(proxy_space, binary("sonda-proxy"), "--admin", "off", "--interval", "400ms",
                      "--window", "50ms", "--policy", "prequal-pool:0.84",
                      "--interface", "eth0", "--interface", "10.78.0.1")
    proxy.wait_line(r"8888 on eth0 \(10\.77\.0\.1\), eth1 \(10\.78\.0\.1\), not auth")
    proxy.wait_line("agent web1 at 10.77.0.11:80: joined")
    proxy.wait_line("agent web2 at 10.78.0.2:80: joined")
    lan.leaks.watch(proxy)
    client = lan.host("client", 2)
    names = set()
    for _ in range(24):
        names.add(lan.curl(client).strip())
    assert names == {"web1", "web2"}
    counters = proxy.wait_counters(lambda c: c["single_probes_sent"] == 48)
    assert counters["refusals"] == {"total": 0}
    for agent in agents:  # 24 probes for it alone, beside the rounds
        assert agent.wait_counters(lambda c: c["replies"] > 24)

    # One interface goes: its agents age out, the others serve, and the log names it.
    lan.ip(proxy_space, "link", "set", "eth1", "down")
    proxy.wait_line("probe request not sent by eth1: ")
    proxy.wait_line("agent web2 at .*: dead")
    after = len(proxy.lines)
    lan.ip(proxy_space, "link", "set", "eth1", "up")
    proxy.wait_line("agent web2 at .*: back", after)


def test_an_agent_answers_on_two_networks(lan):
    """Both proxies get the one address that the server has, and the second one gets there, too."""
    space, near, far = (lan.host(name, at) for name, at in [("web", 11), ("near", 1), ("far", 2)])
    lan.second_network(1, far, space)
    lan.ip(far, "link", "set", "eth0", "down")
    lan.ip(far, "route", "add", "10.77.0.0/24", "via", "10.78.0.2")
    lan.nginx(space, "web")
    agent = lan.start(space, binary("sonda-agent"), "--id", "web", "--serve", "10.77.0.11:80",
                      "--interface", "eth0", "--interface", "eth1")
    agent.wait_line(r"group 239.8.8.8:8888 on eth0 \(10\.77\.0\.11\), eth1 \(10\.78\.0\.2\)")
    for place, interface in ((near, "eth0"), (far, "eth1")):
        proxy = lan.start(place, binary("sonda-proxy"), "--admin", "off", "--interval", "400ms",
                          "--window", "50ms", "--interface", interface)
        proxy.wait_line("agent web at 10.77.0.11:80: joined")
        lan.ip(place, "link", "set", "lo", "up")
        assert lan.curl(place, "http://127.0.0.1/") == "web\n"


BOTH = pytest.mark.parametrize("name,words", [
    ("sonda-proxy", []), ("sonda-agent", ["--serve", "127.0.0.2:80"])])


@BOTH
def test_an_interface_that_is_not_there_is_a_warning(name, words):
    """It may be a typo, or a USB adapter that comes later."""
    result = run([binary(name), "--check", *words, "--interface", "lo", "--interface", "nowhere"])
    assert result.returncode == 0
    assert result.stderr.startswith(f'{name}: warning: --interface: "nowhere" is neither name nor '
                                    "address of an interface that is up; there are ")
    assert "lo (127.0.0.1)" in result.stderr


@BOTH
@pytest.mark.parametrize("wrong,why", [
    ("10.0.0.256", "can be neither the name of an interface"),
    ("eth0:1", "can be neither the name of an interface"),
    ("a-name-that-is-too-long", "can be neither the name of an interface"),
    ("fd00::1", "is an address of another kind than the group"),
    ("239.8.8.8", "is not the address of one host"),
])
def test_what_can_never_be_an_interface_is_refused(name, words, wrong, why):
    result = run([binary(name), "--check", *words, "--interface", wrong])
    assert result.returncode == 1
    assert result.stderr.startswith(f'{name}: --interface: "{wrong}" {why}')


def test_an_interface_twice_and_a_file_with_a_list(tmp_path):
    path = tmp_path / "proxy.json"
    path.write_text('{"interface": ["lo", "127.0.0.1"]}')
    result = run([binary("sonda-proxy"), "--check", "--config", path])
    assert result.returncode == 1
    assert f'{path}: interface: "127.0.0.1" is an interface that was given before' in result.stderr
    path.write_text('{"interface": ["lo"]}')
    assert run([binary("sonda-proxy"), "--check", "--config", path]).returncode == 0


def test_an_agent_with_several_interfaces_needs_an_address(lan):
    space, other = lan.host("web", 11), lan.host("other", 12)
    lan.second_network(1, space, other)
    result = run(["ip", "netns", "exec", space, binary("sonda-agent"), "--check",
                  "--interface", "eth0", "--interface", "eth1"])
    assert result.returncode == 1
    assert result.stderr.startswith("sonda-agent: --serve: needs an address when there are several")
