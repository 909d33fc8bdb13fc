"""The shipped alerts over real time, at several probe intervals: lost agents alarm, planned stops do not."""
import time
from urllib.parse import urlsplit

import pytest
from conftest import World
from peers import EchoServer
from programs import Program, binary
from test_prometheus import Prometheus

INTERVALS_S = [1, 5, 10]
SCRAPE_S = 5


class Site(World):
    """A proxy that probes at that interval, and four real agents with their servers."""

    def __init__(self, interval_s):
        super().__init__()
        self.interval_s = interval_s
        self.agents = []
        for number in range(4):
            server = self.add(EchoServer(f"127.0.{10 + interval_s}.{2 + number}"))
            agent = self.add(Program([
                binary("sonda-agent"), "--interface", "lo", "--serve",
                f"{server.address}:{server.port}", "--port", self.group_port,
                "--id", f"web{number}"]))
            agent.wait_line("group 239.8.8.8")
            self.agents.append(agent)
        self.proxy = self.start_proxy(interval=f"{interval_s}s")
        self.target = urlsplit(self.proxy.url).netloc


@pytest.fixture
def sites():
    started = []
    try:
        for interval_s in INTERVALS_S:
            started.append(Site(interval_s))
        yield started
    finally:
        for site in started:
            site.stop()


def firing(prometheus, alert):
    """Targets for which the alert fires."""
    found = prometheus.query(f'ALERTS{{alertname="{alert}", alertstate="firing"}}')
    return {labels["instance"] for labels, _ in found}


def wait_firing(prometheus, alert, targets, deadline_s, never=()):
    """Seconds until the alert fires for all of them; `never` are alerts that must not fire meanwhile."""
    begin = time.monotonic()
    at = {}
    while set(at) < set(targets):
        assert time.monotonic() - begin < deadline_s, f"{alert} fires only for {at} of {targets}"
        for target in firing(prometheus, alert):
            at.setdefault(target, time.monotonic() - begin)
        for other in never:
            assert not firing(prometheus, other), other
        time.sleep(0.5)  # between questions
    return at


def test_lost_agents_alarm_and_planned_stops_do_not(sites, tmp_path):
    targets = [site.target for site in sites]
    prometheus = Prometheus(tmp_path, *targets, every=f"{SCRAPE_S}s")
    try:
        for site in sites:
            site.proxy.wait_agents(4)
        prometheus.wait_query("count(sonda_agents_lost_total) == 3", bool, deadline_s=60)
        # A planned stop: it says drain, then it is silent, then it is forgotten.
        for site in sites:
            site.agents[0].stop()
        for site in sites:
            site.proxy.wait_state(lambda s: s["agents_total"] == 3, "an agent that is forgotten",
                                  deadline_s=12 * site.interval_s + 30)
            assert not firing(prometheus, "SondaAgentsLost")
        prometheus.wait_query("sum(sonda_agents_left_total) == 3", bool, deadline_s=60)
        assert not firing(prometheus, "SondaAgentsLost")
        # A killed one.
        for site in sites:
            site.agents[1].signal(9)
        at = wait_firing(prometheus, "SondaAgentsLost", targets,
                         3.5 * max(INTERVALS_S) + 4 * SCRAPE_S + 30,
                         never=["SondaPanic", "SondaFull", "SondaNoCandidates"])
        for site in sites:
            print(f"interval {site.interval_s} s: SondaAgentsLost fires {at[site.target]:.1f} s "
                  f"after kill -9")
        # It goes on firing when the agent is long forgotten.
        for site in sites:
            site.proxy.wait_state(lambda s: s["agents_total"] == 2, "an agent that is forgotten",
                                  deadline_s=12 * site.interval_s + 30)
        time.sleep(2 * SCRAPE_S)  # two evaluations later
        assert firing(prometheus, "SondaAgentsLost") == set(targets)
    finally:
        prometheus.stop()
