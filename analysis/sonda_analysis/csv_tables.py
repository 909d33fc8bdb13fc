"""Reads CSV files and refuses what is damaged: cut short, not UTF-8, rows of another width, impossible numbers.

Every AnalysisError names the file, and where there is one the line, the column, the value and what is allowed.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import numpy as np
import pandas as pd

from .errors import AnalysisError
from .shown import shown

# Beyond it a float64 does not hold every whole number.
MOST_COUNT = 2.0**53
# Far above any time in s or capacity.
MOST_NUMBER = 1e15


@dataclass(frozen=True)
class Column:
    """What the cells of a column may hold.

    `kind` is str or float. Numbers are finite, from `least` to `most`, whole ones where `whole` says so; an empty
    cell, which means "not known", is allowed where `optional` says so. Texts are not empty.
    """

    kind: type = float
    least: float = 0.0
    most: float = MOST_NUMBER
    whole: bool = False
    optional: bool = False

    def rule(self) -> str:
        """What is allowed, in words."""
        what = "a whole number" if self.whole else "a number"
        ends = f"from {self.least:g} to {self.most:g}"
        return f"it must be {what} {ends}{', or empty' if self.optional else ''}"


TEXT = Column(str)
NUMBER = Column(least=-MOST_NUMBER, optional=True)
SECONDS = Column(most=1e12)
COUNT = Column(most=MOST_COUNT, whole=True)


def read_columns(path: Path, columns: Mapping[str, type | Column]) -> pd.DataFrame:
    """The named columns of a CSV file, numbers as float64 (NaN: an empty cell). `float` means NUMBER, `str` TEXT."""
    wanted = {name: _column(kind) for name, kind in columns.items()}
    data = _read(path)
    header = _header(path, data, list(wanted))
    _check_rows(path, data, len(header))
    numbers = [name for name, column in wanted.items() if column.kind is float]
    try:
        frame = pd.read_csv(io.BytesIO(data), usecols=list(wanted), encoding="utf-8", keep_default_na=False,
                            na_values={name: [""] for name in numbers},
                            dtype={name: column.kind for name, column in wanted.items()})
    except (ValueError, pd.errors.ParserError):
        frame = _convert(path, data, wanted)
    for name, column in wanted.items():
        _check_column(path, frame, name, column)
    return frame


def _column(kind: type | Column) -> Column:
    return kind if isinstance(kind, Column) else NUMBER if kind is float else TEXT


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except FileNotFoundError:
        raise AnalysisError(f"{path}: the file is missing") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise AnalysisError(f"{path}: damaged or cut short: {shown(error)}") from None


def _header(path: Path, data: bytes, columns: list[str]) -> list[str]:
    first = data.partition(b"\n")[0]
    try:
        header = next(csv.reader([first.decode("utf-8").rstrip("\r")]), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if not any(header):
        raise AnalysisError(f"{path}: there is no header row; expected columns: {', '.join(columns)}")
    for column in columns:
        if header.count(column) != 1:
            fault = "is missing" if column not in header else "is there twice"
            raise AnalysisError(f"{path}: column '{column}' {fault}; there are: {shown(', '.join(header))}")
    return header


def _check_rows(path: Path, data: bytes, width: int) -> None:
    """Whole lines of UTF-8, all of one width: pandas would fill up a row that was cut."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AnalysisError(f"{path}: line {line}: byte {data[error.start]:#04x} is no UTF-8") from None
    if "\0" in text:
        raise AnalysisError(f"{path}: line {text.count(chr(10), 0, text.index(chr(0))) + 1}: a NUL byte")
    if not data.endswith(b"\n"):
        raise AnalysisError(f"{path}: line {data.count(10) + 1}: it is cut short: '{shown(text.rpartition(chr(10))[2])}' "
                            "has no end of line")
    if '"' not in text and data.count(b",") == data.count(b"\n") * (width - 1):
        return
    try:
        for row in (reader := csv.reader(io.StringIO(text, newline=""), strict=True)):
            if len(row) != width:
                raise AnalysisError(f"{path}: line {reader.line_num}: '{shown(','.join(row))}' has {len(row)} cells; the "
                                    f"header has {width}")
    except csv.Error as error:
        raise AnalysisError(f"{path}: line {reader.line_num}: not a table: {shown(error)}") from None


def _convert(path: Path, data: bytes, columns: Mapping[str, Column]) -> pd.DataFrame:
    """What pandas refuses as a whole, column by column, to name the cell."""
    try:
        frame = pd.read_csv(io.BytesIO(data), usecols=list(columns), dtype=str, encoding="utf-8", keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise AnalysisError(f"{path}: not a table: {shown(error)}") from None
    for name, column in columns.items():
        if column.kind is not float:
            continue
        cells = frame[name]
        numbers = pd.to_numeric(cells.where(cells != "", None), errors="coerce")
        wrong = np.flatnonzero(numbers.isna() & (cells != ""))
        if len(wrong):
            raise AnalysisError(f"{path}: line {wrong[0] + 2}, column '{name}': '{shown(cells.iloc[wrong[0]])}' is not a "
                                f"number; {column.rule()}")
        frame[name] = numbers.astype(float)
    return frame


def _check_column(path: Path, frame: pd.DataFrame, name: str, column: Column) -> None:
    cells = frame[name]
    if column.kind is str:
        wrong, rule = (cells == "").to_numpy(), "it must not be empty"
    else:
        values, rule = cells.to_numpy(float), column.rule()
        with np.errstate(invalid="ignore"):
            wrong = ~((values >= column.least) & (values <= column.most))
            if column.whole:
                wrong |= values != np.floor(values)
        if column.optional:
            wrong &= ~np.isnan(values)
    refuse_rows(path, frame, wrong, name, rule)


def refuse_rows(path: Path, frame: pd.DataFrame, wrong: np.ndarray, column: str, rule: str) -> None:
    """AnalysisError for the first row of `frame` where `wrong` holds, if there is one; `rule` says what is allowed."""
    places = np.flatnonzero(wrong)
    if len(places):
        value = frame[column].iloc[places[0]]
        said = "it is empty" if value == "" or value != value else f"it is {shown(value)}"
        raise AnalysisError(f"{path}: line {places[0] + 2}, column '{column}': {said}; {rule}")


def find_damage(path: Path) -> str | None:
    """Why a file is no whole table, by its bytes alone; None when nothing is to be seen. Cheap: no number is read."""
    try:
        data = _read(path)
        _check_rows(path, data, len(_header(path, data, [])))
    except AnalysisError as error:
        return str(error)
    return None
