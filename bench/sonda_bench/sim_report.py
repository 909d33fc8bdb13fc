"""Tables and CSV of `./sonda bench sim`; the text goes into docs/performance.md as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, Sequence

from .numbers import number
from .sim_cases import Case
from .sim_numbers import Pair, Rounds, bars, ratio_of, spread_of
from .tables import bars_table, shown, table, write_bars, write_rows

_QUIET = 0.95


def text_of(rounds: Rounds, cases: Sequence[Case], heading: str) -> str:
    """Everything that is printed at the end, as Markdown."""
    parts = [heading, _busy(rounds), _fidelities(rounds, cases), _peers(rounds, cases), bars_table(bars(rounds))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _busy(rounds: Rounds) -> str:
    samples = [sample for pairs in rounds.values() for pair in pairs for sample in (pair.short, pair.long)]
    share = sum(sample.cost.cpu_s for sample in samples) / sum(sample.cost.wall_s for sample in samples)
    verdict = "" if share >= _QUIET else ": **the machine was busy, numbers of wall time are too low**"
    return f"The programs had a core for {100 * share:.0f} % of the time{verdict}."


def _fidelities(rounds: Rounds, cases: Sequence[Case]) -> str:
    rows = []
    for case in cases:
        if not case.fidelity:
            continue
        rate = spread_of(rounds, case.name, lambda pair: pair.requests_per_s)
        whole = spread_of(rounds, case.name, lambda pair: pair.whole_requests_per_s)
        events = spread_of(rounds, case.name, lambda pair: pair.events_per_s)
        each = spread_of(rounds, case.name, lambda pair: pair.events_per_request)
        empty = spread_of(rounds, case.name, lambda pair: pair.of_empty)
        memory = spread_of(rounds, case.name, lambda pair: pair.memory_mb)
        rows.append([f"`{case.fidelity}`{' (queues only)' if 'queues' in case.name else ''}", f"{case.agents:,}",
                     shown(rate), shown(whole), number(each.median) if each else "–", shown(events),
                     f"{100 * empty.median:.0f} %" if empty else "–", f"{memory.median:.0f} MB" if memory else "–"])
    return table(["fidelity", "agents", "requests/s", "with building", "events a request", "events/s",
                  "of an empty loop", "memory"], rows)


def _peers(rounds: Rounds, cases: Sequence[Case]) -> str:
    rows = []
    for own, peer in zip(cases, cases[1:]):
        if peer.fidelity:
            continue
        rates = [spread_of(rounds, case.name, lambda pair: pair.requests_per_s) for case in (own, peer)]
        means = [rounds[case.name][0].long.mean_s for case in (own, peer)]
        rows.append([f"`{own.name.partition(',')[0]}`", peer.name.partition(",")[0], f"{own.agents:,}",
                     *map(shown, rates), shown(ratio_of(rounds, own.name, peer.name)),
                     f"{1000 * means[0]:.1f} / {1000 * means[1]:.1f} ms"])
    return table(["Sonda", "peer", "agents", "Sonda, requests/s", "peer, requests/s", "times the peer",
                  "mean response time, both"], rows) if rows else ""


def write_csv(rounds: Rounds, cases: Sequence[Case], folder: Path) -> None:
    """runs.csv: every run; table.csv: every case; bars.csv."""
    write_rows(folder / "runs.csv", ["round", "case", "size", "requests", "events", "mean_s", "wall_s", "cpu_s",
                                     "max_rss_bytes", "empty_pending", "empty_events", "empty_wall_s", "empty_cpu_s"],
               (row for case in cases for turn, pair in enumerate(rounds[case.name], 1)
                for row in _pair_rows(turn, case, pair)))
    write_rows(folder / "table.csv", ["case", "fidelity", "agents", "metric", "median", "least", "largest"], (
        [case.name, case.fidelity, case.agents, metric, found.median, found.least, found.largest]
        for case in cases for metric, value in _METRICS.items()
        if (found := spread_of(rounds, case.name, value)) is not None))
    write_bars(bars(rounds), folder / "bars.csv")


def _pair_rows(turn: int, case: Case, pair: Pair) -> Iterator[list[object]]:
    """The short and the long run of a round."""
    empty = pair.empty
    loop = [empty.pending, empty.events, empty.cost.wall_s, empty.cost.cpu_s] if empty else [""] * 4
    for size, sample in (("short", pair.short), ("long", pair.long)):
        cost = sample.cost
        yield [turn, case.name, size, sample.requests, sample.events, sample.mean_s, f"{cost.wall_s:.6f}",
               f"{cost.cpu_s:.6f}", cost.max_rss, *loop]


_METRICS = {
    "requests_per_s": lambda pair: pair.requests_per_s,
    "whole_requests_per_s": lambda pair: pair.whole_requests_per_s,
    "events_per_s": lambda pair: pair.events_per_s,
    "events_per_request": lambda pair: pair.events_per_request,
    "events_of_empty_loop": lambda pair: pair.of_empty,
    "memory_mb": lambda pair: pair.memory_mb,
}
