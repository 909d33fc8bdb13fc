"""Tables in the form of docs/performance.md, and bars as CSV."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Iterable, Sequence

from .numbers import Bar


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def shown(value: object | None) -> str:
    """What was not measured is a dash."""
    return "–" if value is None else str(value)


def bars_table(found: Sequence[Bar]) -> str:
    """What was demanded, what was measured, and the verdicts."""
    words = {True: "met", False: "**missed**", None: "not measured"}
    rows = [[bar.text, shown(bar.measured), f"{'≥' if bar.at_least else '≤'} {bar.limit:,g}", words[bar.met]]
            for bar in found]
    return table(["bar", "measured", "demanded", "verdict"], rows)


def write_bars(found: Sequence[Bar], path: Path) -> None:
    """The same as CSV."""
    write_rows(path, ["bar", "median", "demanded", "met"], (
        [bar.text, "" if bar.measured is None else bar.measured.median,
         f"{'>=' if bar.at_least else '<='}{bar.limit:g}", "" if bar.met is None else int(bar.met)] for bar in found))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file that is complete or not there: written beside its place, then renamed."""
    temporary = Path(f"{path}.new")
    with open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    os.replace(temporary, path)
