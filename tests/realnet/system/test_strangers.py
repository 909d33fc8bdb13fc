"""Strangers on the LAN and beyond it get nothing into the table and take nobody out."""
import json
import secrets
import subprocess

import pytest
from peers import GROUP
from programs import binary
from strangers import Site, speaker, stranger, write_hex

BASE = {"tipo": "probe response", "RAM": 8e9, "CPU": 99, "IP": "10.77.0.66", "Door": 80}


def test_an_answer_without_nonce_from_beyond_the_lan_is_refused(lan, tmp_path):
    """Blind: to every port that the proxy's socket can have, from behind a router."""
    site = Site(lan)
    router = lan.host("router", 254)
    far = lan.host("far", 250)
    lan.second_network(1, router, far)  # 10.78.0.1 and 10.78.0.2
    lan.ip(far, "link", "set", "eth0", "down")
    lan.ip(far, "route", "add", "10.77.0.0/24", "via", "10.78.0.1")
    subprocess.run(["ip", "netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1"],
                   check=True, timeout=20)
    for IP in ("10.78.0.2", "10.77.0.11"):
        pdu = tmp_path / "pdu"
        pdu.write_text(json.dumps({**BASE, "IP": IP}))
        sender = stranger(lan, far, "sweep", "10.77.0.1", 32768, 60999, pdu)
        sender.wait_line("done")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("off-link", 0) >= 2)
    assert counters["refusals"] == {"total": 2, "off-link": 2}
    # With more to say than the report's agents it is refused wherever it comes from.
    pdu.write_text(json.dumps({**BASE, "IP": "10.77.0.11", "id": "web", "state": "down"}))
    for space in (far, site.evil):
        stranger(lan, space, "sweep", "10.77.0.1", 32768, 60999, pdu).wait_line("done")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("base-form", 0) >= 2)
    assert [agent["id"] for agent in counters["agents"]] == ["web"]
    assert lan.curl(site.evil).strip() == "web"


def test_on_the_lan_the_base_form_counts_for_its_own_address(lan, tmp_path):
    site = Site(lan)
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP})
                              for IP in ("10.77.0.66", "10.77.0.11", "10.77.0.1", "10.77.0.255")))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    site.proxy.wait_line("agent 10.77.0.66:80 at 10.77.0.66:80: joined")
    counters = site.wait_rounds(3)
    assert sorted(agent["id"] for agent in counters["agents"]) == ["10.77.0.66:80", "web"]
    assert set(counters["refusals"]) == {"total", "foreign-source", "impossible-address"}


@pytest.mark.parametrize("options", [[], ["--allow-foreign-source"]], ids=["default", "allowed"])
def test_loopback_and_impossible_addresses_do_not_get_into_the_table(lan, tmp_path, options):
    site = Site(lan, *options)
    addresses = ["127.0.0.1", "127.0.0.53", "169.254.169.254", "10.77.0.0", "10.77.0.255"]
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP, "Door": 8404, "v": 2, "id": f"evil-{IP}",
                                          "nonce": "NONCE", "hold_us": 0}) for IP in addresses))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    counters = site.proxy.wait_counters(
        lambda c: c["refusals"].get("impossible-address", 0) >= 3 * len(addresses))
    assert set(counters["refusals"]) == {"total", "impossible-address"}
    assert [agent["id"] for agent in counters["agents"]] == ["web"]


def test_an_agent_on_the_proxys_own_host_may_serve_at_loopback(lan):
    site = Site(lan)
    for name, serve in (("near", "127.0.0.1:8080"), ("same", "10.77.0.1:8080")):
        agent = lan.start(site.space, binary("sonda-agent"), "--id", name, "--serve", serve)
        agent.wait_line("group 239.8.8.8:8888 on eth0")
        site.proxy.wait_line(f"agent {name} at {serve}: joined")
    assert site.wait_rounds(2)["refusals"] == {"total": 0}


def test_hosts_beyond_the_lan_are_advertised_by_themselves_only(lan, tmp_path):
    """The agent of several networks is in test_interfaces.py."""
    site = Site(lan)
    pdus = tmp_path / "pdus"
    pdus.write_text("\n".join(json.dumps({**BASE, "IP": IP, "v": 2, "id": f"evil-{IP}",
                                          "nonce": "NONCE", "hold_us": 0})
                              for IP in ("10.78.0.9", "93.184.216.34")))
    stranger(lan, site.evil, "answer", "10.77.0.66", pdus).wait_line("ready")
    counters = site.proxy.wait_counters(lambda c: c["refusals"].get("foreign-source", 0) >= 4)
    assert [agent["id"] for agent in counters["agents"]] == ["web"]


def test_requests_that_wait_for_a_minute_take_no_agent_away(lan, tmp_path):
    site = Site(lan)
    request = json.dumps({"tipo": "probe request", "window_ms": 60000}).encode()
    first = write_hex(tmp_path / "first", [request] * 64)
    more = write_hex(tmp_path / "more", [request] * 40)
    target = [GROUP, 8888]
    stranger(lan, site.evil, "send", first, "10.77.0.66", 5000, *target, 1000).wait_line("done")
    sender = stranger(lan, site.evil, "send", more, "10.77.0.66", 5000, *target, 10)
    site.wait_rounds(8)
    sender.wait_line("done")
    site.assert_always_fresh()
    assert site.agent.counters()["refusals"]["busy"] > 0


def test_unsigned_requests_of_strangers_push_no_monitor_out(lan, tmp_path):
    site = Site(lan, interval="2s")
    site.wait_rounds(1)
    for port in range(5000, 5080):
        request = json.dumps({"tipo": "probe request", "nonce": secrets.token_hex(16),
                              "window_ms": 0, "below": 1}).encode()
        with open(tmp_path / "requests", "w", encoding="ascii") as file:
            file.write(request.hex() + "\n")
        if port % 20 == 0:  # of several addresses, too
            address = f"10.77.0.{100 + port % 100}"
        stranger(lan, site.evil, "send", tmp_path / "requests", address, port, GROUP, 8888,
                 1000).wait_line("done")
    site.agent.signal(15)
    site.proxy.wait_line("agent web at 10.77.0.11:80: drain", deadline_s=1.5)


def test_an_agent_that_the_group_does_not_reach_is_asked_alone(world):
    agent = world.agent(world.server(speaker))
    proxy = world.proxy()
    agent.is_deaf = True  # to the group, as where a switch has forgotten who is in it
    before = proxy.counters()["agents"][0]["reports"]
    counters = proxy.wait_counters(lambda c: c["stale_retries_sent"] >= 3
                                   and c["agents"][0]["reports"] >= before + 2)
    assert not [line for line in proxy.lines if " dead" in line]
    # One retry each time that it turned stale, and no more.
    stale = [line for line in proxy.lines if line.endswith(": stale")]
    assert counters["stale_retries_sent"] <= len(stale)
    agent.silent = True
    proxy.wait_line(": dead")
