"""Arguments that nobody types on purpose."""

from __future__ import annotations

import argparse
from typing import Iterable, NoReturn, Sequence

from .errors import AnalysisError
from .shown import escaped, shown, shown_message


class Parser(argparse.ArgumentParser):
    """Its errors cut what they quote."""

    def error(self, message: str) -> NoReturn:
        super().error(shown_message(message))


def check_printable(option: str, text: object) -> None:
    """AnalysisError when a text has a control character, an end of a line or a byte that is no UTF-8: it would
    become a part of a command, a file or a table, where that means something else."""
    for place, character in enumerate(str(text)):
        if not character.isprintable() and not _is_blank(character):
            raise AnalysisError(f"{option}: '{shown(text)}' has {escaped(character)} as character {place + 1}; control "
                                "characters and ends of lines are not allowed")


def _is_blank(character: str) -> bool:
    """Blanks other than ' ' and marks that join letters stand in names of files of many languages."""
    return character in "\u00a0\u202f\u3000\u2009\u200c\u200d\u00ad"


def check_arguments(arguments: Sequence[str]) -> None:
    """check_printable() of a command line; the option that a value belongs to is named."""
    for place, text in enumerate(arguments):
        before = arguments[place - 1] if place else ""
        if text.startswith("--"):
            option = text.partition("=")[0]
        elif before.startswith("--") and "=" not in before:
            option = before
        else:
            option = f"argument {place + 1}"
        check_printable(shown(option, 40), text)


def check_paths(paths: Iterable[tuple[str, object]]) -> None:
    """check_printable() of what options were made to: a folder above may have such a name, too."""
    for option, path in paths:
        check_printable(option, path)
