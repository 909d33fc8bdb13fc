"""What somebody else wrote, made fit for a message."""

from __future__ import annotations

# Characters of a quoted value, and of a whole message, that are shown.
MOST_SHOWN = 200
MOST_IN_MESSAGE = 4000


def shown(value: object, most: int = MOST_SHOWN) -> str:
    """A value that a message quotes: what would not stand in a line as itself as `\\x0a` or `\\u2028`, and after
    `most` characters "… (N characters)"."""
    text = str(value)
    # Not one by one: a value may have millions.
    start = "".join(character if character.isprintable() else escaped(character) for character in text[:most])
    return start if len(text) <= most else f"{start}… ({len(text)} characters)"


def shown_message(error: object) -> str:
    """A whole message, whose line feeds are its own."""
    text = str(error)
    start = "\n".join(shown(line, MOST_IN_MESSAGE) for line in text[:MOST_IN_MESSAGE].split("\n"))
    return start if len(text) <= MOST_IN_MESSAGE else f"{start}… ({len(text)} characters)"


def escaped(character: str) -> str:
    """A character by its code, as `\\x0a` or `\\u2028`."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python keeps it
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"
