"""The house's guard, `./sonda check`: rules about the text of the tree, which need no build and take seconds.

Usage: check.py ROOT [RULE…]. Prints a line for every violation, `path:line: what is wrong; what is allowed`, and a
line for a rule that cannot be checked here. Exit status 1 when a rule is broken, 2 for an unknown rule.

A rule is a module check_NAME with `violations(tree)` (tree.py), which yields such lines; a place that may break one
stands in exceptions.toml with the reason.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import check_circles
import check_columns
import check_documents
import check_format
import check_includes
import check_length
import check_names
import check_shell
from programs import Skipped
from tree import Tree

RULES = {
    "includes": lambda tree: check_includes.violations(tree.root),
    "circles": check_circles.violations,
    "format": check_format.violations,
    "length": check_length.violations,
    "documents": check_documents.violations,
    "columns": check_columns.violations,
    "names": check_names.violations,
    "shell": check_shell.violations,
}


def said(name, tree):
    """What a rule says of a tree: its violations, and why it was skipped or None.

    That the list of exceptions cannot be read is a violation of whoever needs it.
    """
    try:
        return list(RULES[name](tree)), None
    except ValueError as wrong:
        return [str(wrong)], None
    except Skipped as why:
        return [], str(why)


def main(root, *names):
    """Checks the rules of these names, all when none is given; returns the exit status."""
    unknown = [name for name in names if name not in RULES]
    if unknown:
        print(f"sonda: check: '{unknown[0]}' is no rule; there are: {', '.join(RULES)}", file=sys.stderr)
        return 2
    begin, tree, broken = time.monotonic(), Tree(root), 0
    names = names or tuple(RULES)
    # Half of the time is spent by programs that the rules run.
    with ThreadPoolExecutor() as pool:
        for name, (found, why) in zip(names, pool.map(lambda name: said(name, tree), names)):
            broken += len(found)
            for line in found:
                print(line)
            if why:
                print(f"{name}: skipped: {why}")
    passed = time.monotonic() - begin
    count = f"{broken or 'no'} violation{'' if broken == 1 else 's'}"
    print(f"{count} of {', '.join(names)} in {len(tree.names)} files ({passed:.1f} s)")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
