"""C++ stands as clang-format 14 leaves it (.clang-format); other versions format otherwise."""

import re
import shutil
import subprocess

from programs import Skipped, in_parallel

VERSION = "14"
SAID = re.compile(r"^(?P<place>[^:\n]+:\d+):\d+: (?:error|warning): code should be clang-formatted", re.M)


def program():
    """The clang-format of the right version; raises Skipped where there is none."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
            found = re.search(r"version (\d+)", said)
            if found and found.group(1) == VERSION:
                return name
            raise Skipped(f"this is {said.strip()}; the sources are formatted by version {VERSION} (Debian 12)")
    raise Skipped(f"clang-format {VERSION} is not installed (Debian 12: apt-get install clang-format)")


def violations(tree):
    """Yields `path:line: …` for the first line of each file that clang-format would change."""
    command = [program(), "--dry-run", "--Werror", "--ferror-limit=1"]
    for output in in_parallel(command, tree.ending(".h", ".cc"), tree.root):
        for match in SAID.finditer(output):
            place = match["place"]
            yield f"{place}: is not as clang-format {VERSION} leaves it: clang-format -i {place.split(':')[0]}"
