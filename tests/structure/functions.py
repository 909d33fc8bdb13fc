"""Where functions begin and end in C++, Python, JavaScript and shell: by their form, not by a compiler.

C++ is read as clang-format (.clang-format) leaves it: the brace that opens a body stands alone on its line, and the
one that ends it under it. So a text that is not formatted may be misread; the check of the format tells that first.
"""

import ast
import re
from dataclasses import dataclass

STRINGS_AND_COMMENTS = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|//[^\n]*|/\*.*?\*/', re.S
)
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|union|enum|extern\s+\"|template\s*<[^>]*>\s*(class|struct)\b)")
HEAD_ENDS = re.compile(r"^\s*$|[;{}]\s*$|^\s*(public|protected|private)\s*:\s*$|^\s*#")
NAME = re.compile(r"((?:[\w~]+(?:<[^()]*>)?::)*(?:operator\s*(?:\(\)|[^\s(]+)|~?\w+))\s*\(")
SHELL_HEAD = re.compile(r"^(?:function\s+)?([\w-]+)\s*\(\)\s*\{")
SCRIPT_HEAD = re.compile(
    r"(?P<indent>\s*)(?:export\s+)?(?:default\s+)?(?:static\s+)?(?:async\s+)?"
    r"(?:function\s*\*?\s*(?P<function>\w*)\s*\(|(?:const|let)\s+(?P<arrow>\w+)\s*=\s*(?:async\s*)?\(.*=>\s*\{$|"
    r"(?!(?:if|for|while|switch|catch|return|else)\b)(?P<method>#?\w+)\s*\([^()]*\)\s*\{$)"
)


@dataclass(frozen=True)
class Function:
    """A function: its name as it is written, the line (from 1) where that stands, and the lines of its body."""

    name: str
    line: int
    lines: int


def _blank(match):
    """A string or comment as so many line feeds; a string keeps its quotes, so that `operator""` stays one."""
    text = match.group()
    return ("" if text.startswith("/") else '""') + "\n" * text.count("\n")


def _called(name, line):
    """A function's name; a test of Catch2 is called by its title."""
    title = re.search(r'TEST_CASE\w*\("([^"]*)"', line)
    return title.group(1) if name.startswith("TEST_CASE") and title else name


def in_cpp(text):
    """The functions of a C++ text, without those inside of functions (lambdas, local classes)."""
    lines = STRINGS_AND_COMMENTS.sub(_blank, text).split("\n")
    found, at = [], 0
    while at < len(lines):
        if lines[at].strip() == "{":
            head = at
            while head > 0 and not HEAD_ENDS.search(lines[head - 1]):
                head -= 1
            signature = "\n".join(lines[head:at])
            name = NAME.search(signature)
            if name and not NO_FUNCTION.match(signature):
                ends = re.compile("^" + lines[at][: lines[at].index("{")] + r"\}")
                end = next((i for i in range(at + 1, len(lines)) if ends.match(lines[i])), len(lines))
                where = head + signature[: name.start()].count("\n") + 1
                found.append(Function(_called(name.group(1), text.split("\n")[where - 1]), where, end - at - 1))
                at = end
        at += 1
    return found


def in_python(text):
    """The functions of a Python text, methods by CLASS.NAME; the body is what comes after the `def` to the end."""
    found = []

    def look(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.append(Function(prefix + child.name, child.lineno, child.end_lineno - child.body[0].lineno + 1))
            elif isinstance(child, ast.ClassDef):
                look(child, f"{prefix}{child.name}.")

    look(ast.parse(text), "")
    return found


def in_shell(text):
    """The functions of a shell script that begin and end at the first column."""
    lines, found = text.split("\n"), []
    for at, line in enumerate(lines):
        head = SHELL_HEAD.match(line)
        if head and not line.rstrip().endswith("}"):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("}")), len(lines))
            found.append(Function(head.group(1), at + 1, end - at - 1))
    return found


def in_script(text):
    """The functions of a JavaScript text, without those inside of functions; each ends at its own column."""
    lines, found, at = text.split("\n"), [], 0
    while at < len(lines):
        head = SCRIPT_HEAD.match(lines[at])
        if head and lines[at].rstrip().endswith("{"):
            ends = re.compile("^" + head["indent"] + r"\}")
            end = next((i for i in range(at + 1, len(lines)) if ends.match(lines[i])), len(lines))
            name = head["function"] or head["arrow"] or head["method"] or "function"
            found.append(Function(name, at + 1, end - at - 1))
            at = end
        at += 1
    return found


def of(name, text, shell=False):
    """The functions of a file, by its name; of other languages none."""
    if shell:
        return in_shell(text)
    if name.endswith((".h", ".cc")):
        return in_cpp(text)
    if name.endswith((".js", ".mjs")):
        return in_script(text)
    return in_python(text) if name.endswith(".py") else []
