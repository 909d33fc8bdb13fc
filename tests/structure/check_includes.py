"""The folders know only those below them (docs/design.md, section 2): a check on the text of the sources.

Usage: check_includes.py ROOT. Prints every line that breaks a rule and ends with 1 if there is one.
"""

import graphlib
import re
import sys
from pathlib import Path

SOURCES = {".h", ".cc", ".in"}

# Headers of the sockets API, of threads, of clocks and of the operating system.
OUTSIDE = re.compile(
    r"#\s*include\s*<(sys/|net/|netinet/|netdb|arpa/|linux/|unistd\.h|fcntl\.h|poll\.h|signal\.h|pthread|semaphore|"
    r"thread>|mutex>|shared_mutex>|condition_variable>|future>|atomic>|stop_token>|barrier>|latch>|"
    r"ctime>|time\.h|asio|boost/|spdlog|random>|iostream>|fstream>|filesystem>)"
)
NS3 = re.compile(r"#\s*include\s*[<\"]ns3/|\bnamespace ns3\b|\bns3::")
CLOCK = re.compile(r"::now\s*\(|\b(clock_gettime|gettimeofday|std::time|time\s*\(\s*(nullptr|NULL|0)\s*\))")
CHANCE = re.compile(r"\b(std::random_device|std::rand|srand|randombytes_\w+|drand48)\b")
UPWARDS = re.compile(r"#\s*include\s*[<\"](realnet|scenarios|tests|analysis|model/ns3)/")
TO_REALNET = re.compile(r"#\s*include\s*[<\"](realnet|tests)/")
TO_SIMULATION = re.compile(r"#\s*include\s*[<\"](model/ns3|scenarios|tests)/")

RULES = {
    "model": [
        (OUTSIDE, "includes a header of the outside world"),
        (NS3, "knows ns-3"),
        (CLOCK, "asks what time it is"),
        (CHANCE, "has randomness of its own"),
        (UPWARDS, "includes a folder above it"),
    ],
    "model/ns3": [(CLOCK, "asks what time it is"), (TO_REALNET, "includes a folder that it may not know")],
    "realnet": [(NS3, "knows ns-3"), (TO_SIMULATION, "includes a folder that it may not know")],
    "scenarios": [(TO_REALNET, "includes a folder that it may not know")],
}

# Whom each folder inside these two may know. An arrow that is not here is an arrow up, or one that joins what has
# nothing to do with each other: an agent and a proxy, say. The table has no circle, so the tree has none.
BESIDE = {
    "realnet": {
        "common": [],
        "agent": ["common"],
        "relay": ["common"],
        "balancer": ["common"],
        "worker": ["common", "relay", "balancer"],
        "proxy": ["common", "balancer", "worker"],
        "record": ["common", "balancer"],
        "admin": ["common", "balancer", "proxy"],
        "programs": ["common", "agent", "balancer", "proxy", "record", "admin"],
    },
    "model": {
        "base": [],
        "protocol": ["base"],
        "scoring": ["base"],
        "table": ["base", "protocol", "scoring"],
        "selection": ["base", "scoring", "table"],
        "connection": ["base", "table", "selection"],
        "control": ["base", "protocol", "table", "selection", "connection"],
        "metrics": ["base", "table", "connection"],
        "ns3": ["base", "protocol", "scoring", "table", "selection", "connection", "control", "metrics"],
    },
}
INCLUDED = re.compile(r"#\s*include\s*[<\"](\w+)/([^/\">]+)/")


def files(root, folder):
    """The sources of a folder; model/ns3 has rules of its own."""
    for path in sorted((root / folder).rglob("*")):
        inside = path.relative_to(root).as_posix()
        if path.suffix in SOURCES and not (folder == "model" and inside.startswith("model/ns3/")):
            yield path


def without_comments(text):
    """Comments may name what code must not; line numbers stay."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.S)


def without_circle(beside):
    """The folders, from the lowest to the highest. Raises graphlib.CycleError where the table has a circle."""
    return list(graphlib.TopologicalSorter(beside).static_order())


def arrows(root, half):
    """Yields (folder, folder that it knows, `path:line`, the line) for `half`, one of BESIDE."""
    for path in sorted((root / half).rglob("*")):
        inside = path.relative_to(root)
        if path.suffix in SOURCES and len(inside.parts) > 2:
            for number, line in enumerate(without_comments(path.read_text(encoding="utf-8")).split("\n"), 1):
                included = INCLUDED.search(line)
                if included and included[1] == half and included[2] != inside.parts[1]:
                    yield inside.parts[1], included[2], f"{inside.as_posix()}:{number}", line.strip()


def violations_beside(root, table=BESIDE):
    """Yields the same for arrows between folders of one half, and `folder: …` for one that the table does not name."""
    for half, beside in table.items():
        without_circle(beside)
        sources = (path.relative_to(root / half) for path in (root / half).rglob("*") if path.suffix in SOURCES)
        here = {path.parts[0] for path in sources if len(path.parts) > 1}
        for name in sorted(here - beside.keys()):
            yield f"{half}/{name}: a folder that BESIDE in check_includes.py does not name: say whom it may know"
        for folder, known, where, line in arrows(root, half):
            if folder in beside and known not in beside[folder]:
                allowed = ", ".join(f"{half}/{name}" for name in beside[folder]) or "none of them"
                yield f"{where}: knows a folder that is not below it; {half}/{folder} may know {allowed}: {line}"


def violations(root):
    """Yields `path:line: what is wrong: the line` for the whole tree."""
    for folder, rules in RULES.items():
        for path in files(root, folder):
            for number, line in enumerate(without_comments(path.read_text(encoding="utf-8")).split("\n"), 1):
                for pattern, wrong in rules:
                    if pattern.search(line):
                        yield f"{path.relative_to(root)}:{number}: {wrong}: {line.strip()}"
    yield from violations_beside(root)


if __name__ == "__main__":
    found = list(violations(Path(sys.argv[1])))
    print("\n".join(found) if found else "every folder knows only those below it")
    sys.exit(1 if found else 0)
