"""Reads the catalogue of contenders, model/selection/contenders.json: what --all and `--contenders all` run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .contenders import Contender, parse_contender
from .errors import AnalysisError
from .json_files import read_json
from .shown import shown

# Section G of the catalogue: they know the servers' true state, which no proxy can.
BOUNDS_SECTION = "G"

_TEXT_KEYS = ("name", "contender", "section", "about", "source")


@dataclass(frozen=True)
class Entry:
    """One contender of the catalogue; `name` has several names, separated by commas, when it is listed under several."""

    name: str
    contender: Contender
    section: str
    about: str
    source: str

    @property
    def names(self) -> list[str]:
        """Each of its names."""
        return self.name.split(", ")

    @property
    def bound(self) -> bool:
        """Whether it is shown and not ranked."""
        return self.section == BOUNDS_SECTION


def read_contender_list(path: Path) -> tuple[Entry, ...]:
    """All entries in their order, each contender once. AnalysisError names the file and what is wrong in it."""
    try:
        content = read_json(path)
    except OSError as error:
        raise AnalysisError(f"{path}: the catalogue of contenders cannot be read: {error.strerror}") from None
    entries = content.get("contenders") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise AnalysisError(f"{path}: key 'contenders' must be a list of contenders that is not empty")
    read: dict[Contender, Entry] = {}
    for index, item in enumerate(entries):
        entry = _entry(item, f"{path}: contenders[{index}]")
        if (first := read.get(entry.contender)) is not None:
            entry = dataclasses.replace(first, name=f"{first.name}, {entry.name}")
        read[entry.contender] = entry
    return tuple(read.values())


def _entry(entry: Any, where: str) -> Entry:
    if not isinstance(entry, dict):
        raise AnalysisError(f"{where} is {shown(repr(entry))}; it must be an object")
    for key in _TEXT_KEYS:
        if not isinstance(entry.get(key), str):
            raise AnalysisError(f"{where}: key '{key}' is {shown(repr(entry.get(key)))}; it must be text")
    contender = parse_contender(entry["contender"], f"{where}, key 'contender'")
    return Entry(entry["name"], contender, entry["section"], entry["about"], entry["source"])
