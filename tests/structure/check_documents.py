"""Links of documents lead to files and headings that exist, and so do paths that they name in backticks.

Documents that are named anywhere else, in comments of the sources or in prose, exist, too.
"""

import fnmatch
import os
import posixpath
import re

import markdown
from exceptions import Exceptions

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")
PATH = re.compile(r"[\w.+@*?{},/-]+")
SOURCE = re.compile(r"\.(h|cc|py|sh|md|mjs|cmake)$")
FOLDER = re.compile(r"(?<!\S)(\w+)/(?!\S)")
# NAME.h, xyz-N.json: where a reader puts something in.
PLACEHOLDER = re.compile(r"(?<![A-Za-z])[A-Z][A-Z_]+(?![A-Za-z])|…|\.\.\.")
NO_PLACEHOLDER = {"README", "CONTRIBUTING", "CHANGELOG", "SECURITY", "LICENSE"}
DOCUMENT = re.compile(r"\b(?:docs|realnet|findings)/[\w./-]*\.md\b")


def _alternatives(path):
    """`a/{b,c}.h` as a/b.h and a/c.h."""
    braces = re.search(r"\{([^{}]*)\}", path)
    if not braces:
        return [path]
    return [each for middle in braces.group(1).split(",")
            for each in _alternatives(path[: braces.start()] + middle + path[braces.end():])]


def _exists(tree, path):
    """Whether a path of the root is a file, a folder, a file without its ending, or a pattern of such."""
    path = posixpath.normpath(path)
    if path == "." or path in tree.folders or (tree.root / path).is_file():
        return True
    if any(sign in path for sign in "*?"):
        return any(fnmatch.fnmatchcase(name, path) for name in (*tree.names, *tree.folders))
    return any(name.startswith(path + ".") for name in tree.names)


def _is_path(tree, document, span):
    """Whether what is in backticks claims to be a file or folder of the repository."""
    if not PATH.fullmatch(span) or span.startswith(("/", "-")) or ".." in span or span.startswith("."):
        return False
    if any(word not in NO_PLACEHOLDER for word in PLACEHOLDER.findall(span)):
        return False
    here = posixpath.join(posixpath.dirname(document), span.split("/", 1)[0])
    return bool(SOURCE.search(span)) or "/" in span and (here in tree.folders or span.split("/", 1)[0] in tree.folders)


def _stands_for_a_file(tree, document, path):
    """A path from the root or from the document's folder, or the end of the path of a source."""
    if _exists(tree, path) or _exists(tree, posixpath.join(posixpath.dirname(document), path)):
        return True
    return bool(SOURCE.search(path)) and any(fnmatch.fnmatchcase("/" + name, "*/" + path) for name in tree.names)


def _paths(tree, document, text):
    for line, span in markdown.spans(text):
        if _is_path(tree, document, span):
            for path in _alternatives(span.rstrip("/")):
                if not _stands_for_a_file(tree, document, path):
                    yield f"{document}:{line}", path
    # In commands, with whatever else.
    top = "|".join(re.escape(folder) for folder in sorted(tree.folders) if "/" not in folder)
    command = re.compile(rf"(?<![\w/.-])(?:{top})/[\w.+*?/-]*\w")
    for line, code in markdown.code(text):
        for path in command.findall(code) if top and " " in code else ():
            if not PLACEHOLDER.search(path) and not _exists(tree, path):
                yield f"{document}:{line}", path
    # A tree of folders, drawn in a block of code: `  agent/  proxy/  admin/ (what it is)`.
    known = {posixpath.basename(folder) for folder in tree.folders}
    for line, words, kind in markdown.lines(text):
        for word in FOLDER.findall(words) if kind == "code" else ():
            if word not in known:
                yield f"{document}:{line}", word + "/"


def _links(tree, document, text):
    for line, target in markdown.links(text):
        if not target or ELSEWHERE.match(target):
            continue
        path, _, anchor = target.partition("#")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(document), path)) if path else document
        if name.startswith("../") or not _exists(tree, name):
            yield f"{document}:{line}", f"the link to {target}: there is no {name}"
        elif anchor and name.endswith(".md") and anchor not in markdown.anchors(tree.text(name)):
            yield f"{document}:{line}", f"the link to {target}: {name} has no heading of that name"


def _named_in_words(tree):
    for name in tree.names:
        if name.startswith("tests/structure/") or os.path.islink(tree.root / name):
            continue
        text = tree.text(name)
        for match in DOCUMENT.finditer(text):
            if not (tree.root / match.group()).is_file():
                yield f"{name}:{text[: match.start()].count(chr(10)) + 1}", match.group()


def violations(tree):
    """Yields `path:line: what does not exist`."""
    passed, told = Exceptions.of(tree, "documents"), set()
    for document in tree.ending(".md"):
        text = tree.text(document)
        for place, what in _links(tree, document, text):
            if not passed.allow(f"{document}::{what}"):
                yield f"{place}: {what}"
        for place, path in _paths(tree, document, text):
            told.add((place, path))
            if not passed.allow(f"{document}::{path}"):
                yield (f"{place}: {path} is no file or folder of the repository; "
                       "a path is named from the root or from the document's folder")
    for place, path in _named_in_words(tree):
        if (place, path) not in told and not passed.allow(f"{place.split(':')[0]}::{path}"):
            yield f"{place}: there is no document {path}"
    yield from passed.superfluous()
