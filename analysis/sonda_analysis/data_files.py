"""The CSV files that a scenario refers to: part of what a run depends on, so they are copied and digested with it."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any, Iterable, Iterator

from .errors import AnalysisError
from .json_files import NotJson, parse_json
from .shown import shown

# Members of a scenario whose value names a file, as text or as {"file": name, "sha256": digest}.
_KEYS = ("empirical", "trace")


def data_files(scenario_file: Path, sets: Iterable[str]) -> tuple[str, ...]:
    """Names of the files that a scenario with its overrides refers to, relative to it.

    What is no JSON, and what sonda-sim will refuse, refers to none. AnalysisError for a name that leads
    out of the scenario's folder: a copy of the scenario would not find it.
    """
    found: dict[str, None] = {}
    for text in (_read(scenario_file), *map(_as_json, sets)):
        try:
            value = parse_json(text)
        except NotJson:
            continue
        found.update(dict.fromkeys(_names(value)))
    for name in found:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise AnalysisError(f"{scenario_file}: it refers to '{shown(name)}'; a file that a comparison uses must be in the "
                                "scenario's folder, and is named relative to it")
    return tuple(found)


def _as_json(override: str) -> str:
    """The value of an override KEY=VALUE, under its key where that says that it names a file; bare text is a text."""
    key, _, value = override.partition("=")
    steps = key.strip().split(".")
    last = steps[-2] if steps[-1] == "file" and len(steps) > 1 else steps[-1]
    if last not in _KEYS:
        return value
    try:
        return json.dumps({last: parse_json(value)})
    except NotJson:
        return json.dumps({last: value.strip()})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{path}: cannot be read: {error}") from None


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            name = item.get("file") if isinstance(item, dict) else item
            if key in _KEYS and isinstance(name, str):
                yield name
            else:
                yield from _names(item)
