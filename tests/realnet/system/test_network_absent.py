"""Interfaces that are not there yet, or not any more: who starts, ends and reloads without them."""
import json
import signal

from network_pair import INTERVAL
from programs import binary, run


def test_one_of_two_interfaces_comes_later(lan):
    """Neither agent nor proxy waits for the second one, and both use it as soon as it is there."""
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    lan.second_switch()
    lan.nginx(web, "web")
    two = ["--interface", "eth0", "--interface", "eth1"]
    agent = lan.start(web, binary("sonda-agent"), "--id", "web", "--serve", "10.77.0.11:80", *two)
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL, *two)
    agent.wait_line(r'no requests are heard by eth1: "eth1" is neither name nor address .*eth0 \(10\.77\.0\.11\)')
    agent.wait_line(r"on eth0 \(10\.77\.0\.11\), eth1 \(not there\)")
    proxy.wait_line(r'probe request not sent by eth1: "eth1" is neither .*eth0 \(10\.77\.0\.1\)')
    proxy.wait_line("agent web at 10.77.0.11:80: joined")
    assert lan.curl(front, "http://127.0.0.1/") == "web\n"

    other = lan.host("other", 12)
    lan.plug(front, 1, "eth1", "br1")
    lan.plug(other, 2, "eth1", "br1")
    proxy.wait_line(r"interface eth1 \(10\.78\.0\.1\): probes leave by it from now on")
    lan.nginx(other, "other")
    lan.start(other, binary("sonda-agent"), "--id", "other", "--interface", "eth1")
    proxy.wait_line(r"agent other at 10\.78\.0\.2:80: joined")
    lan.plug(web, 3, "eth1", "br1")
    agent.wait_line(r"interface eth1 \(10\.78\.0\.3\): group joined")
    # Now by the second network alone: the address is the server's all the same.
    lan.ip(front, "route", "del", "default")
    lan.ip(front, "link", "set", "eth0", "down")
    lan.ip(front, "route", "add", "10.77.0.0/24", "via", "10.78.0.3")
    replies = agent.counters()["replies"]
    agent.wait_counters(lambda c: c["replies"] > replies + 2)


def test_all_interfaces_come_later(lan):
    """At boot without a network: both wait, say so, and start when it comes."""
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    for space in (web, front):
        lan.unplug(space)
    agent = lan.start(web, binary("sonda-agent"), "--id", "web")
    agent.wait_line("agent web for an address that is to come: ")
    agent.wait_line("no requests are heard by the default interface: none has the default route, and ")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL,
                      "--server", "127.0.0.1:8080")
    proxy.wait_line("probe request not sent by the default interface: none has the default route")
    agent.signal(signal.SIGHUP)  # must not hurt
    agent.wait_line("reloaded")
    lan.plug(web, 11, is_routed=True)
    agent.wait_line("agent web is for 10.77.0.11:80 from now on")
    lan.plug(front, 1, is_routed=True)
    proxy.wait_line("agent web at 10.77.0.11:80: joined")


def test_an_agent_without_network_ends_when_told(lan):
    web = lan.host("web", 11)
    lan.unplug(web)
    agent = lan.start(web, binary("sonda-agent"))
    agent.wait_line("agent without identity yet for an address that is to come: ")
    agent.signal(signal.SIGTERM)
    assert agent.wait_end() == 0
    shown = run(["ip", "netns", "exec", web, binary("sonda-agent"), "--print"])
    assert shown.returncode == 1
    assert "none has the default route" in shown.stderr


def test_a_proxy_without_network_serves_its_static_servers(lan):
    front = lan.host("proxy", 1)
    lan.unplug(front)
    lan.nginx(front, "here")  # on port 80 of all addresses
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL,
                      "--listen", "127.0.0.1:8000", "--server", "127.0.0.2:80")
    proxy.wait_line("127.0.0.2:80: joined")
    assert lan.curl(front, "http://127.0.0.1:8000/") == "here\n"


def test_an_agent_is_drained_although_an_interface_is_down(lan, tmp_path):
    front = lan.host("proxy", 1)
    web = lan.host("web", 11)
    lan.second_switch()
    lan.plug(web, 3, "eth1", "br1")
    lan.nginx(web, "web")
    path = tmp_path / "agent.json"
    configuration = {"id": "web", "serve": "10.77.0.11:80", "interface": ["eth0", "eth1"]}
    path.write_text(json.dumps(configuration))
    agent = lan.start(web, binary("sonda-agent"), "--config", path)
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent web at .*: joined")
    lan.ip(web, "link", "set", "eth1", "down")
    agent.wait_line('no requests are heard by eth1: "eth1" is down')
    path.write_text(json.dumps({**configuration, "state": "drain"}))
    check = run(["ip", "netns", "exec", web, binary("sonda-agent"), "--check", "--config", path])
    assert check.returncode == 0  # `systemctl reload` asks first
    assert 'interface: "eth1" is down' in check.stderr
    agent.signal(signal.SIGHUP)
    agent.wait_line("reloaded")
    proxy.wait_line("agent web at .*: drain")


def test_a_proxy_takes_a_reload_although_an_interface_flaps(lan, tmp_path):
    """What is reloaded does not wait for the interface: here the formula, twenty times."""
    front = lan.host("proxy", 1)
    lan.second_switch()
    lan.plug(front, 1, "eth1", "br1")
    path = tmp_path / "proxy.json"
    configuration = {"interface": ["eth0", "eth1"], "admin": "off", "interval": "400ms",
                     "window": "50ms"}
    path.write_text(json.dumps(configuration))
    proxy = lan.start(front, binary("sonda-proxy"), "--config", path)
    proxy.wait_line("listening on ")
    for number in range(20):
        lan.ip(front, "link", "set", "eth1", "up" if number % 2 else "down")
        path.write_text(json.dumps({**configuration, "formula": f"max: cpu + {number}"}))
        after = len(proxy.lines)
        proxy.signal(signal.SIGHUP)
        proxy.wait_line("reloaded", after)
        proxy.wait_line(rf"formula max: cpu \+ {number};", after)
    counters = proxy.wait_counters(lambda c: c["reloads"] == 20)
    assert counters["reload_failures"] == 0


def test_an_admin_token_is_revoked_although_an_interface_is_down(lan, tmp_path):
    front = lan.host("proxy", 1)
    lan.second_switch()
    lan.plug(front, 1, "eth1", "br1")
    lan.ip(front, "link", "set", "eth1", "down")
    token = tmp_path / "token"

    def write(text):
        token.write_text(text)
        token.chmod(0o600)

    def answer(text):
        """Status of a request to drain nobody: 404 with the right token, 401 without."""
        return run(["ip", "netns", "exec", front, "curl", "-s", "-o", "/dev/null", "-w",
                    "%{http_code}", "--max-time", "10", "-X", "POST", "-H",
                    f"Authorization: Bearer {text}",
                    "http://127.0.0.1:8404/api/agents/nobody/drain"]).stdout

    old, new = "0123456789abcdef0", "fedcba98765432100"
    write(old)
    proxy = lan.start(front, binary("sonda-proxy"), *INTERVAL, "--interface", "eth0",
                      "--interface", "eth1", "--admin-token-file", token)
    proxy.wait_line('probe request not sent by eth1: "eth1" is down')
    assert (answer(old), answer(new)) == ("404", "401")
    write(new)
    proxy.signal(signal.SIGHUP)
    proxy.wait_line("reloaded")
    assert (answer(old), answer(new)) == ("401", "404")
