"""The real programs on a LAN: agents beside real web servers, a proxy, a client, port 80."""
import signal
import sys
import time

from programs import binary

INTERVAL_S = 0.4


class Site:
    """Three servers with their agents, a proxy and a client."""

    def __init__(self, lan, *proxy_options, weights=(1, 1, 1)):
        self.lan = lan
        self.client = lan.host("client", 2)
        self.servers, self.agents, self.spaces = [], [], []
        for number, weight in enumerate(weights, 1):
            name = f"web{number}"
            space = lan.host(name, 10 + number)
            self.spaces.append(space)
            self.servers.append(lan.nginx(space, name))
            # Neither interface nor address is named: both follow from the default route.
            agent = lan.start(space, binary("sonda-agent"), "--id", name, "--weight", str(weight))
            self.agents.append(agent)
        for number, agent in enumerate(self.agents, 1):
            agent.wait_line(f"for 10.77.0.{10 + number}:80: group 239.8.8.8:8888 on eth0")
        self.proxy = lan.start(lan.host("proxy", 1), binary("sonda-proxy"), "--interval",
                               f"{INTERVAL_S * 1000:g}ms", "--window", "50ms", "--seed", "1",
                               *proxy_options)
        self.proxy.wait_line(r"listening on 0\.0\.0\.0:80")
        for number in range(1, len(weights) + 1):
            self.proxy.wait_line(f"agent web{number} at 10.77.0.{10 + number}:80: joined")
        lan.leaks.watch(self.proxy)

    def curl(self):
        """Returns the name of the server that answered one request."""
        return self.lan.curl(self.client).strip()

    def wait_reports(self, count):
        """Waits until every agent has reported that many times more."""
        before = {a["id"]: a["reports"] for a in self.proxy.counters()["agents"]}
        self.proxy.wait_counters(
            lambda c: all(a["reports"] >= before[a["id"]] + count for a in c["agents"]))


def test_requests_reach_all_servers(lan):
    site = Site(lan)
    names = [site.curl() for _ in range(40)]
    assert set(names) == {"web1", "web2", "web3"}
    counters = site.proxy.wait_counters(lambda c: c["open"] == 0)
    assert counters["completed"] == 40
    assert counters["refusals"] == {"total": 0}


def test_picks_follow_the_reports(lan):
    site = Site(lan, "--formula", "max: weight", "--policy", "best", weights=(1, 5, 2))
    assert {site.curl() for _ in range(15)} == {"web2"}


def test_picks_follow_the_connections_that_agents_see(lan):
    site = Site(lan, "--formula", "reported", "--policy", "best")
    # Held by a program on the client, straight to two of the servers: only agents see them.
    holder = lan.start(site.client, sys.executable, "-c",
                       "import signal, socket, sys\n"
                       "held = [socket.create_connection((a, 80)) for a in sys.argv[1:] * 3]\n"
                       "print('held', flush=True)\n"
                       "signal.pause()", "10.77.0.11", "10.77.0.13")
    holder.wait_line("held")
    site.wait_reports(2)
    assert {site.curl() for _ in range(15)} == {"web2"}


def test_a_killed_server_costs_no_request(lan):
    site = Site(lan)
    names = []
    for number in range(60):
        if number == 20:
            site.servers[1].signal(signal.SIGKILL)
            site.servers[1].wait_end()
        names.append(site.curl())  # fails the test if the request fails
    assert "web2" in names[:20]
    assert set(names[20:]) == {"web1", "web3"}
    counters = site.proxy.counters()
    assert counters["connect_refused"] >= 1
    assert counters["no_agent"] == 0


def test_a_killed_agent_leaves_within_three_intervals(lan):
    site = Site(lan)
    site.wait_reports(1)
    killed = time.monotonic()
    site.agents[2].signal(signal.SIGKILL)
    site.agents[2].wait_end()
    site.proxy.wait_line("agent web3 at .*: stale")
    site.proxy.wait_line("agent web3 at .*: dead")
    # It counts from the last report; half a second more for a busy machine to show the line.
    assert time.monotonic() - killed < 3 * INTERVAL_S + 0.5
    assert "web3" not in {site.curl() for _ in range(30)}


def test_a_host_that_vanishes_costs_no_request(lan):
    site = Site(lan, "--connect-timeout", "300ms", "--policy", "round-robin")
    lan.ip(site.spaces[0], "link", "set", "eth0", "down")
    names = [site.curl() for _ in range(12)]
    assert set(names) == {"web2", "web3"}
    lan.ip(site.spaces[0], "link", "set", "eth0", "up")
    site.proxy.wait_line("agent web1 at .*: back|connect to 10.77.0.11:80 failed")
    site.proxy.wait_counters(lambda c: c["agents"][0]["freshness"] == "fresh")
