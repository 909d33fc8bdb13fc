"""Shell scripts pass shellcheck; what it must not say of a line is in a comment above that line."""

import re
import shutil

from programs import Skipped, in_parallel

SAID = re.compile(r"^(?P<place>[^:\n]+:\d+):\d+: \w+: (?P<what>.*)$", re.M)


def violations(tree):
    """Yields `path:line: what shellcheck says [its number]`."""
    if not shutil.which("shellcheck"):
        raise Skipped("shellcheck is not installed (apt-get install shellcheck)")
    for output in in_parallel(["shellcheck", "--format=gcc"], list(tree.scripts()), tree.root):
        found = [f"{match['place']}: {match['what']}" for match in SAID.finditer(output)]
        if output.strip() and not found:
            raise RuntimeError(f"shellcheck said: {output.strip()}")
        yield from found
