"""Interfaces, addresses and routes that come and go under a running agent and a running proxy."""
import subprocess

import pytest
from network_pair import FAMILIES, INTERVAL, Pair, address, endpoint, group
from programs import binary, run


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
