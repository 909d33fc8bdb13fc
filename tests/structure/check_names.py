"""What documents name exists in the sources: options, commands, environment variables, scenarios, contenders.

An option exists when a source outside of tests/ has it as `--name` or as the string "name", a policy when a source of
model/selection/ has it as a string; formulas are those of the catalogue.
"""

import json
import re

import markdown
from exceptions import Exceptions

OPTION = re.compile(r"(?<![\w-])--(?:no-)?([A-Za-z][\w-]*)")
VARIABLE = re.compile(r"\bSONDA_[A-Z0-9_]+\b")
COMMAND = re.compile(r"(?<![\w/])\./sonda ([a-z]+)")
SCENARIO = re.compile(r"(?<![\w/])\./sonda compare ([a-z][\w-]*)(?![\w/.-])")
CONTENDER = re.compile(r"([a-z][a-z0-9-]*)/([a-z][a-z0-9-]*)(?::[\w.:]+)?(?:@\w+)?")
STRING = re.compile(r'"([A-Za-z][\w-]+)"')
CATALOGUE = "model/scoring/catalogue.json"


class Known:
    """The names that the sources have, by kind."""

    def __init__(self, tree):
        """Reads them from all files that are no documents; options are none that only a test has."""
        self.options, self.variables, self.policies = set(), set(), set()
        for name in tree.names:
            text = "" if name.endswith(".md") else tree.text(name)
            self.variables.update(VARIABLE.findall(text))
            if not name.startswith(("tests/", "findings/")) and not name.endswith(".json"):
                self.options.update(OPTION.findall(text), STRING.findall(text))
            if name.startswith("model/selection/"):
                self.policies.update(STRING.findall(text))
        launcher = tree.text("sonda") if "sonda" in tree.names else ""
        self.commands = {*re.findall(r"^  ([a-z]+)\) ", launcher, re.M), "help"}
        self.scenarios = {name[10:-5] for name in tree.ending(".json") if name.startswith("scenarios/")}
        self.formulas = set(json.loads(tree.text(CATALOGUE))) if CATALOGUE in tree.names else set()


def _in_line(line, known):
    """Yields (kind, name) of what a line names and nobody knows."""
    for kind, pattern, names in (("option --", OPTION, known.options), ("variable ", VARIABLE, known.variables),
                                 ("command ./sonda ", COMMAND, known.commands),
                                 ("scenario ", SCENARIO, known.scenarios)):
        for name in pattern.findall(line):
            if name not in names:
                yield kind, name


def _in_span(span, known):
    """Yields (kind, name) for a contender FORMULA/POLICY of which only one half is known."""
    contender = CONTENDER.fullmatch(span)
    if contender:
        formula, policy = contender.groups()
        if formula in known.formulas and policy not in known.policies:
            yield "policy ", policy
        if formula not in known.formulas and policy in known.policies:
            yield "formula ", formula


def violations(tree):
    """Yields `path:line: what no source knows`."""
    passed, known = Exceptions.of(tree, "names"), Known(tree)
    for document in tree.ending(".md"):
        text = tree.text(document)
        found = [(number, *each) for number, line in enumerate(text.split("\n"), 1) for each in _in_line(line, known)]
        found += [(number, *each) for number, span in markdown.spans(text) for each in _in_span(span, known)]
        for number, kind, name in sorted(found):
            if not passed.allow(f"{document}::{name}"):
                yield f"{document}:{number}: no source knows the {kind}{name}"
    yield from passed.superfluous()
