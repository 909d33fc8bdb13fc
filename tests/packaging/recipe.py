"""The commands of docs/operations.md that build the packages, run on a bare machine as they stand there."""
import re
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLONE = "git clone URL sonda && cd sonda\n"
SOURCE = "root/sonda"


def commands():
    """The block of the page, with sudo made nothing: who runs it is root."""
    page = (ROOT / "docs/operations.md").read_text()
    block = re.search(r"\*\*Build the packages\*\*.*?\n\n((?:    .*\n)+)", page)[1]
    text = re.sub("^    ", "", block, flags=re.M)
    assert CLONE in text and "cpack" in text
    return 'sudo() { "$@"; }\n' + text.replace(CLONE, f"cd /{SOURCE}\n")


def copy_source(to):
    """What a clone would hold, and what was changed since."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def find_packages(folder):
    """Path of each package in a folder, by name."""
    found = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}
    assert sorted(found) == ["sonda-agent", "sonda-proxy"], f"{folder} has {found}"
    return found


def build_packages(machine):
    """Returns the packages by name, and how many seconds that took."""
    (machine.root / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\n')
    copy_source(machine.root / SOURCE)
    begin = time.monotonic()
    printed = machine.execute("apt-get -qq update\n" + commands(), 3000)
    assert "warning:" not in printed.lower(), printed[-5000:]
    return find_packages(machine.root / SOURCE / "build"), time.monotonic() - begin


def newer(package, folder):
    """A copy of a package with a higher version, for an upgrade."""
    unpacked = folder / (package.name + ".newer")
    subprocess.run(["dpkg-deb", "-R", package, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    control.write_text(re.sub("^Version: (.*)$", r"Version: \1+test1", control.read_text(), flags=re.M))
    path = folder / ("newer-" + package.name)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", unpacked, path], check=True, capture_output=True)
    return path
