"""The figures of an agent: whose they are, and that what is not known is not told."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from figures import MIB, FakeHost, LegacyGroup, Prober, print_figures, require_mount_namespaces, require_tool
from peers import free_tcp_port, free_udp_port
from programs import Program, binary, run

BUSY, IDLE, HALF = {"user": 100}, {"idle": 100}, {"user": 50, "idle": 50}


@pytest.fixture
def fake(tmp_path, started):
    """A machine of two CPUs with 16 GiB, half of it free, both CPUs half idle."""
    require_mount_namespaces()
    host = FakeHost(tmp_path)
    started.append(host)
    host.write("meminfo", f"MemTotal: {16 << 20} kB\nMemFree: 1 kB\nMemAvailable: {8 << 20} kB\n")
    host.write("loadavg", "0.50 0.40 0.30 1/100 7\n")
    host.group()
    host.cpus(HALF, HALF)
    return host


@pytest.fixture
def agent_of(fake, started):
    """Starts an agent on the fake machine; returns it and who asks it."""

    def start(*options, serve="127.0.0.1:1", before=()):
        port = free_udp_port()
        agent = Program(fake.command(*before, binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve",
                                     serve, "--port", str(port), *options))
        prober = Prober(port)
        started.extend([agent, prober])
        agent.wait_line("group 239.8.8.8")
        return agent, prober

    return start


# --- memory -----------------------------------------------------------------------------------


def test_page_cache_and_slab_of_a_group_are_free(fake):
    fake.group(memory_max=1024 * MIB, memory_current=1000 * MIB,
               memory_stat=f"inactive_file {100 * MIB}\nactive_file {700 * MIB}\nslab_reclaimable {50 * MIB}")
    code, response, words = fake.print()
    assert code == 0
    # All but the machine's low watermark, of which a gigabyte's share stays out, twice.
    watermark = int(open("/proc/sys/vm/min_free_kbytes").read()) * 1024 * 1.25 / 16
    assert response["RAM"] == pytest.approx(874 * MIB - 2 * watermark, abs=10)
    assert response["ram_total"] == 1024 * MIB
    assert "memory: memory.max of cgroup /svc" in words


@pytest.mark.parametrize("where", ["/svc", "/pod/svc"])
def test_a_group_at_its_throttle_limit_has_nothing_left(fake, where):
    fake.group("/pod", memory_max="max", memory_high=256 * MIB, memory_current=256 * MIB)
    fake.group("/svc", memory_max="max", memory_high=256 * MIB, memory_current=256 * MIB)
    (fake.folder / "cg/pod/svc").mkdir()
    fake.write("cgroup", f"0::{where}\n")
    code, response, words = fake.print()
    assert (code, response["RAM"], response["ram_total"]) == (0, 0, 256 * MIB)
    assert f"memory: memory.high of cgroup {where.replace('/pod/svc', '/pod')}" in words


def test_more_available_than_there_is(fake):
    fake.write("meminfo", "MemTotal: 524288 kB\nMemAvailable: 614400 kB\n")
    code, response, words = fake.print()
    assert (code, response["RAM"], response["ram_total"]) == (0, 512 * MIB, 512 * MIB)
    assert "more available than there is" in words


# --- CPU --------------------------------------------------------------------------------------


@pytest.mark.parametrize("quota, used, cpus, cpu, cores, source", [
    ("800000 100000", 2.0, BUSY, 0, 2, "/proc/stat"),  # a quota above the machine, which is used up
    ("150000 100000", 0.0, BUSY, 0, 1.5, "/proc/stat"),  # neighbours use the machine up
    ("50000 100000", 2.0, IDLE, 0, 0.5, "cpu.max of cgroup /svc"),  # the quota is used up
    ("100000 100000", 0.25, IDLE, 75, 1, "cpu.max of cgroup /svc"),
    ("max 100000", 0.25, HALF, 50, 2, "/proc/stat"),
])
def test_a_quota_bounds_beside_the_machine(fake, quota, used, cpus, cpu, cores, source):
    fake.group(cpu_max=quota, cpu_stat="usage_usec 000000000001000000")
    fake.usage("/svc", used)
    fake.cpus(cpus, cpus)
    code, response, words = fake.print()
    assert code == 0
    assert response["CPU"] == pytest.approx(cpu, abs=20)
    assert response["cores"] == cores
    assert f"CPU: {source};" in words


def test_a_busy_parent_bounds(fake):
    fake.group("/pod", cpu_max="100000 100000", cpu_stat="usage_usec 000000000001000000")
    fake.group("/pod/svc", cpu_max="50000 100000", cpu_stat="usage_usec 000000000001000000")
    fake.usage("/pod", 4.0)  # far more, as the writer may be late on a busy machine
    fake.cpus(IDLE, IDLE)
    code, response, words = fake.print()
    assert code == 0 and response["CPU"] == pytest.approx(0, abs=12) and response["cores"] == 0.5
    assert "CPU: cpu.max of cgroup /pod;" in words and "cores: cpu.max of cgroup /pod/svc;" in words


def test_pinned_cpus_are_those_that_count(fake):
    require_tool("taskset")
    fake.cpus(BUSY, IDLE)
    for cpu, unused in ((0, 0), (1, 100)):
        if cpu not in os.sched_getaffinity(0):
            pytest.skip(f"SKIPPED, NOT TESTED: CPU {cpu} is not ours")
        result = run(fake.command("taskset", "-c", str(cpu), binary("sonda-agent"), "--print", "--interface", "lo",
                                  "--id", "me", "--serve", "127.0.0.1:1"))
        response = json.loads(result.stdout.splitlines()[0])
        assert (response["cores"], response["CPU"]) == (1, unused)


def test_cpus_are_read_live(fake, agent_of):
    require_tool("taskset")
    if not {0, 1} <= os.sched_getaffinity(0):
        pytest.skip("SKIPPED, NOT TESTED: it takes the CPUs 0 and 1")
    fake.cpus(BUSY, IDLE)
    agent, prober = agent_of()
    prober.ask_until(lambda a: a and a["cores"] == 2 and 40 < a["CPU"] < 60)
    subprocess.run(["taskset", "-p", "-c", "0", str(agent.pid)], check=True, capture_output=True)
    prober.ask_until(lambda a: a and a["cores"] == 1 and a["CPU"] < 5)
    (fake.folder / "cg/svc/cpuset.cpus.effective").write_text("1\n")
    subprocess.run(["taskset", "-p", "-c", "0,1", str(agent.pid)], check=True, capture_output=True)
    prober.ask_until(lambda a: a and a["cores"] == 1 and a["CPU"] > 95)


@pytest.mark.parametrize("name, rates, cpu", [
    ("iowait is idle", {"iowait": 100}, 100),
    ("iowait goes back a little", {"user": 50, "idle": 50, "iowait": -2}, 50),
    ("steal is used", {"steal": 75, "idle": 25}, 25),
    ("steal falls wildly", {"steal": -5000, "user": 25, "idle": 75}, 75),
    ("a zero line first, as lxcfs had it", {"user": 25, "idle": 75}, 75),
])
def test_kinds_of_time(fake, name, rates, cpu):
    extra = "cpu  0 0 0 0 0 0 0 0 0 0\n" if "zero line" in name else ""
    fake.cpus(rates, rates, start=10_000_000, extra=extra)
    code, response, _ = fake.print()
    assert code == 0 and response["CPU"] == pytest.approx(cpu, abs=12)


@pytest.mark.parametrize("stat", [
    "cpu  0 0 0 0 0 0 0 0 0 0\n",  # gVisor
    "cpu  1 0 0 1 0 0 0 0 0 0\n",
    "cpu  7 0 0 9 0 0 0 0 0 0\ncpu0 7 0 0 9 0 0 0 0 0 0\n",
])
def test_constant_counters_are_not_known(fake, stat):
    fake.stop()
    fake._thread.join()
    fake.write("stat", stat)
    code, response, words = fake.print()
    assert code == 1 and response is None
    assert "unused CPU of" in words and "not known" in words and "0.0 %" not in words
    assert "no response would be sent: unused CPU is not known" in words


def test_counters_that_stop_are_told_no_longer(fake, agent_of):
    agent, prober = agent_of()
    prober.ask_until(lambda a: a and 40 < a["CPU"] < 60)
    fake.change({}, {})
    begin = time.monotonic()
    prober.ask_until(lambda a: a is None)
    assert time.monotonic() - begin < 5
    line = agent.wait_line("probe requests are not answered")
    assert "stand still" in line.string
    assert agent.counters()["refusals"]["no-figures"] >= 1
    for _ in range(3):
        assert prober.ask(0.3) is None
    assert sum("probe requests are not answered" in line for line in agent.lines) == 1
    assert sum("no-figures" in line and "counters" not in line for line in agent.lines) == 1
    fake.change(IDLE, IDLE)
    answer = prober.ask_until(lambda a: a is not None)
    assert answer["CPU"] > 95 and answer["cpu_10s"] > 95  # nothing of the time before
    agent.wait_line("answered again")


def test_idle_time_that_falls_is_not_known(fake, agent_of):
    _, prober = agent_of()
    prober.ask_until(lambda a: a and 40 < a["CPU"] < 60)
    fake.change({"user": 50, "idle": -150}, {"user": 50, "idle": -150})
    prober.ask_until(lambda a: a is None)


def test_counters_that_begin_anew(fake, agent_of):
    _, prober = agent_of()
    prober.ask_until(lambda a: a and 40 < a["CPU"] < 60)
    fake.cpus({"user": 25, "idle": 75}, {"user": 25, "idle": 75}, start=0)
    prober.ask_until(lambda a: a and 70 < a["CPU"] < 80)


def test_an_unknown_run_queue_is_no_zero(fake):
    fake.write("loadavg", "")
    code, response, words = fake.print()
    assert code == 0 and "load_1" not in response
    assert "run queue not known" in words and "run queue 0" not in words


# --- files that cannot be read ------------------------------------------------------------------


def test_a_check_reads_what_the_start_needs(fake):
    command = "mount -t proc -o subset=pid proc /proc 2>/dev/null || exit 77; exec \"$@\""
    result = run(["unshare", "--mount", "--propagation", "private", "bash", "-c", command, "bash",
                  binary("sonda-agent"), "--check", "--interface", "lo", "--id", "me"])
    if result.returncode == 77:
        pytest.skip("SKIPPED, NOT TESTED: proc cannot be mounted with subset=pid here")
    assert result.returncode == 1
    assert "/proc/stat cannot be read" in result.stderr


# --- whose ------------------------------------------------------------------------------------


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


# --- connections --------------------------------------------------------------------------------


def test_no_connections_are_told_without_a_listener_in_sight(started):
    port, probes = free_tcp_port(), free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve", f"127.0.0.1:{port}",
                     "--port", str(probes), "--count-period", "1ms"])
    prober = Prober(probes)
    started.extend([agent, prober])
    for _ in range(3):
        assert "inflight" not in prober.ask_until(lambda a: a is not None)
    with socket.create_server(("127.0.0.1", port)):
        assert prober.ask_until(lambda a: a and "inflight" in a)["inflight"] == 0
        agent.wait_line("number of connections is known")
    at = len(agent.lines)
    prober.ask_until(lambda a: a and "inflight" not in a)
    agent.wait_line("connections is not known", after=at)
    assert sum("connections is not known" in line for line in agent.lines) == 2
    # For every address, by IPv6: it takes connections by IPv4, too.
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True):
        prober.ask_until(lambda a: a and a.get("inflight") == 0)


def test_an_address_of_another_namespace_has_no_connections_here():
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        code, response, words = print_figures(serve=f"192.0.2.7:{port}")
    assert code == 0 and "inflight" not in response
    assert "192.0.2.7 is not an address of this network namespace" in words


def test_half_closed_connections_are_in_flight():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        pairs = [(socket.create_connection(("127.0.0.1", port)), listener.accept()[0]) for _ in range(40)]
        for client, _ in pairs[:30]:
            client.shutdown(socket.SHUT_WR)
        for _, server in pairs[30:35]:
            server.shutdown(socket.SHUT_WR)
        assert print_figures(serve=f"127.0.0.1:{port}")[1]["inflight"] == 40
        for client, server in pairs[:10]:
            server.close()
            client.close()
        assert print_figures(serve=f"127.0.0.1:{port}")[1]["inflight"] == 30
        for client, server in pairs:
            server.close()
            client.close()


def test_every_change_is_counted(started):
    """The kernel's table is not walked through for each answer, yet none is behind by more than counting pauses."""
    probes = free_udp_port()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        agent = Program([binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve", f"127.0.0.1:{port}",
                         "--port", str(probes), "--count-period", "1ms"])
        prober = Prober(probes)
        started.extend([agent, prober])
        prober.ask_until(lambda a: a is not None)
        pairs = []
        for turn in range(60):
            if turn % 3 == 2:
                client, server = pairs.pop(0)
                server.close()
                client.close()
            else:
                pairs.append((socket.create_connection(("127.0.0.1", port)), listener.accept()[0]))
            prober.ask_until(lambda a: a and a["inflight"] == len(pairs), deadline_s=3)
        for client, server in pairs:
            client.close()
            server.close()


def test_the_option_is_changed_by_a_reload(fake, agent_of):
    fake.group(memory_max=1024 * MIB, memory_current=0, memory_stat="anon 0")
    path = fake.folder / "agent.json"
    path.write_text(json.dumps({"cgroup": "own"}))
    agent, prober = agent_of("--config", str(path))
    prober.ask_until(lambda a: a and a["ram_total"] == 1024 * MIB)
    path.write_text(json.dumps({"cgroup": "none"}))
    agent.signal(signal.SIGHUP)
    agent.wait_line("reloaded")
    prober.ask_until(lambda a: a and a["ram_total"] == 16384 * MIB)
    assert re.search("limits that count: no cgroup's, as the option cgroup says", "\n".join(agent.lines))
