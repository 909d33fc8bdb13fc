"""Memory and CPU as an agent tells them, and that what is not known is not told."""
import json
import os
import re
import signal
import subprocess
import time

import pytest
from figures import MIB, FakeHost, Prober, require_mount_namespaces, require_tool
from peers import free_udp_port
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


def test_a_check_reads_what_the_start_needs(fake):
    command = "mount -t proc -o subset=pid proc /proc 2>/dev/null || exit 77; exec \"$@\""
    result = run(["unshare", "--mount", "--propagation", "private", "bash", "-c", command, "bash",
                  binary("sonda-agent"), "--check", "--interface", "lo", "--id", "me"])
    if result.returncode == 77:
        pytest.skip("SKIPPED, NOT TESTED: proc cannot be mounted with subset=pid here")
    assert result.returncode == 1
    assert "/proc/stat cannot be read" in result.stderr


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
