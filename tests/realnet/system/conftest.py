"""Fixtures: everything that a test starts is ended with it, by its own process id."""
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lan import Lan, require_namespaces  # noqa: E402
from leaks import LeakCheck  # noqa: E402
from peers import GROUP, Agent, Server, free_udp_port  # noqa: E402
from programs import UNDER_VALGRIND, Program, binary, check_sanitizers  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long; a test of its own for CTest")
    config.addinivalue_line("markers", "no_valgrind(why): cannot pass under valgrind")


def pytest_collection_modifyitems(items):
    for item in items if UNDER_VALGRIND else []:
        if marker := item.get_closest_marker("no_valgrind"):
            item.add_marker(pytest.mark.skip(reason=f"under valgrind {marker.args[0]}"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Fixtures can see whether their test has passed: what a failed one left behind says nothing."""
    report = (yield).get_result()
    if report.when == "call":
        item.has_passed = report.passed


@pytest.fixture
def leaks():
    """Looks at the end of a test that passed whether its proxies have let go of everything."""
    return LeakCheck()


@pytest.fixture
def started(request, leaks):
    """A list of things with stop(); they are stopped in the order of their start."""
    things = []
    yield things
    try:
        if getattr(request.node, "has_passed", False):
            for thing in things:
                if hasattr(thing, "drop"):
                    thing.drop()
            leaks.check()
    finally:
        for thing in things:
            thing.stop()
    check_sanitizers(things)


@pytest.fixture
def lan(request, tmp_path, leaks):
    """A LAN of namespaces; see lan.py."""
    require_namespaces()
    result = Lan(tmp_path, leaks)
    try:
        yield result
        if getattr(request.node, "has_passed", False):
            leaks.check()
    finally:
        result.stop()
        check_sanitizers(result.programs)


class World:
    """One probe group on loopback: servers, agents and a proxy."""

    def __init__(self, started, leaks):
        self.started = started
        self.leaks = leaks
        self.group_port = free_udp_port()

    def server(self, handle, **options):
        return self.add(Server(handle, **options))

    def add(self, thing):
        self.started.append(thing)
        return thing

    def agent(self, server, **options):
        return self.add(Agent(self.group_port, (server.address, server.port),
                              address=options.pop("address", server.address), **options))

    def proxy(self, *options, agents=1, window="20ms", interval="200ms", **popen):
        """Starts a proxy and waits until it listens and that many agents have joined."""
        admin = [] if "--admin" in options else ["--admin", "off"]
        command = [binary("sonda-proxy"), *admin, "--listen", "127.0.0.1:0", "--interface", "lo",
                   "--group", GROUP, "--port", self.group_port, "--interval", interval,
                   "--window", window, "--seed", "1", *options]
        # Stopped first: its connections then end before the servers do.
        proxy = Program(command, **popen)
        self.started.insert(0, proxy)
        proxy.port = int(proxy.wait_line(r"listening on 127\.0\.0\.1:(\d+)")[1])
        self.leaks.watch(proxy)
        at = 0
        for _ in range(agents):
            proxy.wait_line(r"agent \S+ at \S+: joined", at)
            at = 1 + next(i for i in range(at, len(proxy.lines))
                          if re.search(": joined", proxy.lines[i]))
        return proxy


@pytest.fixture
def world(started, leaks):
    return World(started, leaks)
