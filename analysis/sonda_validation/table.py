"""The table as text and as validation.csv."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Sequence

import pandas as pd
from sonda_analysis.files import write_table
from sonda_analysis.table import align

from .options import PARAMETERS
from .verdict import Row

_HEADERS = ("", "setting", "quantity", "expected", "simulated", "difference", "tolerance", "verdict", "expected from")
_LEFT = (0, 1, 2, 7, 8)
_NUMBERS = ("expected", "simulated", "difference", "tolerance")
CSV_COLUMNS = ("family", "setting", *PARAMETERS, "quantity", "unit", *_NUMBERS, "verdict", "source", "runs", "remark")


def format_table(rows: Sequence[Row]) -> str:
    """Columns as wide as they need to be; difference and tolerance in per cent where that means something."""
    return align([_HEADERS, *(_cells(row) for row in rows)], left=_LEFT)


def _cells(row: Row) -> tuple[str, ...]:
    quantity = f"{row.quantity} ({row.unit})" if row.unit else row.quantity
    scaled = [_number(value * row.factor) for value in (row.expected, row.simulated)]
    if row.unit or not row.expected or not math.isfinite(row.tolerance):
        change = [f"{row.difference * row.factor:+.3g}", f"{row.tolerance * row.factor:.3g}"]
    else:
        share = 100 / abs(row.expected)
        change = [f"{row.difference * share:+.2f} %", f"{row.tolerance * share:.2f} %"]
    change = ["" if "nan" in text else text for text in change]
    return (row.family, row.setting, quantity, *scaled, *change, row.verdict, row.source)


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.4g}" if abs(value) >= 1000 or abs(value) < 0.001 and value else f"{value:.4f}"


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """validation.csv: CSV_COLUMNS, one line each, in the unit of the column (times in mean service times)."""
    records = []
    for row in rows:
        point = [row.point.get(key) for key in PARAMETERS]
        numbers = [getattr(row, name) * row.factor for name in _NUMBERS]
        records.append((row.family, row.setting, *point, row.quantity, row.unit, *numbers, row.verdict, row.source,
                        row.runs, row.remark))
    write_table(pd.DataFrame(records, columns=list(CSV_COLUMNS)), path)
