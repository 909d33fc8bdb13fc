"""What tests of changing networks begin with: a server with its agent, and a proxy, of either family."""
import pytest
from programs import binary

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
