"""How many runs: add some until the interval of every mean is narrow enough, or there are too many.

The rule looks at the data to decide when to stop, so that the intervals cover a little less often
than they say; starting from ten runs keeps this small (Law, *Simulation Modeling and Analysis*,
5th ed., section 9.4.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Sequence

from .comparison import Row


@dataclass(frozen=True)
class Decision:
    """What to do after some runs: `runs` is the number to have next, or None to stop, for `reason`."""

    runs: int | None
    reason: str


def relative_half_width(row: Row) -> float:
    """Half of the 95 % interval of the mean as a share of the mean; infinite where there is no interval."""
    if row.mean.half_width is None or not row.mean.mean > 0:
        return math.inf
    return row.mean.half_width / row.mean.mean


def decide(rows: Sequence[Row], runs: int, target: float, most: int) -> Decision:
    """Looks at all contenders after `runs` runs of each. Those with unfinished requests or without any answer have no
    mean that more runs would make more certain: they keep nothing going."""
    judged = {row.contender.name: relative_half_width(row) for row in rows
              if row.unfinished == 0 and not math.isnan(row.mean.mean)}
    left_out = [row.contender.name for row in rows if row.contender.name not in judged]
    remark = f" Not judged, being overloaded: {', '.join(left_out)}." if left_out else ""
    if not judged:
        return Decision(None, f"Stopped after {runs} runs: no contender has a mean to be made more certain.{remark}")
    widest = max(judged, key=judged.__getitem__)
    if judged[widest] <= target:
        return Decision(None, f"Stopped after {runs} runs: half of every 95 % interval is at most {_percent(target)} "
                              f"of its mean (widest: {widest}, {_percent(judged[widest])}).{remark}")
    wide = [name for name in judged if judged[name] > target]
    if runs >= most:
        named = ", ".join(f"{name} ({_percent(judged[name])})" for name in wide)
        return Decision(None, f"Stopped at {runs} runs, the most allowed (--most-runs): half of the 95 % interval is "
                              f"still over {_percent(target)} of the mean of: {named}.{remark}")
    # The half-width falls with the root of the number of runs; at most twice as many at once, because it is uncertain.
    needed = runs * (judged[widest] / target) ** 2
    more = min(most, 2 * runs, max(runs + 1, math.ceil(needed) if math.isfinite(needed) else 2 * runs))
    return Decision(more, f"{runs} runs: half of the 95 % interval is over {_percent(target)} of the mean of "
                          f"{len(wide)} of {len(judged)} contenders (widest: {widest}, {_percent(judged[widest])}); "
                          f"going on to {more}.")


def _percent(share: float) -> str:
    return "unknown" if math.isinf(share) else f"{share * 100:.2g} %"
