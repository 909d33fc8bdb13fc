"""What the checks need to know of a Markdown document: which lines are prose, its headings, links and code spans."""

import re

FENCE = re.compile(r"\s*(```+|~~~+)")
ITEM = re.compile(r"(\s*)(?:[-*+]|\d+[.)])(\s+)")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
LINK = re.compile(r"\]\(\s*<?(?P<target>[^()\s>]*)>?[^()]*\)")
DEFINITION = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s>]+)", re.M)
TAG = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=[\"'](?P<target>[^\"']*)[\"']")


def lines(text):
    """Yields (number from 1, line, kind) of each line; kinds: `prose`, `table`, `code`."""
    fence, indent, after_blank, code = None, 0, True, False
    for number, line in enumerate(text.split("\n"), 1):
        mark = FENCE.match(line)
        if fence or mark:
            yield number, line, "code"
            if fence is None:
                fence = mark.group(1)
            elif mark and line.strip() == line.strip()[0] * len(line.strip()) and mark.group(1).startswith(fence):
                fence = None
            after_blank = False
            continue
        depth = len(line) - len(line.lstrip())
        item = ITEM.match(line)
        if line.strip():
            # Code by indentation begins after a blank line, four columns deeper than the list item that it is in.
            if after_blank and not item and depth < indent:
                indent = 0
            code = (code or after_blank) and depth >= indent + 4
            if item and not code:
                indent = len(item.group())
        after_blank = not line.strip()
        yield number, line, "code" if code else "table" if line.lstrip().startswith("|") else "prose"


def without_code(text):
    """The prose and the tables with blanks for code spans; lines of code are empty, so that numbers stay."""
    kept = "\n".join("" if kind == "code" else line for _, line, kind in lines(text))
    return SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span.group()), kept)


def spans(text):
    """Yields (line, what is between backticks), line feeds in it as blanks."""
    kept = "\n".join("" if kind == "code" else line for _, line, kind in lines(text))
    for match in SPAN.finditer(kept):
        yield kept[: match.start()].count("\n") + 1, re.sub(r"\s+", " ", match.group(2))


def code(text):
    """Yields (line, text) of everything that is set as code: lines of blocks, and code spans."""
    yield from ((number, line) for number, line, kind in lines(text) if kind == "code")
    yield from spans(text)


def links(text):
    """Yields (line, target) of every link and picture, also of `[name]: target` and of HTML."""
    kept = without_code(text)
    for pattern in (LINK, DEFINITION, TAG):
        for match in pattern.finditer(kept):
            yield kept[: match.start()].count("\n") + 1, match.group("target")


def anchors(text):
    """The names of the headings, as GitHub makes them, and of `<a id=…>`."""
    found = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for _, line, kind in lines(text):
        heading = HEADING.match(line) if kind == "prose" else None
        if heading:
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1)).lower()
            name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            count = 0
            while name + (f"-{count}" if count else "") in found:
                count += 1
            found.add(name + (f"-{count}" if count else ""))
    return found
