"""The recipe of docs/operations.md, from bare Debian to traffic, and what systemd does for the services.

On every Debian that is supported; SONDA_SUITES names fewer (bookworm, trixie). SONDA_PACKAGES_TRIXIE and
SONDA_PACKAGES_BOOKWORM name folders with packages that are built already: then the recipe's build is left out. SONDA_BARE names one that keeps the bare systems.
"""
import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from lan import Lan
from machine import SUITES, Machine, make_bare_system, require_machines
from recipe import build_packages, find_packages, newer

pytestmark = pytest.mark.long
SERVERS = ["web1", "web2"]


WANTED = os.environ.get("SONDA_SUITES", " ".join(SUITES)).split()
KEY = "active k1\nkey k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


class Lab:
    """A proxy and two servers, built, installed and enabled as the recipe says; the LAN has no gateway."""

    def __init__(self, suite, lan):
        folder = lan.folder
        begin = time.monotonic()
        system = make_bare_system(suite, folder)
        made = time.monotonic()
        ready = os.environ.get(f"SONDA_PACKAGES_{suite.upper()}")
        self.packages, build_s = (find_packages(Path(ready)), 0) if ready else \
            build_packages(Machine("builder", system, folder))
        built = time.monotonic()
        self.lan = lan
        self.client = self.lan.host("client", 100)
        self.servers = {}
        for number, name in enumerate(SERVERS, 11):
            server = Machine(name, system, folder)
            server.install(str(self.packages["sonda-agent"]), "nginx-light")
            (server.root / "var/www/html/index.html").write_text(name + "\n")
            server.boot(self.lan, self.lan.host(name, number, is_routed=False))
            server.systemctl("enable", "--now", "sonda-agent")
            self.servers[name] = server
        self.proxy = Machine("proxy", system, folder)
        self.proxy.install(str(self.packages["sonda-proxy"]))
        self.proxy.boot(self.lan, self.lan.host("proxy", 1, is_routed=False))
        self.proxy.systemctl("enable", "--now", "sonda-proxy.socket", "sonda-proxy.service")
        self.wait_for_all()
        print(f"\nDebian {SUITES[suite]}: bare system {made - begin:.0f} s, packages built {build_s:.0f} s, "
              f"three machines to traffic {time.monotonic() - built:.0f} s")

    def order(self, token, agent="web1", what="ready"):
        """Status of a POST to the proxy's admin listener; bash is the one HTTP client of a bare machine."""
        said = self.proxy.run("bash", "-c", f'''exec 3<>/dev/tcp/127.0.0.1/8404
            printf 'POST /api/agents/{agent}/{what} HTTP/1.1\\r\\nHost: localhost\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n' >&3
            cat <&3''').stdout
        return int(said.split()[1])

    def answers(self, count):
        return [self.lan.curl(self.client).strip() for _ in range(count)]

    def wait_for_all(self, deadline_s=20):
        """Until every server has answered."""
        end = time.monotonic() + deadline_s
        while set(self.answers(10)) != set(SERVERS):
            assert time.monotonic() < end, "not every server answers"


@pytest.fixture(scope="module", params=list(SUITES))
def lab(request, tmp_path_factory):
    require_machines()
    if request.param not in WANTED:
        pytest.skip(f"SKIPPED, NOT TESTED: SONDA_SUITES does not name {request.param}")
    lan = Lan(tmp_path_factory.mktemp("lab"))
    try:
        yield Lab(request.param, lan)
    finally:
        lan.stop()
        shutil.rmtree(lan.folder)  # some gigabytes


@pytest.fixture
def configure(lab):
    """Writes a machine's configuration and drop-in; what was there before comes back at the end."""
    changed = []

    def change(machine, program, dropin=None, **keys):
        conf = machine.root / f"etc/sonda/{program.split('-')[1]}.json"
        folder = machine.root / f"etc/systemd/system/{program}.service.d"
        changed.append((machine, program, conf, conf.read_text(), folder))
        conf.write_text(json.dumps(keys))
        if dropin is not None:
            folder.mkdir(exist_ok=True)
            (folder / "test.conf").write_text("[Service]\n" + dropin)
            machine.systemctl("daemon-reload")

    yield change
    for machine, program, conf, text, folder in reversed(changed):
        conf.write_text(text)
        shutil.rmtree(folder, ignore_errors=True)
    for machine, program in {(machine, program) for machine, program, *_ in changed}:
        machine.systemctl("daemon-reload")
        machine.systemctl("restart", program)
    lab.wait_for_all()


def secret(machine, path, text, group="root"):
    file = machine.root / path
    file.write_text(text)
    file.chmod(0o600)
    if group != "root":
        assert machine.run("chgrp", group, "/" + path).returncode == 0
        assert machine.run("chmod", "640", "/" + path).returncode == 0


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
    """One that started before its interface had an address says so, and begins when it comes."""
    server = lab.servers["web2"]
    address = ("10.77.0.12/24", "dev", "eth0")
    lab.lan.ip(server.space, "addr", "del", *address)
    lab.lan.ip(server.space, "-6", "addr", "flush", "dev", "eth0")
    server.run("systemctl", "restart", "sonda-agent")
    server.wait_journal("sonda-agent", "for an address that is to come", deadline_s=60)
    lab.lan.ip(server.space, "addr", "add", *address)
    server.wait_journal("sonda-agent", "is for 10.77.0.12:80 from now on")
    lab.wait_for_all()


def test_reloads_work_with_credentials(lab, configure):
    """Key and token as credentials: the running process reads them again, and a second one could not."""
    web1 = lab.servers["web1"]
    for machine, program in ((web1, "sonda-agent"), (lab.servers["web2"], "sonda-agent"), (lab.proxy, "sonda-proxy")):
        secret(machine, "etc/sonda/probes.key", KEY)
        keys = {"key_file": f"/run/credentials/{program}.service/probes"}
        dropin = "LoadCredential=probes:/etc/sonda/probes.key\n"
        if program == "sonda-proxy":
            secret(machine, "etc/sonda/token", "0123456789abcdef\n")
            keys |= {"interval": "1s", "admin_token_file": "/run/credentials/sonda-proxy.service/token"}
            dropin += "LoadCredential=token:/etc/sonda/token\n"
        else:
            keys |= {"serve": "80", "id": machine.name}
        configure(machine, program, dropin, **keys)
        machine.systemctl("restart", program)
        machine.systemctl("reload", program)
    lab.wait_for_all()
    assert lab.order("0123456789abcdef") == 200
    # Drain by "state" and a reload, as docs/operations.md has it.
    conf = web1.root / "etc/sonda/agent.json"
    text = conf.read_text()
    conf.write_text(json.dumps(json.loads(text) | {"state": "drain"}))
    web1.systemctl("reload", "sonda-agent")
    lab.proxy.wait_journal("sonda-proxy", "agent web1 at 10.77.0.11:80: drain")
    assert set(lab.answers(20)) == {"web2"}
    conf.write_text(text)
    web1.systemctl("reload", "sonda-agent")
    # A broken one is refused as ever, with the reason in the journal of the unit.
    conf.write_text(text.replace("serve", "sreve"))
    assert web1.run("systemctl", "reload", "sonda-agent").returncode != 0
    web1.wait_journal("sonda-agent", "sreve: is no known key")
    assert "refused" in web1.property("sonda-agent", "StatusText")
    conf.write_text(text)
    web1.systemctl("reload", "sonda-agent")
    assert web1.property("sonda-agent", "StatusText") == ""


def test_the_token_recipe_works_and_a_reload_revokes(lab, configure):
    """The recipe of docs/monitoring.md: a file of root's that the group sonda may read."""
    configure(lab.proxy, "sonda-proxy", interval="1s", admin_token_file="/etc/sonda/token")
    secret(lab.proxy, "etc/sonda/token", "0123456789abcdef\n")
    check = ["sonda-proxy", "--config", "/etc/sonda/proxy.json", "--check"]
    said = lab.proxy.run(*check)
    assert said.returncode == 0 and "warning: /etc/sonda/proxy.json: admin_token_file: " in said.stderr
    assert "chgrp sonda /etc/sonda/token; chmod 640 /etc/sonda/token" in said.stderr
    secret(lab.proxy, "etc/sonda/token", "0123456789abcdef\n", "sonda")
    assert lab.proxy.run(*check).stderr == ""
    lab.proxy.systemctl("restart", "sonda-proxy")
    lab.wait_for_all()
    name = json.loads(lab.servers["web1"].run("sonda-agent", "--print").stdout.splitlines()[0])["id"]
    assert lab.order("0123456789abcdef", name) == 200
    secret(lab.proxy, "etc/sonda/token", "fedcba9876543210\n", "sonda")
    lab.proxy.systemctl("reload", "sonda-proxy")
    assert (lab.order("0123456789abcdef", name), lab.order("fedcba9876543210", name)) == (401, 200)


def test_a_rotated_connection_log_loses_no_line(lab, configure):
    """By the postrotate of docs/operations.md, with a credential."""
    secret(lab.proxy, "etc/sonda/token", "0123456789abcdef\n")
    configure(lab.proxy, "sonda-proxy", "LoadCredential=token:/etc/sonda/token\n", interval="1s",
              admin_token_file="/run/credentials/sonda-proxy.service/token",
              connection_log="/var/log/sonda/connections.log")
    lab.proxy.systemctl("restart", "sonda-proxy")
    lab.wait_for_all()
    log = lab.proxy.root / "var/log/private/sonda/connections.log"
    lab.answers(5)
    log.rename(log.with_suffix(".log.1"))
    lab.proxy.systemctl("reload", "sonda-proxy")
    lab.answers(5)
    end = time.monotonic() + 20
    while not log.exists() or log.read_text().count("end=finished") < 5:
        assert time.monotonic() < end, "the new file does not get the lines"
        time.sleep(0.1)


@pytest.mark.parametrize("program", ["sonda-proxy", "sonda-agent"])
def test_an_upgrade_that_refuses_the_configuration_leaves_the_old_process(lab, configure, program, tmp_path):
    machine = lab.proxy if program == "sonda-proxy" else lab.servers["web1"]
    shutil.copy(newer(lab.packages[program], tmp_path), machine.root / "root/newer.deb")
    before = machine.property(program, "MainPID")
    configure(machine, program, nosuch=1)
    done = machine.run("dpkg", "-i", "--force-confold", "/root/newer.deb")
    assert done.returncode == 0, done.stderr
    assert "nosuch: is no known key" in done.stderr and "was left alone and goes on" in done.stderr
    assert machine.property(program, "MainPID") == before != "0"
    lab.wait_for_all()
    good = {"interval": "1s"} if program == "sonda-proxy" else {"serve": "80"}
    configure(machine, program, **good)
    done = machine.run("dpkg", "-i", "--force-confold", "/root/newer.deb")
    assert done.returncode == 0 and "left alone" not in done.stderr
    assert machine.property(program, "MainPID") not in (before, "0")
    lab.wait_for_all()
