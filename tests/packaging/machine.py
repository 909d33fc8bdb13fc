"""Bare Debian 12 machines for tests: containers that boot systemd, on the hosts of a Lan."""
import os
import shutil
import time

import pytest
from lan import require_namespaces
from programs import run

TOOLS = ["systemd-nspawn", "mmdebstrap", "nsenter"]
APT = "/etc/apt/sources.list"


def require_machines():
    """Skips the test where no machine can be made."""
    require_namespaces()
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip("SKIPPED, NOT TESTED: not installed: " + ", ".join(missing) +
                    " (apt-get install systemd-container mmdebstrap)")


def make_bare_system(path):
    """Writes a minimal Debian 12 with systemd to `path` (.tar), from where this machine gets its packages."""
    folder = APT + ".d"
    sources = [APT, *(os.path.join(folder, name) for name in sorted(os.listdir(folder)))]
    made = run(["mmdebstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates",
                "bookworm", path, *(source for source in sources if os.path.isfile(source))], 400)
    assert made.returncode == 0, made.stderr[-3000:]


class Machine:
    """One bare machine: unpacked at once, booted by boot(), ended by the Lan that it is on."""

    def __init__(self, name, system, folder):
        self.name = name
        self.root = folder / name
        self.root.mkdir()
        self._nspawn = ["systemd-nspawn", "--keep-unit", "--register=no", "--quiet", "-D", str(self.root)]
        unpacked = run(["tar", "-xf", system, "-C", self.root], 100)
        assert unpacked.returncode == 0, unpacked.stderr
        (self.root / "etc/hostname").write_text(name + "\n")
        self.space = None
        self._leader = None

    def install(self, *packages):
        """By apt, with what they depend on; a path is a package of ours. Before boot(): on the network of the test."""
        names = []
        for package in packages:
            if os.path.isabs(package):
                shutil.copy(package, self.root / "root")
                package = "/root/" + os.path.basename(package)
            names.append(package)
        command = "apt-get update -qq && apt-get install -y -qq --no-install-recommends " + " ".join(names)
        done = run([*self._nspawn, "sh", "-c", command], 400)
        assert done.returncode == 0, done.stdout + done.stderr

    def boot(self, lan, space):
        """Boots it on the network of a host of the Lan; returns when systemd has started everything."""
        self.space = space
        container = lan.start_here(*self._nspawn, f"--network-namespace-path=/run/netns/{space}", "--boot")
        children = f"/proc/{container.pid}/task/{container.pid}/children"
        end = time.monotonic() + 90
        while not self._is_up(children):
            assert time.monotonic() < end, f"{self.name} does not boot:\n" + "\n".join(container.lines[-30:])
            time.sleep(0.1)  # nothing tells

    def _is_up(self, children):
        # Read anew each time: the first child of systemd-nspawn makes the one that stays.
        with open(children, encoding="ascii") as file:
            self._leader = next(iter(file.read().split()), None)
        state = self.run("systemctl", "is-system-running").stdout.strip() if self._leader else ""
        return state in ("running", "degraded")

    def run(self, *command, deadline_s=60):
        """Runs a command inside to its end."""
        return run(["nsenter", "-t", self._leader, "-m", "-u", "-i", "-n", "-p", "--", *command], deadline_s)

    def systemctl(self, *words):
        done = self.run("systemctl", *words)
        assert done.returncode == 0, done.stderr + self.run("journalctl", "-n", "30", "--no-pager").stdout
        return done.stdout.strip()

    def property(self, unit, name):
        """What systemd says of a unit."""
        return self.systemctl("show", "--property", name, "--value", unit)

    def wait_journal(self, unit, text, times=1, deadline_s=20):
        """Waits until the unit has said something so often."""
        end = time.monotonic() + deadline_s
        while True:
            lines = self.run("journalctl", "-u", unit, "--no-pager", "-o", "cat").stdout
            if lines.count(text) >= times:
                return
            assert time.monotonic() < end, f"{unit} did not say {text!r} {times} times:\n{lines[-3000:]}"
            time.sleep(0.1)

    def signal(self, unit, number):
        # Inside: its process ids are not ours.
        assert self.run("sh", "-c", f"kill -{number} {self.property(unit, 'MainPID')}").returncode == 0
