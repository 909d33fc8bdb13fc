"""Fixtures for tests of the admin listener: proxies that have one, fleets of agents, a browser."""
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SYSTEM = HERE.parent / "system"
sys.path[:0] = [str(SYSTEM), str(HERE)]

from fleet import Fleet, FleetServer, Traffic  # noqa: E402
from peers import GROUP, free_udp_port  # noqa: E402
from programs import DEADLINE_S, Program, binary, check_sanitizers  # noqa: E402


def fetch(url, method="GET", headers=None):
    """Status, headers and body of an answer, whatever the status is."""
    request = urllib.request.Request(url, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


class AdminProxy(Program):
    """A proxy with an admin listener at `url` that takes clients at `port`."""

    def __init__(self, group_port, *options, admin="127.0.0.1:0", interval="200ms",
                 listen="127.0.0.1:0", window="50ms"):
        super().__init__([binary("sonda-proxy"), "--listen", listen, "--interface", "lo",
                          "--group", GROUP, "--port", group_port, "--interval", interval,
                          "--window", window, "--seed", "1", "--admin", admin, *options])
        self.url = self.wait_line(r"admin at (http://\S+)/")[1]
        self.port = int(self.wait_line(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def get(self, path, **options):
        return fetch(self.url + path, **options)

    def state(self):
        status, _, body = self.get("/api/state")
        assert status == 200, body
        return json.loads(body)

    def wait_state(self, condition, what, deadline_s=DEADLINE_S):
        """The first state for which the condition holds."""
        end = time.monotonic() + deadline_s
        while True:
            state = self.state()
            if condition(state):
                return state
            assert time.monotonic() < end, f"never came: {what}; the last state: {state}"
            time.sleep(0.05)  # between questions; the condition ends the wait

    def wait_agents(self, count):
        """Waits until so many agents can be picked."""
        return self.wait_state(
            lambda state: sum(a["candidate"] for a in state["agents"]) == count,
            f"{count} agents that can be picked")


class World:
    """Starts things and remembers to stop them."""

    def __init__(self):
        self.group_port = free_udp_port()
        self.traffics = []
        self.proxies = []
        self.others = []
        self.fleet = None

    def add(self, thing):
        self.others.append(thing)
        return thing

    def start_fleet(self, count, **options):
        server = self.add(FleetServer(count))
        self.fleet = self.add(Fleet(self.group_port, count, server.port, **options))
        return self.fleet

    def start_proxy(self, *options, **settings):
        proxy = AdminProxy(self.group_port, *options, **settings)
        self.proxies.append(proxy)
        return proxy

    def traffic(self, proxy, per_second, keep=0):
        traffic = Traffic(proxy.port, per_second, keep)
        self.traffics.append(traffic)
        return traffic

    def stop(self):
        # Clients first: a proxy waits for them.
        for thing in self.traffics + self.proxies + self.others[::-1]:
            thing.stop()
        check_sanitizers(self.proxies)


@pytest.fixture
def world():
    it = World()
    yield it
    it.stop()


def missing(why):
    """Skips a test for want of a tool; in CI, where packages.txt has it, that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"must be there in CI: {why}")
    pytest.skip(f"SKIPPED, NOT TESTED: {why}")


def require_tool(name):
    path = shutil.which(name)
    if path is None:
        missing(f"{name} is not installed")
    return path


def install_browser_modules():
    """The folder with playwright-core of the version that the lock file names, in the build folder."""
    npm = require_tool("npm")
    folder = Path(os.environ["SONDA_BIN"]).parent / "tests" / "page-tests"
    folder.mkdir(parents=True, exist_ok=True)
    lock = HERE / "browser" / "package-lock.json"
    with open(folder / ".lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        done = folder / "node_modules" / ".package-lock.json"
        copy = folder / "package-lock.json"
        if not done.is_file() or copy.read_bytes() != lock.read_bytes():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / "browser" / name, folder)
            result = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                                    cwd=folder, capture_output=True, text=True, timeout=300,
                                    check=False)
            if result.returncode != 0:
                missing(f"npm ci could not get playwright-core: {result.stderr}")
    return folder


@pytest.fixture(scope="session")
def browser_environment():
    """The environment for the cases in browser/."""
    chromium = require_tool("chromium")
    require_tool("node")
    return {**os.environ, "SONDA_CHROMIUM": chromium,
            "SONDA_BROWSER_MODULES": str(install_browser_modules())}


@pytest.fixture
def browser(world, browser_environment):
    """Starts a case of browser/; its lines tell how far it is."""
    node = shutil.which("node")

    def start(case, *arguments):
        return world.add(Program([node, HERE / "browser" / case, *arguments],
                                 env=browser_environment))
    return start
