"""Tables and CSV of `./sonda bench proxy`; the text goes into docs/performance.md as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from .proxy_loads import UNITS
from .proxy_numbers import Rounds, bars, ratio_of, spread_of
from .tables import bars_table, shown, table, write_bars, write_rows

# TITLE → units of its columns.
_TABLES = {
    "Operations": ("requests/s", "connections/s", "Gbit/s"),
    "CPU time of the proxy for each": ("µs/request", "µs/connection", "ns/KiB"),
    "Times and memory": ("ms", "µs", "bytes"),
}


def text_of(rounds: Rounds, labels: Sequence[str], heading: str) -> str:
    """Everything that is printed at the end, as Markdown. `labels`: of sonda-proxy's binaries, 'sonda' first."""
    parts = [heading]
    for title, units in _TABLES.items():
        numbers = [name for name, unit in UNITS.items()
                   if unit.unit in units and any(name in found for found in rounds.values())]
        if numbers:
            header = [title, *(f"{UNITS[name].column}, {UNITS[name].unit}" for name in numbers)]
            parts.append(table(header, [[f"`{peer}`", *(shown(spread_of(rounds, peer, name)) for name in numbers)]
                                        for peer in rounds]))
    for label in labels:
        configurations = _configurations(rounds, label)
        if configurations:
            parts.append(f"Judged is the default, `{configurations[0]}`:")
        for configuration in configurations:
            parts.append(bars_table(bars(rounds, configuration)))
    if len(labels) > 1:
        parts.append(_side_by_side(rounds, *labels))
    return "\n\n".join(parts) + "\n"


def _configurations(rounds: Rounds, label: str) -> list[str]:
    return [name for name in rounds if name == label or name.startswith(f"{label}-")]


def _side_by_side(rounds: Rounds, one: str, other: str) -> str:
    """The two binaries in the same configuration."""
    rows = []
    for name in UNITS:
        for mine in _configurations(rounds, one):
            if (ratio := ratio_of(rounds, mine, other + mine[len(one):], name)) is not None:
                rows.append([f"{UNITS[name].column}, {UNITS[name].unit}", f"`{mine}`", str(ratio)])
    return table(["side by side", "configuration", f"`{one}` by `{other}`"], rows)


def write_csv(rounds: Rounds, folder: Path) -> None:
    """runs.csv: every number of every round; bars.csv."""
    write_rows(folder / "runs.csv", ["round", "configuration", "number", "unit", "value"], (
        [turn, configuration, name, UNITS[name].unit, f"{value:.6g}"] for configuration, numbers in rounds.items()
        for name, values in numbers.items() for turn, value in enumerate(values, 1)))
    judged = [configuration for label in ("sonda", "also") for configuration in _configurations(rounds, label)]
    write_bars([bar for configuration in judged for bar in bars(rounds, configuration)], folder / "bars.csv")
