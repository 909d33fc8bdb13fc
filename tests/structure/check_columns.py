"""Documents are wrapped at 120 columns, so that a change can be read; tables and code are as wide as they are."""

import markdown

COLUMNS = 120


def violations(tree):
    """Yields `path:line: how wide, what is allowed` for prose that has a blank to break it at."""
    for document in tree.ending(".md"):
        for number, line, kind in markdown.lines(tree.text(document)):
            if kind == "prose" and len(line) > COLUMNS:
                words = line[len(markdown.ITEM.match(line).group()):] if markdown.ITEM.match(line) else line.lstrip()
                if " " in words:
                    yield (f"{document}:{number}: the line has {len(line)} columns; "
                           f"allowed are {COLUMNS} (tables, code and what has no blank apart)")
