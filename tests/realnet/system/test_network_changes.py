"""Interfaces, addresses and routes that come and go under a running agent and a running proxy."""
import json
import random
import signal
import subprocess

import pytest
from programs import binary, run

INTERVAL = ["--interval", "400ms", "--window", "50ms"]
FAMILIES = pytest.mark.parametrize("family", [4, 6])


def group(family):
    return ["--group", "ff15::8888"] if family == 6 else []


def address(family, number, network=77):
    return f"fd00:{network}::{number}" if family == 6 else f"10.{network}.0.{number}"


def endpoint(family, number, network=77):
    """As a pattern, port 80."""
    text = address(family, number, network)
    return rf"\[{text}\]:80" if family == 6 else text.replace(".", r"\.") + ":80"


class Pair:
    """A web server with its agent, and a proxy, on one LAN."""

    def __init__(self, lan, family=4, agent=(), proxy=()):
        self.lan = lan
        self.web, self.front = lan.host("web", 11), lan.host("proxy", 1)
        lan.nginx(self.web, "web")
        self.agent = lan.start(self.web, binary("sonda-agent"), "--id", "web", *group(family),
                               *agent)
        self.agent.wait_line("agent web for ")
        self.proxy = lan.start(self.front, binary("sonda-proxy"), "--admin", "off", *INTERVAL,
                               *group(family), *proxy)

    def joined(self, where, after=0):
        self.proxy.wait_line(rf"agent web at {where}: joined", after)

    def wait_served(self):
        """Until the proxy serves a client on its own host; fails if it never does."""
        self.proxy.wait_counters(lambda c: c["agents"] and c["agents"][0]["freshness"] == "fresh"
                                 and c["agents"][0]["state"] == "ready")
        assert self.lan.curl(self.front, "http://127.0.0.1/") == "web\n"

    def wait_reports(self, more=2):
        """Until the agent at the table's head has reported some times more."""
        before = self.proxy.counters()["agents"][0]["reports"]
        self.proxy.wait_counters(lambda c: c["agents"][0]["reports"] >= before + more)


@FAMILIES
def test_an_interface_made_anew_is_joined_again(lan, family):
    """Same name, same address, another link: a VLAN restarted, a USB adapter pulled and put back."""
    pair = Pair(lan, family)
    pair.joined(endpoint(family, 11))
    for space, program in ((pair.web, pair.agent), (pair.front, pair.proxy)):
        after = len(pair.proxy.lines)
        own = len(program.lines)
        lan.unplug(space)
        program.wait_line("no requests are heard by eth0: |probe request not sent by eth0: ", own)
        pair.proxy.wait_line("agent web at .*: dead", after)
        lan.plug(space, 11 if space == pair.web else 1, is_routed=True)
        pair.proxy.wait_line("agent web at .*: back", after)
        pair.wait_served()
    assert pair.proxy.counters()["agents"][0]["id"] == "web"


@FAMILIES
def test_an_interface_made_anew_at_once_is_joined_again(lan, family):
    """So fast that it may look as if nothing had happened."""
    pair = Pair(lan, family)
    pair.joined(endpoint(family, 11))
    for space, number in ((pair.web, 11), (pair.front, 1)):
        for _ in range(3):
            lan.unplug(space)
            lan.plug(space, number, is_routed=True)
        pair.wait_reports()
    pair.wait_served()


@FAMILIES
def test_a_new_address_is_taken_and_the_identity_stays(lan, family):
    """As with DHCP: the old one goes, another one comes. The proxy sees one server that moved."""
    pair = Pair(lan, family)
    pair.joined(endpoint(family, 11))
    length = "64" if family == 6 else "24"
    lan.ip(pair.web, "addr", "del", f"{address(family, 11)}/{length}", "dev", "eth0")
    pair.agent.wait_line("no requests are heard by eth0: ")
    lan.ip(pair.web, "addr", "add", f"{address(family, 12)}/{length}", "dev", "eth0")
    pair.agent.wait_line(rf"agent web is for {endpoint(family, 12)} from now on; it was for "
                         + endpoint(family, 11))
    pair.proxy.wait_counters(
        lambda c: [(a["server"], a["freshness"]) for a in c["agents"]]
        == [(endpoint(family, 12).replace("\\", ""), "fresh")])
    pair.wait_served()


@FAMILIES
def test_the_proxys_new_address_is_taken(lan, family):
    pair = Pair(lan, family)
    pair.joined(endpoint(family, 11))
    length = "64" if family == 6 else "24"
    lan.ip(pair.front, "addr", "del", f"{address(family, 1)}/{length}", "dev", "eth0")
    pair.proxy.wait_line("probe request not sent by eth0: ")
    lan.ip(pair.front, "addr", "add", f"{address(family, 2)}/{length}", "dev", "eth0")
    pair.proxy.wait_line(rf"interface eth0 \({address(family, 2)}\): probes leave by it")
    pair.wait_reports()
    pair.wait_served()


def test_a_move_while_both_addresses_are_there_is_announced(lan):
    """The old address is on its way out: proxies hear `down` for it and take the new one at once."""
    pair = Pair(lan, 6)
    pair.joined(endpoint(6, 11))
    lan.ip(pair.web, "addr", "add", "fd00:77::12/64", "dev", "eth0", "nodad")
    lan.ip(pair.web, "addr", "change", "fd00:77::11/64", "dev", "eth0", "preferred_lft", "0")
    pair.agent.wait_line(rf"agent web is for {endpoint(6, 12)} from now on")
    pair.proxy.wait_line("agent web at .*: down")
    pair.proxy.wait_counters(lambda c: c["agents"][0]["server"] == "[fd00:77::12]:80")
    assert pair.proxy.counters()["refusals"] == {"total": 0}  # no round was lost
    pair.wait_served()


def test_a_temporary_address_is_not_advertised(lan):
    """IPv6 privacy addresses are newest, and first in the kernel's list; they end."""
    web = lan.host("web", 11)
    subprocess.run(["ip", "netns", "exec", web, "sysctl", "-qw",
                    "net.ipv6.conf.eth0.use_tempaddr=2", "net.ipv6.conf.eth0.temp_valid_lft=30",
                    "net.ipv6.conf.eth0.temp_prefered_lft=20"], check=True, timeout=20)
    lan.ip(web, "addr", "add", "fd00:1::10/64", "dev", "eth0", "mngtmpaddr", "nodad")
    lan.ip(web, "addr", "del", "fd00:77::11/64", "dev", "eth0")
    listed = run(["ip", "-n", web, "-6", "-o", "addr", "show", "dev", "eth0", "temporary"])
    assert "fd00:1:" in listed.stdout, "the kernel made no temporary address"
    agent = lan.start(web, binary("sonda-agent"), "--group", "ff15::8888", "--serve", "8080")
    agent.wait_line(r"for \[fd00:1::10\]:8080: .* on eth0 \(fd00:1::10\)")


@pytest.mark.parametrize("family,virtual,own", [(6, "fd00:77::100/128", 11), (4, "10.77.0.100/32", 11)])
def test_a_virtual_address_is_not_advertised(lan, family, virtual, own):
    """keepalived's: on this host today, and first in the list."""
    web = lan.host("web", own, is_routed=False)
    if family == 4:  # the list has the oldest first
        lan.ip(web, "addr", "del", "10.77.0.11/24", "dev", "eth0")
    lan.ip(web, "addr", "add", virtual, "dev", "eth0", *(["nodad"] if family == 6 else []))
    if family == 4:
        lan.ip(web, "addr", "add", "10.77.0.11/24", "dev", "eth0")
    agent = lan.start(web, binary("sonda-agent"), *group(family))
    agent.wait_line(f"for {endpoint(family, own)}: ")


def test_a_better_address_that_comes_later_is_taken(lan):
    """At boot a host may have but an address that it gave itself, until DHCP answers."""
    pair = Pair(lan)
    pair.joined(endpoint(4, 11))
    lan.ip(pair.web, "addr", "flush", "dev", "eth0")
    lan.ip(pair.web, "addr", "add", "169.254.7.7/16", "dev", "eth0")
    pair.agent.wait_line(r"agent web is for 169\.254\.7\.7:80 from now on")
    lan.ip(pair.web, "addr", "add", "10.77.0.13/24", "dev", "eth0")
    pair.agent.wait_line(r"agent web is for 10\.77\.0\.13:80 from now on")
    pair.proxy.wait_counters(lambda c: c["agents"][0]["server"] == "10.77.0.13:80")


@FAMILIES
def test_an_address_removed_and_added_again_costs_nothing(lan, family):
    pair = Pair(lan, family)
    pair.joined(endpoint(family, 11))
    length = "64" if family == 6 else "24"
    for _ in range(5):
        for verb in ("del", "add"):
            nodad = ["nodad"] if family == 6 and verb == "add" else []
            lan.ip(pair.web, "addr", verb, f"{address(family, 11)}/{length}", "dev", "eth0",
                   *nodad)
    pair.wait_reports()
    pair.wait_served()
    assert pair.proxy.counters()["agents"][0]["server"] == endpoint(family, 11).replace("\\", "")


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


def test_the_default_route_moves_to_another_interface(lan):
    """Agent and proxy follow it, in both directions; without any they stay where they are."""
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    lan.second_switch()
    lan.nginx(web, "web")
    for space, number in ((web, 3), (front, 1)):
        lan.plug(space, number, "eth1", "br1")
    agent = lan.start(web, binary("sonda-agent"), "--id", "web")
    agent.wait_line(r"agent web for 10\.77\.0\.11:80: .* on eth0")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent web at 10.77.0.11:80: joined")
    for space in (web, front):
        lan.ip(space, "route", "replace", "default", "dev", "eth1")
    agent.wait_line(r"agent web is for 10\.78\.0\.3:80 from now on")
    proxy.wait_line(r"interface eth1 \(10\.78\.0\.1\): probes leave by it")
    proxy.wait_counters(lambda c: c["agents"][0]["server"] == "10.78.0.3:80"
                        and c["agents"][0]["freshness"] == "fresh")
    # The link goes, and the route with it, of which the kernel says nothing.
    lan.ip(web, "route", "add", "default", "dev", "eth0", "metric", "900")
    after = len(agent.lines)
    lan.ip(web, "link", "set", "eth1", "down")
    agent.wait_line(r"agent web is for 10\.77\.0\.11:80 from now on", after)
    # No default route at all: a LAN needs none.
    lan.ip(web, "route", "del", "default", "dev", "eth0")
    lan.ip(front, "route", "replace", "default", "dev", "eth0")
    proxy.wait_counters(lambda c: c["agents"][0]["server"] == "10.77.0.11:80"
                        and c["agents"][0]["freshness"] == "fresh")


def test_a_tunnel_with_the_default_route_takes_nobody_away(lan):
    pair = Pair(lan)
    pair.joined(endpoint(4, 11))
    made = run(["ip", "-n", pair.web, "tuntap", "add", "tun0", "mode", "tun"])
    if made.returncode != 0:
        pytest.skip(f"SKIPPED, NOT TESTED: {made.stderr.strip()}")
    lan.ip(pair.web, "addr", "add", "10.8.0.2/24", "dev", "tun0")
    lan.ip(pair.web, "link", "set", "tun0", "up")
    lan.ip(pair.web, "route", "replace", "default", "dev", "tun0")
    lan.ip(pair.web, "addr", "add", "10.77.0.99/24", "dev", "eth0")  # an event behind it
    pair.wait_reports(3)
    assert pair.proxy.counters()["agents"][0]["server"] == "10.77.0.11:80"
    other = lan.start(pair.web, binary("sonda-agent"), "--port", "8889")
    other.wait_line(r"on tun0 \(10\.8\.0\.2\)")  # the start line says so


def test_an_unreachable_default_route_confuses_nobody(lan):
    web = lan.host("web", 11)
    lan.second_switch()
    lan.plug(web, 3, "eth1", "br1")
    lan.ip(web, "route", "replace", "default", "dev", "eth0", "metric", "100")
    lan.ip(web, "route", "del", "default", "metric", "0")
    lan.ip(web, "route", "add", "unreachable", "default", "metric", "50")
    agent = lan.start(web, binary("sonda-agent"))
    agent.wait_line(r"for 10\.77\.0\.11:80: .* on eth0")


def test_an_interface_that_is_renamed_is_gone_until_it_has_its_name_again(lan):
    pair = Pair(lan, agent=["--interface", "eth0"])
    pair.joined(endpoint(4, 11))
    for old, new in (("eth0", "lan0"), ("lan0", "eth0")):
        lan.ip(pair.web, "link", "set", old, "down")
        lan.ip(pair.web, "link", "set", old, "name", new)
        lan.ip(pair.web, "link", "set", new, "up")
        if new == "lan0":
            pair.agent.wait_line("no requests are heard by eth0: ")
    pair.agent.wait_line(r"interface eth0 \(10\.77\.0\.11\): group joined")
    pair.wait_reports()


def test_leaving_a_bridge_is_no_loss_of_a_link(lan):
    """The kernel tells of a port that leaves a bridge as of a deleted link."""
    web = lan.host("web", 11)
    lan.ip(web, "link", "add", "br9", "type", "bridge")
    agent = lan.start(web, binary("sonda-agent"), "--id", "web")
    agent.wait_line("on eth0 ")
    lan.ip(web, "link", "set", "eth0", "master", "br9")
    lan.ip(web, "link", "set", "eth0", "nomaster")
    lan.ip(web, "link", "del", "br9")
    front = lan.host("proxy", 1)
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent web at 10.77.0.11:80: joined")
    assert not [line for line in agent.lines if "interface" in line]


@FAMILIES
def test_a_tentative_address_is_waited_for(lan, family):
    """At boot an IPv6 address is not usable before it is known to be nobody else's."""
    if family == 4:
        pytest.skip("IPv4 addresses are never tentative")
    web = lan.host("web", 11)
    lan.ip(web, "addr", "del", "fd00:77::11/64", "dev", "eth0")
    lan.ip(web, "addr", "add", "fd00:77::15/64", "dev", "eth0")  # with the wait
    agent = lan.start(web, binary("sonda-agent"), "--id", "web", *group(6))
    agent.wait_line(r"agent web (for|is for) \[fd00:77::15\]:80")


def test_lost_messages_of_the_kernel_cost_nothing(lan):
    """So many changes while the agent stands still that the kernel drops its word of them."""
    pair = Pair(lan, agent=["--verbose"])
    pair.joined(endpoint(4, 11))
    pair.agent.signal(signal.SIGSTOP)
    lan.ip(pair.web, "link", "add", "dum0", "type", "veth", "peer", "name", "dum1")
    adding = "\n".join(f"addr add 10.{200 + n // 250}.{n % 250}.1/32 dev dum0"
                       for n in range(2000))
    for script in (adding, adding.replace("addr add", "addr del")):
        subprocess.run(["ip", "-n", pair.web, "-batch", "-"], input=script, text=True, check=True,
                       capture_output=True, timeout=60)
    lan.ip(pair.web, "addr", "add", "10.77.0.12/24", "dev", "eth0")
    lan.ip(pair.web, "addr", "del", "10.77.0.11/24", "dev", "eth0")
    pair.agent.signal(signal.SIGCONT)
    pair.agent.wait_line("the kernel lost messages about the network")
    # With its network's first address the second one goes, too.
    lan.ip(pair.web, "addr", "replace", "10.77.0.12/24", "dev", "eth0")
    pair.agent.wait_line(r"agent web is for 10\.77\.0\.12:80 from now on")
    pair.proxy.wait_counters(lambda c: c["agents"][0]["server"] == "10.77.0.12:80")


def test_hundreds_of_addresses(lan):
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    subprocess.run(["ip", "-n", web, "-batch", "-"], check=True, capture_output=True, timeout=60,
                   text=True, input="\n".join(f"addr add 10.77.{1 + n // 200}.{1 + n % 200}/32 "
                                              "dev eth0" for n in range(600)))
    lan.start(web, binary("sonda-agent"), "--id", "web")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent web at 10.77.0.11:80: joined")


def test_an_agent_on_macvlan(lan):
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    lan.ip(web, "link", "add", "mac0", "link", "eth0", "type", "macvlan", "mode", "bridge")
    lan.ip(web, "addr", "add", "10.77.0.21/24", "dev", "mac0")
    lan.ip(web, "link", "set", "mac0", "up")
    agent = lan.start(web, binary("sonda-agent"), "--id", "mac", "--interface", "mac0")
    agent.wait_line("agent mac for 10.77.0.21:80")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent mac at 10.77.0.21:80: joined")
    lan.ip(web, "link", "del", "mac0")
    agent.wait_line("no requests are heard by mac0: ")
    lan.ip(web, "link", "add", "mac0", "link", "eth0", "type", "macvlan", "mode", "bridge")
    lan.ip(web, "addr", "add", "10.77.0.21/24", "dev", "mac0")
    lan.ip(web, "link", "set", "mac0", "up")
    before = proxy.counters()["agents"][0]["reports"]
    proxy.wait_counters(lambda c: c["agents"][0]["reports"] > before + 1)


def test_no_cable_is_no_loss_of_an_interface(lan):
    """A carrier that flaps: sockets and memberships stay, and nothing is logged."""
    pair = Pair(lan)
    pair.joined(endpoint(4, 11))
    lines = len(pair.agent.lines)
    for state in ("down", "up"):
        lan.ip(lan.switch, "link", "set", "to-web", state)
    pair.wait_reports()
    assert pair.agent.lines[lines:] == []


def test_a_served_address_that_comes_and_goes(lan):
    """--serve names it: while it is elsewhere answers come from the interface's, and it is said."""
    pair = Pair(lan, agent=["--serve", "10.77.0.50:80"], proxy=["--allow-foreign-source"])
    pair.agent.wait_line("10.77.0.50 is not an address of this machine")
    pair.proxy.wait_line("agent web at 10.77.0.50:80: joined")
    for _ in range(2):
        after = len(pair.agent.lines)
        lan.ip(pair.web, "addr", "add", "10.77.0.50/32", "dev", "eth0")
        pair.agent.wait_line("responses come from 10.77.0.50", after)
        pair.wait_served()
        lan.ip(pair.web, "addr", "del", "10.77.0.50/32", "dev", "eth0")
        pair.agent.wait_line("10.77.0.50 is not an address of this machine", after)
        pair.wait_reports()


def disturb(lan, space, number, family, dice):
    """One change at random to a host's network; what it finds not there is left alone."""
    length = "64" if family == 6 else "24"
    own, other = (f"{address(family, n)}/{length}" for n in (number, number + 100))
    route = ["-6"] if family == 6 else []
    words = dice.choice([
        ["link", "set", "eth0", "down"], ["link", "set", "eth0", "up"], ["link", "del", "eth0"],
        ["addr", "del", own, "dev", "eth0"], ["addr", "add", own, "dev", "eth0"],
        ["addr", "add", other, "dev", "eth0"], ["addr", "del", other, "dev", "eth0"],
        ["addr", "flush", "dev", "eth0"], ["link", "set", "eth0", "mtu", dice.choice(["1200", "60"])],
        ["link", "set", "eth0", "mtu", "1500"], ["link", "set", "eth0", "name", "lan0"],
        [*route, "route", "del", "default"], [*route, "route", "add", "default", "dev", "eth0"],
        ["link", "set", "eth0", "multicast", dice.choice(["on", "off"])],
    ])
    run(["ip", "-n", space, *words])
    return " ".join(words)


def restore(lan, space, number, anew):
    """Makes a host's network as it was: by another link, or by the same one where that is there."""
    run(["ip", "-n", space, "link", "set", "lan0", "down"])
    run(["ip", "-n", space, "link", "set", "lan0", "name", "eth0"])
    if anew or run(["ip", "-n", space, "link", "show", "eth0"]).returncode != 0:
        run(["ip", "-n", space, "link", "del", "eth0"])
        lan.plug(space, number, is_routed=True)
        return
    lan.ip(space, "link", "set", "eth0", "mtu", "1500", "multicast", "on", "up")
    for family in (4, 6):
        length = "64" if family == 6 else "24"
        run(["ip", "-n", space, "addr", "del", f"{address(family, number + 100)}/{length}",
             "dev", "eth0"])
        lan.ip(space, "addr", "replace", f"{address(family, number)}/{length}", "dev", "eth0",
               *(["nodad"] if family == 6 else []))
        lan.ip(space, *(["-6"] if family == 6 else []), "route", "replace", "default",
               "dev", "eth0")


@FAMILIES
@pytest.mark.parametrize("named", [True, False])
def test_after_any_row_of_changes_all_is_well_again(lan, family, named):
    """Whatever has happened to both hosts' networks: once they are as before, clients are served."""
    seed = random.randrange(10 ** 6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    options = ["--interface", "eth0"] if named else []
    pair = Pair(lan, family, agent=options, proxy=options)
    pair.joined(endpoint(family, 11))
    for _ in range(4):
        for _ in range(dice.randrange(1, 12)):
            space, number = dice.choice([(pair.web, 11), (pair.front, 1)])
            print(f"{number}: {disturb(lan, space, number, family, dice)}")
        for space, number in ((pair.web, 11), (pair.front, 1)):
            restore(lan, space, number, dice.choice([True, False]))
        where = endpoint(family, 11).replace("\\", "")
        pair.proxy.wait_counters(lambda c, where=where: [
            (a["server"], a["freshness"]) for a in c["agents"]] == [(where, "fresh")])
        pair.wait_served()
    assert pair.agent.is_running() and pair.proxy.is_running()
