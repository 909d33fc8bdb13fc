"""The one table of a comparison, and the sentences below it, as plain text."""

from __future__ import annotations

import math
from typing import Sequence

from .comparison import Comparison, Row
from .statistics import Interval

HEADER = ("contender", "mean (ms)", "p50 (ms)", "p99 (ms)", "Jain", "chance", "failures", "")


def format_ms(interval: Interval) -> str:
    """`75.1 ± 0.4`: milliseconds from seconds, as many digits as the interval supports."""
    if math.isnan(interval.mean):
        return "none"
    mean = interval.mean * 1e3
    if interval.half_width is None or interval.half_width == 0:
        alone = _fixed(mean, 4, mean)
        return alone if interval.half_width is None else f"{alone} ± 0"
    half = interval.half_width * 1e3
    return f"{_fixed(mean, 2, half)} ± {_fixed(half, 2, half)}"


def _fixed(value: float, digits: int, scale: float) -> str:
    """`value` with the decimals that show `digits` significant digits of `scale`; never an exponent."""
    magnitude = math.floor(math.log10(abs(scale))) if scale else 0
    return f"{value:.{min(9, max(0, digits - 1 - magnitude))}f}"


def format_index(value: float) -> str:
    """A fairness index from 0 to 1."""
    return "none" if math.isnan(value) else f"{value:.3f}"


def verdict(comparison: Comparison, row: Row) -> str:
    """`best`, how much slower than the best, or that the runs cannot tell."""
    if row.contender.name == comparison.best:
        return "best"
    if row.unfinished:
        return f"overloaded: {row.unfinished} requests unfinished"
    difference = comparison.mean_difference(row.contender.name)
    if difference is None or math.isnan(difference.mean):
        return ""
    best = next(r for r in comparison.rows if r.contender.name == comparison.best)
    slower = _slower(difference.mean / best.mean.mean)
    if difference.apart is None:
        return f"{slower}, not tested"
    return slower if difference.apart else f"{slower}, not told apart from the best"


def _slower(excess: float) -> str:
    """`mean +34 %`, or `mean × 12` from twice the best on."""
    return f"mean {excess * 100:+.2g} %" if excess < 0.995 else f"mean × {_fixed(1 + excess, 2, 1 + excess)}"


def cells(comparison: Comparison) -> list[tuple[str, ...]]:
    """The table's cells as text under HEADER, best mean first; `>` where unfinished requests are left out."""
    return [
        (
            row.contender.name,
            *(("> " if row.unfinished else "") + format_ms(interval) for interval in (row.mean, row.p50, row.p99)),
            format_index(row.jain_window), format_index(row.jain_chance), str(row.failures), verdict(comparison, row),
        )
        for row in comparison.ranked()
    ]


def format_table(comparison: Comparison) -> str:
    """Header, one line per contender, columns aligned (numbers to the right)."""
    lines = [HEADER, *cells(comparison)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    last = len(HEADER) - 1

    def align(line: Sequence[str]) -> str:
        return "  ".join(
            text.ljust(widths[i]) if i in (0, last) else text.rjust(widths[i]) for i, text in enumerate(line)
        ).rstrip()

    return "\n".join([align(HEADER), "  ".join("-" * width for width in widths[:last]), *map(align, lines[1:])])


def sentences(comparison: Comparison) -> list[str]:
    """What follows from the table: the best, what cannot be told from it, intervals, failures."""
    said = []
    counts = sorted({row.runs for row in comparison.rows})
    if counts == [1]:
        said.append("One run of each contender: there are no intervals and no differences can be told; use --runs 5.")
    else:
        over = f"{counts[0]} runs" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} runs"
        said.append(f"± is half of the 95 % t-interval over {over}. Jain is per window, beside what chance would give.")
    if comparison.best is None:
        return [*said, "No contender completed its requests, so that none is best.", *_unfinished(comparison)]
    return said + _told_apart(comparison) + _unfinished(comparison) + _failures(comparison)


def _told_apart(comparison: Comparison) -> list[str]:
    by_verdict: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for difference in comparison.mean_differences:
        by_verdict[difference.apart].append(difference.contender)
    said = [f"Lowest mean response time: {comparison.best}."]
    if by_verdict[False]:
        said.append(f"The runs cannot tell it apart from: {', '.join(by_verdict[False])}.")
    if by_verdict[True]:
        said.append(f"Slower than it: {', '.join(by_verdict[True])}.")
    if by_verdict[None] and any(row.runs > 1 for row in comparison.rows):
        said.append(f"Not tested (fewer than two common runs): {', '.join(by_verdict[None])}.")
    if by_verdict[True] or by_verdict[False]:
        said.append("(Paired t-intervals over runs of equal RngRun, 95 %, Holm-corrected over contenders.)")
    return said


def _unfinished(comparison: Comparison) -> list[str]:
    overloaded = [row.contender.name for row in comparison.ranked() if row.unfinished]
    if not overloaded:
        return []
    return [
        f"Overloaded: {', '.join(overloaded)}. Requests that had no outcome at twice the duration are in no response "
        "time: the numbers marked > are too low."
    ]


def _failures(comparison: Comparison) -> list[str]:
    best = next(row for row in comparison.rows if row.contender.name == comparison.best)
    share = {row.contender.name: row.failures / row.requests if row.requests else 0.0 for row in comparison.rows}
    fewer = [name for name, value in share.items() if value < share[best.contender.name]]
    if not fewer:
        return []
    return [
        f"But {best.failures} of its {best.requests} requests failed, which no response time shows; "
        f"a smaller share failed with: {', '.join(fewer)}."
    ]
