"""The league twice: each contender bare and as shipped, and where the proxy's rules change who wins."""

from __future__ import annotations

from typing import Iterable, Sequence

from .effects import Effect, percent, typical_ratio
from .league_table import ratio_text
from .ranking import League, Standing
from .ways import AS_SHIPPED, BARE, WORDS

BOTH_HEADER = ("rank", "bare", "contender", "score", "bare", "p99 score", "bare", "fails", "bare", "mean by the rules",
               "most changed", "fails by the rules")
# Columns that are no numbers.
BOTH_WORDS = (2, 10, 11)
_MOST_NAMED = 3


def both_cells(bare: League, shipped: League, effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """The table's cells under BOTH_HEADER, in the order of the league as shipped."""
    plain = {standing.contender: standing for standing in bare.standings}
    rows = []
    for standing in shipped.standings:
        other = plain.get(standing.contender)
        own = [effect for effect in effects if effect.contender == standing.contender]
        most = max((e for e in own if e.changed), key=_size, default=None)
        rows.append((
            _rank(standing), _rank(other), standing.contender,
            *_pair(standing, other, lambda s: _marked(s, s.score)),
            *_pair(standing, other, lambda s: _marked(s, s.p99_score)),
            *_pair(standing, other, lambda s: str(len(s.failed))),
            percent(typical_ratio(own)), "nothing" if most is None else f"{most.scenario} {percent(most.ratio)}",
            _changed_failures(standing, other),
        ))
    return rows


def _size(effect: Effect) -> float:
    return max(effect.ratio, 1 / effect.ratio) if effect.ratio > 0 else 0


def _rank(standing: Standing | None) -> str:
    return "" if standing is None or standing.rank is None else str(standing.rank)


def _pair(one: Standing, other: Standing | None, shown) -> tuple[str, str]:
    return shown(one), "" if other is None else shown(other)


def _marked(standing: Standing, value: float) -> str:
    return ("> " if standing.lower_bound else "") + ratio_text(value)


def _changed_failures(standing: Standing, other: Standing | None) -> str:
    """The scenarios that it fails in one of the two ways only."""
    if other is None:
        return ""
    saved = [name for name in other.failed if name not in standing.failed]
    lost = [name for name in standing.failed if name not in other.failed]
    return "; ".join(f"{word} {_listed(names)}" for word, names in (("no more", saved), ("now", lost)) if names)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def both_sentences(bare: League, shipped: League, effects: Sequence[Effect]) -> list[str]:
    """How the table is read, who wins in each way, and where the rules decide it."""
    said = [
        f"Ordered by the league {WORDS[AS_SHIPPED]}; the column beside each is the same {WORDS[BARE]}. Mean by the rules: "
        "geometric mean over scenarios of mean response time with the rules / without, the runs paired by RngRun.",
    ]
    for way, league in ((AS_SHIPPED, shipped), (BARE, bare)):
        best = [s.contender for s in league.standings if s.rank == 1]
        tied = [s.contender for s in league.standings if s.from_best is not None and s.from_best.apart is False]
        said.append(f"Best {WORDS[way]}: {', '.join(best)}." + (f" Not told apart: {', '.join(tied)}." if tied else ""))
    moved = _winners_changed(bare, shipped)
    if moved:
        said.append("The lowest mean of those that do not fail is another contender's with the rules: "
                    + "; ".join(f"{name} ({before} → {after})" for name, before, after in moved) + ".")
    untouched = [name for name in shipped.scenarios if not any(e.changed for e in effects if e.scenario == name)]
    if untouched:
        said.append(f"In {len(untouched)} of {len(shipped.scenarios)} scenarios the rules change nothing, to the last "
                    f"digit: {', '.join(untouched)}.")
    return said


def _winners_changed(bare: League, shipped: League) -> Iterable[tuple[str, str, str]]:
    common = [name for name in shipped.scenarios if name in bare.scenarios]
    pairs = [(name, _winner(bare, name), _winner(shipped, name)) for name in common]
    return [(name, before, after) for name, before, after in pairs if before != after]


def _winner(league: League, scenario: str) -> str:
    """Whoever has the lowest mean of those that do not fail; of equals the first by name."""
    fit = [s for s in league.standings if s.rank is not None and scenario not in s.failed]
    return min(fit, key=lambda s: (round(s.ratios[scenario], 9), s.contender)).contender if fit else "nobody"
