"""Whose limits an agent tells: those of the server's cgroup, of a named one, or of none."""
import os
import sys

import pytest
from figures import MIB, LegacyGroup, Prober, print_figures, require_tool
from peers import free_tcp_port, free_udp_port
from programs import Program, binary, run

LISTEN = ("import socket, sys\n"
          "s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
          "print('listens', flush=True)\n"
          "held = []\n"
          "while True: held.append(s.accept()[0])\n")


@pytest.fixture
def legacy(started):
    """Makes real groups, removed when everything in them has ended."""
    groups = []

    def make(trees=("memory", "cpu"), **limits):
        groups.append(LegacyGroup(trees, **limits))
        return groups[-1]

    yield make
    for thing in started:
        thing.stop()
    for group in groups:
        group.stop()


LIMITS = {"memory_limit_in_bytes": 64 * MIB, "cpu_cfs_quota_us": 10_000}


@pytest.mark.parametrize("trees", [("memory", "cpu"), ("memory", "cpu", "cpuacct")])
def test_limits_of_version_1_count(legacy, trees):
    group = legacy(trees, **LIMITS)
    code, response, words = print_figures(before=group.command())
    assert code == 0, words
    assert response["ram_total"] == 64 * MIB and 0 < response["RAM"] < 64 * MIB
    assert response["cores"] == pytest.approx(0.1)
    assert f"memory.limit_in_bytes of cgroup {group.path}" in words
    assert f"cpu.cfs_quota_us of cgroup {group.path}" in words


def test_a_real_cpuset_counts(legacy):
    if not {0, 1} <= os.sched_getaffinity(0):
        pytest.skip("SKIPPED, NOT TESTED: it takes the CPUs 0 and 1")
    group = legacy(("cpuset",), cpuset_cpus="1")
    code, response, _ = print_figures(before=group.command())
    assert code == 0 and response["cores"] == 1


def test_limits_of_the_agents_group_are_not_the_servers(legacy, started):
    port = free_tcp_port()
    server = Program([sys.executable, "-c", LISTEN, str(port)])
    started.append(server)
    server.wait_line("listens")
    group = legacy(**LIMITS)
    code, response, words = print_figures(serve=f"127.0.0.1:{port}", before=group.command())
    assert code == 0 and response["ram_total"] > 64 * MIB and response["cores"] >= 1
    assert f"that of who listens at 127.0.0.1:{port}" in words
    for wish, is_bound in (("own", True), ("none", False), (group.path, True)):
        code, response, words = print_figures("--cgroup", wish, serve=f"127.0.0.1:{port}", before=group.command())
        assert code == 0 and (response["ram_total"] == 64 * MIB) == is_bound, words
        assert "as the option cgroup says" in words


@pytest.mark.parametrize("trees", [("memory", "cpu", "cpuacct"), ("memory", "cpu", "unified")])
def test_limits_of_the_servers_group_count(legacy, started, trees):
    group = legacy(trees, **LIMITS)
    port = free_tcp_port()
    server = Program(group.command(sys.executable, "-c", LISTEN, str(port)))
    started.append(server)
    server.wait_line("listens")
    code, response, words = print_figures(serve=f"127.0.0.1:{port}")
    assert code == 0, words
    assert response["ram_total"] == 64 * MIB and response["cores"] == pytest.approx(0.1)
    assert f"limits: those of cgroup {group.path}, that of who listens" in words


def test_a_sandboxed_agent_finds_the_servers_group(legacy, started):
    """Without rights, as the unit runs it, it sees no other process's descriptors: the group's processes tell."""
    require_tool("setpriv")
    agent = binary("sonda-agent")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--no-new-privs"]
    if run([*nobody, agent, "--version"]).returncode != 0:
        pytest.skip("SKIPPED, NOT TESTED: the program cannot be run by others")
    group = legacy(("memory", "cpu", "unified"), **LIMITS)
    port = free_tcp_port()
    server = Program(group.command(sys.executable, "-c", LISTEN, str(port)))
    started.append(server)
    server.wait_line("listens")
    code, response, words = print_figures(serve=f"127.0.0.1:{port}", before=nobody)
    assert code == 0 and response["inflight"] == 0
    assert response["ram_total"] == 64 * MIB and response["cores"] == pytest.approx(0.1)
    assert f"limits: those of cgroup {group.path}, that of who listens" in words


def test_a_sidecar_does_not_take_its_own_limits_for_the_servers(legacy, started):
    """In a cgroup namespace of its own it sees its own group as the root, and not the server's."""
    port = free_tcp_port()
    server = Program([sys.executable, "-c", LISTEN, str(port)])
    started.append(server)
    server.wait_line("listens")
    group = legacy(("memory", "cpu", "unified"), **LIMITS)
    inside = ["unshare", "--cgroup", "--mount", "--propagation", "private", "bash", "-c",
              'D=/sys/fs/cgroup/unified; umount $D && mount -t cgroup2 none $D || exit 77; exec "$@"', "bash"]
    code, response, words = print_figures(serve=f"127.0.0.1:{port}", before=group.command(*inside))
    if code == 77:
        pytest.skip(f"SKIPPED, NOT TESTED: cgroup 2 cannot be mounted anew: {words}")
    assert code == 0 and response["ram_total"] > 64 * MIB and response["inflight"] == 0
    assert "was made in a cgroup that cannot be seen from here" in words


def test_what_nobody_tells_is_warned_of(legacy, started):
    """Version 1 alone and no rights: nothing tells whose socket it is."""
    require_tool("setpriv")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--no-new-privs"]
    group = legacy(("memory", "cpu", "cpuacct"), **LIMITS)
    port, probes = free_tcp_port(), free_udp_port()
    server = Program(group.command(sys.executable, "-c", LISTEN, str(port)))
    started.append(server)
    server.wait_line("listens")
    agent = Program([*nobody, binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve",
                     f"127.0.0.1:{port}", "--port", str(probes)])
    started.append(agent)
    agent.wait_line(r"warn.*limits that count: .*the socket at 127.0.0.1:\d+ tells nothing of its cgroup")


def test_a_server_that_moves_is_followed(legacy, started):
    group = legacy(("memory", "cpu", "cpuacct"), **LIMITS)
    port, probes = free_tcp_port(), free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve", f"127.0.0.1:{port}",
                     "--port", str(probes)])
    prober = Prober(probes)
    started.extend([agent, prober])
    agent.wait_line("nothing listens in sight")
    first = prober.ask_until(lambda a: a is not None)
    assert "inflight" not in first and first["ram_total"] > 64 * MIB
    server = Program(group.command(sys.executable, "-c", LISTEN, str(port)))
    started.append(server)
    server.wait_line("listens")
    prober.ask_until(lambda a: a and a["ram_total"] == 64 * MIB and a["inflight"] == 0)
    agent.wait_line(f"limits that count: those of cgroup {group.path}")
    server.stop()
    prober.ask_until(lambda a: a and a["ram_total"] > 64 * MIB and "inflight" not in a)
    group.stop()
    prober.ask_until(lambda a: a is not None)


def test_a_named_group_that_is_not_there_is_told(started):
    code, response, words = print_figures("--cgroup", "no-such-unit.service")
    assert code == 0 and response["ram_total"] > 64 * MIB
    assert "there is no cgroup no-such-unit.service now" in words


@pytest.mark.parametrize("wrong", ["nginx", "", "../x", "/a/../b", "web.socket"])
def test_wrong_names_of_groups_are_refused(wrong):
    result = run([binary("sonda-agent"), "--check", "--interface", "lo", "--id", "me", "--cgroup", wrong])
    assert result.returncode == 1
    assert "--cgroup" in result.stderr and "a unit: a name that ends with" in result.stderr
