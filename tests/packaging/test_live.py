"""The recipe of docs/operations.md, from bare Debian to traffic, and what systemd does for the services."""
import threading
import time

import pytest
from lan import Lan
from machine import Machine, make_bare_system, require_machines

pytestmark = pytest.mark.long
SERVERS = ["web1", "web2"]


class Lab:
    """A proxy and two servers, installed and enabled as the recipe says; the LAN has no gateway."""

    def __init__(self, packages, lan):
        folder = lan.folder
        system = folder / "bare.tar"
        make_bare_system(system)
        self.lan = lan
        self.client = self.lan.host("client", 100)
        self.servers = {}
        for number, name in enumerate(SERVERS, 11):
            server = Machine(name, system, folder)
            server.install(str(packages["sonda-agent"]), "nginx-light")
            (server.root / "var/www/html/index.html").write_text(name + "\n")
            server.boot(self.lan, self.lan.host(name, number, is_routed=False))
            server.systemctl("enable", "--now", "sonda-agent")
            self.servers[name] = server
        self.proxy = Machine("proxy", system, folder)
        self.proxy.install(str(packages["sonda-proxy"]))
        self.proxy.boot(self.lan, self.lan.host("proxy", 1, is_routed=False))
        self.proxy.systemctl("enable", "--now", "sonda-proxy.socket", "sonda-proxy.service")

    def answers(self, count):
        return [self.lan.curl(self.client).strip() for _ in range(count)]

    def wait_for_all(self, deadline_s=20):
        """Until every server has answered."""
        end = time.monotonic() + deadline_s
        while set(self.answers(10)) != set(SERVERS):
            assert time.monotonic() < end, "not every server answers"


@pytest.fixture(scope="module")
def lab(packages, tmp_path_factory):
    require_machines()
    lan = Lan(tmp_path_factory.mktemp("lab"))
    try:
        yield Lab(packages, lan)
    finally:
        lan.stop()


@pytest.fixture
def load(lab):
    """A client that asks without end; returned is a function that ends it and says what it got."""
    answers, failures, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answers.append(lab.lan.curl(lab.client).strip())
            except AssertionError as error:
                failures.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()

    def end():
        stop.set()
        thread.join(30)
        return answers, failures

    yield end
    end()


def test_the_recipe_brings_traffic_to_every_server(lab):
    lab.proxy.wait_journal("sonda-proxy", ": joined", times=len(SERVERS))
    assert set(lab.answers(40)) == set(SERVERS)


def test_the_sandbox_takes_nothing_that_is_needed(lab):
    """Neither program warns of anything that it was refused."""
    for machine, unit in ((lab.proxy, "sonda-proxy"), (lab.servers["web1"], "sonda-agent")):
        said = machine.run("journalctl", "-u", unit, "-o", "cat", "--no-pager").stdout
        assert " info " in said and " warning " not in said and " error " not in said, said


def test_a_reload_takes_a_good_configuration_and_refuses_a_broken_one(lab):
    file = lab.proxy.root / "etc/sonda/proxy.json"
    file.write_text('{"interval": "1s"}\n')
    lab.proxy.systemctl("reload", "sonda-proxy")
    lab.proxy.wait_journal("sonda-proxy", "info reloaded")
    file.write_text('{"intervall": "1s"}\n')
    assert lab.proxy.run("systemctl", "reload", "sonda-proxy").returncode != 0
    lab.proxy.wait_journal("sonda-proxy", "intervall: is no known key")
    file.write_text('{"interval": "1s"}\n')
    assert lab.answers(1)
    lab.servers["web1"].systemctl("reload", "sonda-agent")
    lab.servers["web1"].wait_journal("sonda-agent", "info reloaded")


def test_restarts_under_load_refuse_nobody(lab, load):
    for _ in range(3):
        lab.proxy.systemctl("restart", "sonda-proxy")
    lab.answers(10)
    answers, failures = load()
    assert answers and not failures


def test_a_server_whose_agent_stops_is_left_alone(lab):
    lab.wait_for_all()
    lab.servers["web1"].systemctl("stop", "sonda-agent")
    lab.proxy.wait_journal("sonda-proxy", ": drain")
    assert set(lab.answers(20)) == {"web2"}
    lab.servers["web1"].systemctl("start", "sonda-agent")
    lab.wait_for_all()


@pytest.mark.parametrize("number, what", [("KILL", "status=9/KILL"), ("STOP", "Watchdog timeout")])
def test_a_proxy_that_dies_or_hangs_is_started_again(lab, number, what):
    """A hung one by the watchdog. Clients wait meanwhile: the socket is systemd's."""
    before = int(lab.proxy.property("sonda-proxy", "NRestarts"))
    lab.proxy.signal("sonda-proxy", number)
    lab.proxy.wait_journal("sonda-proxy", what, deadline_s=60)
    assert lab.answers(5)
    assert int(lab.proxy.property("sonda-proxy", "NRestarts")) > before


def test_a_service_waits_for_its_network(lab):
    """One that started before its interface had an address goes on trying, longer than systemd would by default."""
    server = lab.servers["web2"]
    address = ("10.77.0.12/24", "dev", "eth0")
    lab.lan.ip(server.space, "addr", "del", *address)
    lab.lan.ip(server.space, "-6", "addr", "flush", "dev", "eth0")
    server.run("systemctl", "restart", "sonda-agent")
    server.wait_journal("sonda-agent", "Scheduled restart job, restart counter is at 7", deadline_s=60)
    lab.lan.ip(server.space, "addr", "add", *address)
    server.wait_journal("sonda-agent", "Started sonda-agent.service", times=2)
    lab.wait_for_all()
