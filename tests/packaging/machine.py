"""Bare Debian machines for tests: containers that boot systemd, on the hosts of a Lan."""
import os
import re
import shutil
import time
from pathlib import Path

import pytest
from lan import require_namespaces
from programs import run

TOOLS = ["systemd-nspawn", "mmdebstrap", "nsenter"]
APT = "/etc/apt/sources.list"
SUITES = {"bookworm": "12", "trixie": "13"}
# How this machine comes by its packages, when that is not the usual way.
APT_SETTINGS = ["Acquire::Check-Valid-Until", "Acquire::Check-Date", "Acquire::http::Proxy", "Acquire::https::Proxy"]
AUTHORITIES = "/usr/local/share/ca-certificates"


def require_machines():
    """Skips the test where no machine can be made."""
    require_namespaces()
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip("SKIPPED, NOT TESTED: not installed: " + ", ".join(missing) +
                    " (apt-get install systemd-container mmdebstrap)")


def own_suite():
    """The name of this machine's Debian, or None."""
    with open("/etc/os-release", encoding="utf-8") as file:
        names = [line.partition("=")[2].strip('"\n') for line in file if line.startswith("VERSION_CODENAME=")]
    return names[0] if names else None


def sources_of(suite, folder):
    """Files for apt: from where this machine gets its packages, of another Debian where that is wanted."""
    own = own_suite()
    paths = [APT, *(os.path.join(APT + ".d", name) for name in sorted(os.listdir(APT + ".d")))]
    texts = {path: open(path, encoding="utf-8").read() for path in paths
             if os.path.isfile(path) and path.endswith((".list", ".sources"))}
    if own != suite:  # whoever has no suite of Debian's name has none of the other's either
        word = re.compile(rf"(?<!\S){own}\b")
        texts = {path: word.sub(suite, text) for path, text in texts.items() if own and word.search(text)}
    files = []
    for number, (path, text) in enumerate(texts.items()):
        files.append(folder / f"{number}-{suite}{os.path.splitext(path)[1]}")
        files[-1].write_text(text)
    return files


def apt_options():
    """Options of mmdebstrap for those settings of this machine that a bare one needs, too."""
    options = []
    for key in APT_SETTINGS:
        dump = run(["apt-config", "dump", key]).stdout.strip()
        options += [f"--aptopt={line}" for line in dump.splitlines() if not line.endswith('"";')]
    if os.path.isdir(AUTHORITIES) and os.listdir(AUTHORITIES):
        options += [f"--customize-hook=copy-in {AUTHORITIES} /usr/local/share",
                    '--customize-hook=chroot "$1" update-ca-certificates']
    return options


def make_bare_system(suite, folder):
    """A minimal Debian with systemd, as .tar: a new one, or that of the folder SONDA_BARE, which keeps them."""
    kept = os.environ.get("SONDA_BARE")
    path = Path(kept or folder) / f"bare-{suite}.tar"
    if kept and path.exists():
        return path
    part = path.with_name(f"part-{os.getpid()}-{path.name}")
    sources = sources_of(suite, folder)
    if not sources:
        pytest.skip(f"SKIPPED, NOT TESTED: this machine's apt has no sources of Debian from which to get {suite}")
    made = run(["mmdebstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates",
                *apt_options(), suite, part, *sources], 900)
    assert made.returncode == 0, made.stderr[-3000:]
    part.rename(path)
    return path


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
        self.execute("apt-get update -qq && apt-get install -y -qq --no-install-recommends " + " ".join(names), 600)

    def execute(self, command, deadline_s):
        """Runs a shell command in it before boot(), on the network of the test; returns what it printed."""
        done = run([*self._nspawn, "sh", "-ec", command], deadline_s)
        assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
        return done.stdout

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
