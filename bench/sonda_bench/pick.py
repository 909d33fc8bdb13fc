"""`./sonda bench pick`: what the decision about a connection costs, for every policy and up to 10,000 agents."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from typing import Mapping

from .errors import BenchError
from .machine import describe_machine, today
from .measure import run_measured
from .numbers import Bar, Spread, spread
from .options import add_places, bin_folder, check_least, out_folder
from .tables import bars_table, shown, table, write_bars, write_rows

# POLICY → why it counts as sampling: a pick looks at so many agents as its parameter or its pool says, whatever
# the size of the fleet, and which ones is drawn at random.
SAMPLING: Mapping[str, str] = {
    "random": "draws one agent",
    "sample": "draws d agents and compares their scores",
    "prequal-pool": "compares the agents of its pool, which were drawn when they were probed",
    "prequal-linear": "the same",
}
AGENTS = (10, 100, 1_000, 10_000)
JUDGED_AGENTS, LIMIT_NS = 1_000, 500

Times = Mapping[tuple[str, int], Spread]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./sonda bench pick", allow_abbrev=False,
        description="Measures what one connection costs a policy: the pick, its dispatch and its end, on one core, and "
        "prints a table for docs/performance.md; the same as CSV in results/bench-pick. Takes about five minutes.")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N",
                        help="times that each is measured (default: %(default)s)")
    parser.add_argument("--min-time", type=float, default=0.1, metavar="S",
                        help="length of each at least, seconds (default: %(default)s)")
    parser.add_argument("--filter", default=".", metavar="REGEX", help="only what matches, such as ^sample:2/1000/")
    add_places(parser, "pick")
    return parser


def run(arguments: list[str]) -> int:
    """Measures and prints. BenchError for what cannot be done."""
    given = _parser().parse_args(arguments)
    check_least(given, repetitions=1)
    if not 0 < given.min_time <= 60:
        raise BenchError(f"--min-time: {given.min_time:g} is not allowed; it must be above 0 and at most 60")
    if given.parse_only:
        return 0
    machine = describe_machine()
    times = times_of(_measure(bin_folder(given) / "bench-pick", given))
    heading = (f"`{shlex.join(['./sonda', 'bench', 'pick', *arguments])}`, {today()}. Machine: {machine}. "
               f"Nanoseconds of a connection on one core: median (least – largest) of {given.repetitions}.")
    found = bars(times)
    text = "\n\n".join([heading, _table(times), bars_table(found)]) + "\n"
    out = out_folder(given, "pick")
    (out / "table.md").write_text(text, encoding="utf-8")
    _write_csv(times, out / "table.csv")
    write_bars(found, out / "bars.csv")
    print(text, end="")
    return 0


def _measure(binary: Path, given: argparse.Namespace) -> dict:
    if not binary.is_file():
        raise BenchError(f"{binary}: no such file; ./sonda bench pick builds what is in build/bin")
    said = run_measured([str(binary), "--benchmark_format=json", f"--benchmark_repetitions={given.repetitions}",
                         f"--benchmark_min_time={given.min_time:g}", f"--benchmark_filter={given.filter}"]).stdout
    return json.loads(said or '{"benchmarks": []}')  # nothing at all where the filter matches nothing


def times_of(said: dict) -> Times:
    """Of Google Benchmark's JSON: (policy with parameter, agents) → nanoseconds."""
    values: dict[tuple[str, int], list[float]] = {}
    order = {}
    for row in said["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        if row.get("error_occurred"):
            raise BenchError(f"bench-pick: {row['name']}: {row['error_message']}")
        policy, agents, _ = row["run_name"].rsplit("/", 2)
        order[policy, int(agents)] = (row["family_index"], row["per_family_instance_index"])
        values.setdefault((policy, int(agents)), []).append(row["real_time"])
    if not values:
        raise BenchError("--filter: nothing matches it; names look like sample:2/1000/manual_time")
    return {key: spread(values[key]) for key in sorted(values, key=order.__getitem__)}


def is_sampling(policy: str) -> bool:
    """Of a policy's text, such as sample:2."""
    return policy.partition(":")[0] in SAMPLING


def bars(times: Times) -> list[Bar]:
    """One for each policy that samples."""
    return [Bar(f"`{policy}`, {JUDGED_AGENTS:,} agents, ns", times.get((policy, JUDGED_AGENTS)), LIMIT_NS, False)
            for policy in dict.fromkeys(policy for policy, _ in times) if is_sampling(policy)]


def _table(times: Times) -> str:
    rows = [[f"`{policy}`" + (" (samples)" if is_sampling(policy) else ""),
             *(shown(times.get((policy, agents))) for agents in AGENTS)]
            for policy in dict.fromkeys(policy for policy, _ in times)]
    return table(["policy", *(f"{agents:,} agents" for agents in AGENTS)], rows)


def _write_csv(times: Times, path: Path) -> None:
    write_rows(path, ["policy", "agents", "samples", "median_ns", "least_ns", "largest_ns"], (
        [policy, agents, int(is_sampling(policy)), found.median, found.least, found.largest]
        for (policy, agents), found in times.items()))
