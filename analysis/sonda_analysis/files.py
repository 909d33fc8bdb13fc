"""Files that are complete or not there: written beside their place, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pandas as pd


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` write to a temporary path and puts the file in its place."""
    temporary = Path(f"{path}.new")
    write(temporary)
    os.replace(temporary, path)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """A CSV file with a header row; what is not known is empty."""
    write_whole(path, lambda temporary: table.to_csv(temporary, index=False))


def write_text(text: str, path: Path) -> None:
    """A text file in UTF-8."""
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
