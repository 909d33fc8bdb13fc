"""The table of a comparison, and the sentences below it, as plain text."""

from __future__ import annotations

import math
from typing import Sequence

from .comparison import Comparison, Row
from .statistics import Difference, Interval

_HEADER = ("contender", "mean (ms)", "p50 (ms)", "p99 (ms)", "Jain", "chance", "failures", "")
_REGRET = "regret (ms)"


def header(comparison: Comparison) -> tuple[str, ...]:
    """The columns' names; the last one, of the verdicts, has none."""
    return (*_HEADER[:4], _REGRET, *_HEADER[4:]) if comparison.regrets else _HEADER


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


def format_difference(difference: Difference) -> str:
    """`+3.1 ± 0.4`: milliseconds, with the half-width at Holm's level."""
    if math.isnan(difference.mean):
        return "none"
    sign = "+" if difference.mean > 0 else ""
    return sign + format_ms(Interval(difference.mean, difference.half_width, difference.runs))


def verdict(comparison: Comparison, row: Row) -> str:
    """`best`, how much slower or faster than the reference, or that the runs cannot tell."""
    name = row.contender.name
    if name in comparison.rules.bounds:
        return "bound, not ranked"
    if row.unfinished:
        return f"overloaded: {row.unfinished} requests unfinished"
    best = name == comparison.best
    if name == comparison.reference:
        return "best" if best else "baseline"
    compared = _compared(comparison, name)
    return f"best; {compared}" if best and compared else "best" if best else compared


def _compared(comparison: Comparison, name: str) -> str:
    difference = comparison.mean_difference(name)
    if difference is None or math.isnan(difference.mean) or comparison.reference is None:
        return ""
    slower = _slower(difference.mean / comparison.row(comparison.reference).mean.mean)
    if difference.apart is None:
        return f"{slower}, not tested"
    reference = "best" if comparison.reference == comparison.best else "baseline"
    return slower if difference.apart else f"{slower}, not told apart from the {reference}"


def _slower(excess: float) -> str:
    """`mean +34 %`, or `mean × 12` from twice the best on."""
    return f"mean {excess * 100:+.2g} %" if excess < 0.995 else f"mean × {_fixed(1 + excess, 2, 1 + excess)}"


def cells(comparison: Comparison) -> list[tuple[str, ...]]:
    """The table's cells as text under header(), best mean first; `>` where unfinished requests are left out."""
    return [
        (
            row.contender.name,
            *(("> " if row.unfinished else "") + format_ms(interval) for interval in (row.mean, row.p50, row.p99)),
            *([_regret(comparison, row)] if comparison.regrets else []),
            format_index(row.jain_window.mean), format_index(row.jain_chance), str(row.failures),
            verdict(comparison, row),
        )
        for row in comparison.ranked()
    ]


def _regret(comparison: Comparison, row: Row) -> str:
    regret = comparison.regret(row.contender.name)
    return "" if regret is None else format_difference(regret)


def format_table(comparison: Comparison) -> str:
    """Header, one line per contender, columns aligned (numbers to the right)."""
    names = header(comparison)
    return align([names, *cells(comparison)], left=(0, len(names) - 1))


def align(lines: Sequence[Sequence[str]], left: Sequence[int]) -> str:
    """Header and lines as text in columns; those in `left` begin at the left, the others end at the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]

    def one(line: Sequence[str]) -> str:
        return "  ".join(text.ljust(widths[i]) if i in left else text.rjust(widths[i])
                         for i, text in enumerate(line)).rstrip()

    rule = "  ".join("-" * width if name else "" for width, name in zip(widths, lines[0])).rstrip()
    return "\n".join([one(lines[0]), rule, *map(one, lines[1:])])


def sentences(comparison: Comparison) -> list[str]:
    """What follows from the table: the best, what cannot be told from it, intervals, failures."""
    said = []
    counts = sorted({row.runs for row in comparison.rows})
    if counts == [1]:
        said.append("One run of each contender: there are no intervals and no differences can be told; use --runs 5.")
    else:
        over = f"{counts[0]} runs" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} runs"
        said.append(f"± is half of the 95 % t-interval over {over}. Jain is per window, beside what chance would give.")
    if len({row.runs for row in comparison.rows if not row.unfinished}) > 1:
        said.append("Some lack runs that others have: the best is told by the runs that all have, each difference by those "
                    "that both have; the means above are over each contender's own.")
    if comparison.best is None:
        return [*said, "No contender completed its requests, so that none is best.", *_unfinished(comparison)]
    return said + _told_apart(comparison) + _unfinished(comparison) + _failures(comparison)


def _told_apart(comparison: Comparison) -> list[str]:
    said = [f"Lowest mean response time: {comparison.best}."]
    baseline = comparison.rules.baseline
    if baseline is not None:
        if comparison.reference is None:
            return [*said, f"The baseline, {baseline}, left requests unfinished: nothing can be compared with it."]
        said.append(f"Compared with the baseline, {baseline}:")
    by_verdict: dict[bool | None, list[Difference]] = {True: [], False: [], None: []}
    for difference in comparison.mean_differences:
        by_verdict[difference.apart].append(difference)
    faster = [d for d in by_verdict[True] if d.mean < 0]
    slower = [d for d in by_verdict[True] if d.mean > 0]
    it = "it" if baseline is None else baseline
    for words, differences in ((f"The runs cannot tell {it} apart from", by_verdict[False]),
                               (f"Faster than {it}", faster), (f"Slower than {it}", slower)):
        if differences:
            said.append(f"{words}: {', '.join(d.contender for d in differences)}.")
    if by_verdict[None] and any(row.runs > 1 for row in comparison.rows):
        said.append(f"Not tested (fewer than two common runs): {', '.join(d.contender for d in by_verdict[None])}.")
    if by_verdict[True] or by_verdict[False]:
        said.append("(Paired t-intervals over runs of equal RngRun, 95 %, Holm-corrected over contenders.)")
    return said + _regrets(comparison)


def _regrets(comparison: Comparison) -> list[str]:
    oracle = comparison.rules.oracle
    if oracle is None:
        return []
    if not comparison.regrets:
        return [f"No regret can be told: {oracle} left requests unfinished."]
    return [f"Regret is the mean minus that of {oracle}, which knows every server's queue at each pick; ± as above."]


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
