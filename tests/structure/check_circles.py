"""No header includes itself by way of others: of two that know each other neither can be read, or moved, alone."""

import graphlib
import posixpath
import re

INCLUDED = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
FOLDERS = ("model/", "realnet/", "scenarios/", "bench/", "tests/")


def _included(tree, name):
    """The files of the tree that a file includes, by their path from the root or from its folder, with their lines."""
    text = tree.text(name)
    for match in INCLUDED.finditer(text):
        for path in (match[1], posixpath.join(posixpath.dirname(name), match[1])):
            if path in tree.names_set:
                yield path, text[: match.start(1)].count("\n") + 1


def violations(tree):
    """Yields `path:line: the circle` for one include of every circle, until there is none left."""
    known = {name: dict(_included(tree, name)) for name in tree.ending(".h", ".cc") if name.startswith(FOLDERS)}
    while True:
        try:
            graphlib.TopologicalSorter(known).prepare()
            return
        except graphlib.CycleError as error:
            # graphlib names each file before the one that includes it.
            circle = error.args[1][::-1]
            yield f"{circle[0]}:{known[circle[0]].pop(circle[1])}: a circle of includes: {' → '.join(circle)}"
