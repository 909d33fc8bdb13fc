"""Reads the catalogue of contenders, model/selection/contenders.json: what --all and `--contenders all` run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .contenders import Contender, parse_contender
from .errors import AnalysisError

_TEXT_KEYS = ("name", "contender", "section", "about", "source")


@dataclass(frozen=True)
class Entry:
    """One contender of the catalogue. A `bound` knows what no proxy can know: it is shown, and not ranked."""

    name: str
    contender: Contender
    section: str
    about: str
    source: str
    bound: bool


def read_contender_list(path: Path) -> tuple[Entry, ...]:
    """All entries in their order. AnalysisError names the file and what is wrong in it."""
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise AnalysisError(f"{path}: the catalogue of contenders cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise AnalysisError(f"{path}: not JSON: {error}") from None
    entries = content.get("contenders") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise AnalysisError(f"{path}: key 'contenders' must be a list of contenders that is not empty")
    read = tuple(_entry(entry, f"{path}: contenders[{index}]") for index, entry in enumerate(entries))
    names = [entry.contender.name for entry in read]
    for name in names:
        if names.count(name) > 1:
            raise AnalysisError(f"{path}: contender '{name}' is there {names.count(name)} times")
    return read


def _entry(entry: Any, where: str) -> Entry:
    if not isinstance(entry, dict):
        raise AnalysisError(f"{where} is {entry!r}; it must be an object")
    for key in _TEXT_KEYS:
        if not isinstance(entry.get(key), str):
            raise AnalysisError(f"{where}: key '{key}' is {entry.get(key)!r}; it must be text")
    bound = entry.get("bound", False)
    if not isinstance(bound, bool):
        raise AnalysisError(f"{where}: key 'bound' is {bound!r}; it must be true or false")
    contender = parse_contender(entry["contender"], f"{where}, key 'contender'")
    return Entry(entry["name"], contender, entry["section"], entry["about"], entry["source"], bound)
