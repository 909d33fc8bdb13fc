"""The one place where JSON files are read: no nesting without end, no numbers that JSON does not have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import AnalysisError
from .shown import shown

# Levels of objects and lists in one another, as sonda-sim allows; nothing that is read here has ten.
MAX_DEPTH = 32


class NotJson(ValueError):
    """Why a text is none that can be used, in words."""


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text in UTF-8; NotJson says what is wrong with it."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise NotJson(_too_deep()) from None
    except ValueError as error:
        raise NotJson(f"not JSON: {shown(error)}") from None
    if _is_deep(value):
        raise NotJson(_too_deep())
    return value


def read_json(path: Path) -> Any:
    """The value of a JSON file. AnalysisError names the file and what is wrong with it; OSError as open() does."""
    try:
        return parse_json(path.read_bytes())
    except NotJson as error:
        raise AnalysisError(f"{path}: {error}") from None


def _too_deep() -> str:
    return f"it is nested too deeply; at most {MAX_DEPTH} levels are allowed"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _is_deep(value: Any) -> bool:
    """Level by level, as recursion has an end that depends on who calls."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level if isinstance(outer, (dict, list))
                 for inner in (outer.values() if isinstance(outer, dict) else outer)]
        if not level:
            return False
    return any(isinstance(inner, (dict, list)) for inner in level)
