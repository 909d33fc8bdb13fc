"""No file is longer than 320 lines, no function than 40, a test's no longer than 60: one idea each.

A function is measured by its body, without the signature and the braces around it.
"""

import functions
from exceptions import Exceptions

SOURCES = (".h", ".cc", ".py", ".sh", ".js", ".mjs", ".cmake", "CMakeLists.txt")
FILE_LINES = 320
FUNCTION_LINES = 40
# A test tells a story from its beginning to its end, or is a table of cases.
TEST_LINES = 60


def violations(tree):
    """Yields `path:line: what is too long, how long, what is allowed`."""
    shell = set(tree.scripts())
    files, bodies = Exceptions.of(tree, "file-length"), Exceptions.of(tree, "function-length")
    for name in tree.names:
        if name in shell or name.endswith(SOURCES):
            text = tree.text(name)
            lines = text.count("\n")
            if lines > FILE_LINES and not files.allow(name, lines):
                allowed = f"{FILE_LINES}{files.here(name)}"
                yield f"{name}:{FILE_LINES + 1}: the file has {lines} lines; allowed are {allowed}"
            most = TEST_LINES if name.startswith("tests/") else FUNCTION_LINES
            try:
                found = functions.of(name, text, name in shell)
            except SyntaxError as error:
                yield f"{name}:{error.lineno}: is no Python: {error.msg}"
                continue
            for function in found:
                key = f"{name}::{function.name}"
                if function.lines > most and not bodies.allow(key, function.lines):
                    yield (f"{name}:{function.line}: {function.name} has {function.lines} lines; "
                           f"allowed are {most}{bodies.here(key)}")
    yield from files.superfluous()
    yield from bodies.superfluous()
