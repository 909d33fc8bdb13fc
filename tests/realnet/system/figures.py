"""What the figures of an agent are tried with: fake files of /proc and of cgroups, and real groups of version 1."""
import json
import os
import shutil
import socket
import threading
import time
import uuid
from pathlib import Path

import pytest
from peers import GROUP
from programs import DEADLINE_S, binary, run

MIB = 1 << 20
_KINDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_STEP_S = 0.02


def require_mount_namespaces():
    """Skips the test where no files can be put over those of /proc."""
    if os.geteuid() != 0:
        pytest.skip("SKIPPED, NOT TESTED: mount namespaces need root")
    tried = run(["unshare", "--mount", "--propagation", "private", "true"])
    if tried.returncode != 0:
        pytest.skip(f"SKIPPED, NOT TESTED: unshare: {tried.stderr.strip()}")


class FakeHost:
    """Files over /proc/stat and its like for one agent, in a mount namespace; CPU times move at given rates."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "cg").mkdir()
        self.files = {}
        self._rates = {}
        self._counts = {}
        self._usage = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._move, daemon=True)

    def write(self, name, text):
        """Puts a file over /proc/NAME: stat, meminfo, loadavg; mounts and cgroup over those of the agent."""
        (self.folder / name).write_text(text)

    def group(self, path="/svc", **files):
        """A group of version 2 with files in it (memory_max → memory.max); the agent is in it, unless others follow."""
        folder = Path(f"{self.folder}/cg{path}")
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name.replace("_", ".", 1)).write_text(f"{content}\n")
        self.write("mounts", f"cgroup2 {self.folder}/cg cgroup2 rw 0 0\n")
        self.write("cgroup", f"0::{path}\n")

    def usage(self, path, rate):
        """Lets the CPU time used in a group grow, seconds a second."""
        self._usage[Path(f"{self.folder}/cg{path}/cpu.stat")] = [1.0, rate]

    def cpus(self, *cpus, start=100_000, extra=""):
        """CPU times from now on: for each CPU ticks a second by kind, such as {"user": 200, "idle": 0}."""
        self._rates = dict(enumerate(cpus))
        self._counts = {cpu: dict.fromkeys(_KINDS, start) for cpu in self._rates}
        self._extra = extra
        self._write_counts()
        if not self._thread.is_alive():
            self._thread.start()

    def change(self, *cpus):
        """Other rates for the same counters."""
        self._rates = dict(enumerate(cpus))

    def _move(self):
        last = time.monotonic()
        while not self._stop.wait(_STEP_S):
            now = time.monotonic()
            for cpu, rates in self._rates.items():
                for kind, rate in rates.items():
                    self._counts[cpu][kind] += rate * (now - last)
            for use in self._usage.values():
                use[0] += use[1] * (now - last)
            self._write_counts()
            last = now

    def _write_counts(self):
        def line(name, counts):
            return name + "".join(f" {max(0, int(counts[kind])):012d}" for kind in _KINDS) + " 0 0\n"

        total = {kind: sum(counts[kind] for counts in self._counts.values()) for kind in _KINDS}
        text = self._extra + line("cpu ", total) + "".join(line(f"cpu{n}", c) for n, c in self._counts.items())
        self._overwrite(self.folder / "stat", text)
        for path, (used, _) in self._usage.items():
            self._overwrite(path, f"usage_usec {int(used * 1e6):018d}\n")

    @staticmethod
    def _overwrite(path, text):
        """At once, so that no reader meets half of it; the file stays the same one, as it is mounted."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(descriptor, text.encode(), 0)
        os.close(descriptor)

    def command(self, *command):
        """The command that runs another one with these files over the real ones; it becomes it."""
        script = ('for f in stat meminfo loadavg; do [ ! -e "$D/$f" ] || mount --bind "$D/$f" /proc/$f; done; '
                  'for f in mounts cgroup; do [ ! -e "$D/$f" ] || mount --bind "$D/$f" /proc/$$/$f; done; exec "$@"')
        return ["env", f"D={self.folder}", "unshare", "--mount", "--propagation", "private", "bash", "-c", script,
                "bash", *command]

    def print(self, *options, serve="127.0.0.1:1"):
        """Runs `sonda-agent --print`. Returns (exit code, response as an object or None, words)."""
        return print_figures(*options, serve=serve, before=self.command())

    def stop(self):
        self._stop.set()


def print_figures(*options, serve="127.0.0.1:1", before=()):
    """Runs `sonda-agent --print`. Returns (exit code, response as an object or None, all words)."""
    result = run([*before, binary("sonda-agent"), "--print", "--interface", "lo", "--id", "me", "--serve", serve,
                  *options])
    lines = result.stdout.splitlines()
    response = json.loads(lines[0]) if lines and lines[0].startswith("{") else None
    return result.returncode, response, result.stdout + result.stderr


class Prober:
    """Asks agents on loopback by requests of version 2."""

    def __init__(self, port):
        self._to = (GROUP, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))

    def ask(self, deadline_s=1.0):
        """The answer to one request, or None."""
        nonce = uuid.uuid4().hex
        request = {"tipo": "probe request", "v": 2, "nonce": nonce, "window_ms": 0}
        self._socket.sendto(json.dumps(request).encode(), self._to)
        end = time.monotonic() + deadline_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                answer = json.loads(self._socket.recv(2000).split(b"\n")[0])
            except TimeoutError:
                return None
            if answer.get("nonce") == nonce:
                return answer
        return None

    def ask_until(self, condition, deadline_s=DEADLINE_S):
        """Asks until the condition holds for the answer, which may be None. Returns that answer."""
        end = time.monotonic() + deadline_s
        while True:
            answer = self.ask(0.3)
            if condition(answer):
                return answer
            assert time.monotonic() < end, f"the answers never became right: {answer}"
            threading.Event().wait(0.05)

    def stop(self):
        self._socket.close()


class LegacyGroup:
    """A real group in trees of version 1 (and others: the name is the same), which a test makes and removes."""

    ROOT = Path("/sys/fs/cgroup")

    def __init__(self, trees, **limits):
        name = f"sonda-test-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.path = f"/{name}"
        self.folders = [self.ROOT / tree / name for tree in trees]
        for folder in self.folders:
            if os.geteuid() != 0 or not os.access(folder.parent / "cgroup.procs", os.W_OK):
                pytest.skip(f"SKIPPED, NOT TESTED: no tree {folder.parent} to make groups in")
            folder.mkdir()
            if folder.parent.name == "cpuset":
                for file in ("cpuset.cpus", "cpuset.mems"):
                    (folder / file).write_text((folder.parent / file).read_text())
        for file, value in limits.items():
            file = file.replace("_", ".", 1)
            for folder in self.folders:
                if (folder / file).exists():
                    (folder / file).write_text(str(value))

    def command(self, *command):
        """The command that runs another one in the group; it becomes it."""
        script = 'for g in $G; do echo $$ > "$g/cgroup.procs" || exit 1; done; exec "$@"'
        return ["env", "G=" + " ".join(map(str, self.folders)), "bash", "-c", script, "bash", *command]

    def stop(self):
        end = time.monotonic() + DEADLINE_S
        for folder in self.folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:  # whoever was in it has not gone yet
                    assert time.monotonic() < end, f"{folder} cannot be removed"
                    threading.Event().wait(0.05)


def require_tool(name):
    if shutil.which(name) is None:
        pytest.skip(f"SKIPPED, NOT TESTED: not installed: {name}")
