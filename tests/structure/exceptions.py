"""What a check lets pass, and why: exceptions.toml, which may only shrink.

An exception that nothing needs any more is a violation itself, and so is one that allows more than there is.
"""

import fnmatch
import tomllib

FILE = "tests/structure/exceptions.toml"


class Exceptions:
    """The exceptions of one rule: PATTERN = "why", or PATTERN = [MOST, "why"] for what is counted.

    A pattern is matched against the key that a check makes of each place, such as `path` or `path::function`;
    `*` matches any characters.
    """

    def __init__(self, text, rule):
        """Reads a table of the file; raises ValueError for another form, or a reason of less than two words."""
        self.rule = rule
        self.table = {}
        self.used = {}
        try:
            table = tomllib.loads(text).get(rule, {})
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{FILE}: {error}") from error
        for pattern, value in table.items():
            most, why = value if isinstance(value, list) and len(value) == 2 else (None, value)
            if not isinstance(why, str) or " " not in why or not (most is None or isinstance(most, int)):
                raise ValueError(f'{FILE}: {rule}: "{pattern}": allowed is "WHY" or [MOST, "WHY"], WHY in words')
            self.table[pattern] = (most, why)

    @classmethod
    def of(cls, tree, rule):
        """Those of a tree; none where it has no such file."""
        return cls(tree.text(FILE) if FILE in tree.names else "", rule)

    def allow(self, key, count=None):
        """Whether an exception covers `key`; where things are counted, so many of them."""
        for pattern, (most, _) in self.table.items():
            if fnmatch.fnmatchcase(key, pattern):
                self.used[pattern] = max(self.used.get(pattern, 0), count or 0)
                if most is None or count <= most:
                    return True
        return False

    def here(self, key):
        """`, here 60` where an exception allows that many for `key`, which has more; else nothing."""
        found = [most for pattern, (most, _) in self.table.items() if most and fnmatch.fnmatchcase(key, pattern)]
        return f", here {max(found)}" if found else ""

    def superfluous(self):
        """Yields a violation for every exception that allows more than is there."""
        for pattern, (most, _) in self.table.items():
            if pattern not in self.used:
                yield f'{FILE}: {self.rule}: "{pattern}" is not needed any more: take it out'
            elif most is not None and self.used[pattern] < most:
                yield f'{FILE}: {self.rule}: "{pattern}" needs {self.used[pattern]} only, not {most}: write that'
