"""Stands in for sonda-sim in tests: the same options, exit codes and files, made-up numbers.

Environment: FAKE_CRASH="seed/head:2 …" ends those runs with status 3; FAKE_BLOCK=FIFO makes a run
announce its process id in FIFO and then wait for ever; FAKE_CALLS=FILE gets one line per started
run; FAKE_REFUSE="weighted:other …" are policies that are refused in the scenario of that name;
FAKE_NS3 is the ns-3 version written to run.json; FAKE_AGENTS the number of agents;
FAKE_UNFINISHED="seed/head:2 …" are runs that leave 50 requests unfinished, unless the proxy is as shipped
with its panic: that saves them. Its slow start costs the formula seed a quarter and changes nothing for others.

Response times grow with workload.load as those of an M/M/1 queue, and climb to their mean over the first 6 s.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import random
import sys
from bisect import bisect_right
from pathlib import Path

FORMULAS = ("seed", "seed-highest", "repaired", "connections", "rtt")
POLICIES = ("head", "best", "sample", "random", "round-robin", "weighted", "fresh-least-work")
NUMBERS = ("duration_s", "warmup_s", "workload.load", "probe.interval_s")

# Mean response time in seconds; 'repaired' and 'connections' differ by less than runs vary.
MEANS = {"seed": 0.300, "seed-highest": 0.310, "repaired": 0.100, "connections": 0.0999, "none": 0.150}
BOUND = 0.080
TRANSIENT_S = 6
REQUESTS = 4000  # after the warm-up


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--scenario", "--outDir", "--policy"):
        parser.add_argument(option, required=True)
    parser.add_argument("--formula", default="none")
    parser.add_argument("--RngRun", type=int, required=True)
    parser.add_argument("--set", default="")
    parser.add_argument("--progress", default="true")
    return parser.parse_args()


def refuse(text: str) -> None:
    print(f"sonda-sim: {text}", file=sys.stderr)
    sys.exit(1)


def check(options: argparse.Namespace, scenario: dict) -> None:
    if options.policy.split(":")[0] not in POLICIES:
        refuse(f"--policy: unknown policy '{options.policy}'; allowed: {', '.join(POLICIES)}")
    if options.formula != "none" and ":" not in options.formula and options.formula not in FORMULAS:
        refuse(f"--formula: unknown formula '{options.formula}'; allowed: {', '.join(FORMULAS)}")
    if f"{options.policy}:{scenario['name']}" in os.environ.get("FAKE_REFUSE", "").split():
        refuse(f"{options.policy} has no meaning in {scenario['name']}")
    for item in filter(None, options.set.split(";")):
        key, _, value = item.partition("=")
        if key == "proxy" and value not in ("bare", "as-shipped"):
            refuse(f"proxy: expected \"bare\", \"as-shipped\" or an object, not \"{value}\"")
        if key not in (*NUMBERS, "fidelity", "proxy") and not key.startswith("proxy."):
            refuse(f"--set: unknown key '{key}'")
        scenario[key] = value if key in ("fidelity", "proxy") else float(value)
    if not 0 < scenario.get("workload.load", 0.5) < 1:
        refuse("--set: workload.load must be over 0 and below 1")
    if Path(options.outDir).exists():
        refuse(f"--outDir: {options.outDir} exists")


def write_csv(path: Path, header: str, rows: list[tuple]) -> None:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")


def windows(rng: random.Random, policy: str, agents: int, duration: float) -> list[tuple]:
    rows = []
    for number in range(int(duration // 5)):
        chosen = rng.choices(range(agents), k=500)
        if policy == "head":
            chosen = chosen[:1] * 500
        for agent in range(agents):
            capacity = 1.0 if agent < agents // 2 else 0.5
            name = f"fast[{agent}]" if agent < agents // 2 else f"slow[{agent - agents // 2}]"
            picks = chosen.count(agent)
            rows.append((number, 5 * number, 5 * number + 5, name, capacity, picks, picks, 0, 1,
                         "" if number == 0 else 0.5, 0.002, 1.5, picks / 50, picks // 10))
    return rows


def fairness(duration: float) -> list[tuple]:
    return [(number, 5 * number, 5 * number + 5, 500, 0.9, 0.99) for number in range(int(duration // 5))]


def series(rng: random.Random, mean: float, duration: float, warmup: float, unfinished: int) -> list[tuple]:
    """REQUESTS in eighths of a second after the warm-up; times climb to their mean until TRANSIENT_S."""
    rows = []
    bins = int(duration * 8)
    after = sum(1 for place in range(bins) if place / 8 >= warmup)
    for place in range(bins):
        start = place / 8
        level = mean * min(1.0, 0.2 + 0.8 * start / TRANSIENT_S)
        arrived = REQUESTS // after + (start >= warmup and bins - place <= REQUESTS % after)
        failed = min(unfinished, arrived) if start >= warmup else 0
        unfinished -= failed
        rows.append((start, start + 0.125, arrived - failed, failed, level * (1 + 0.05 * rng.gauss(0, 1))))
    return rows


def latency(rng: random.Random, mean: float, answered: int) -> list[tuple]:
    edges = [0.001 * 1.02**power for power in range(600)]
    counts = [0] * (len(edges) - 1)
    for _ in range(answered):
        bucket = bisect_right(edges, rng.expovariate(1 / mean)) - 1
        counts[min(max(bucket, 0), len(counts) - 1)] += 1
    return [(repr(low), repr(high), n) for low, high, n in zip(edges, edges[1:], counts) if n]


def write(folder: Path, options: argparse.Namespace, scenario: dict) -> None:
    rng = random.Random(options.RngRun)  # the same for all contenders: common random numbers
    name = options.formula if ":" not in options.formula else "text"
    usual = BOUND if options.policy == "fresh-least-work" else MEANS.get(options.formula, 0.2)
    mean = usual * (1 + 0.1 * rng.gauss(0, 1)) * 0.5 / (1 - scenario.get("workload.load", 0.5))
    mean *= 1 + 0.01 * random.Random(f"{options.RngRun} {options.formula}").gauss(0, 1)
    shipped = scenario.get("proxy") == "as-shipped"
    if shipped and options.formula == "seed":
        mean *= 1.25 if scenario.get("proxy.slow_start_s", 1) else 1
    agents = int(os.environ.get("FAKE_AGENTS", "4"))
    bare = options.formula == "none"
    contender = options.policy if bare else f"{options.formula}/{options.policy}"
    unfinished = 50 if f"{contender}:{options.RngRun}" in os.environ.get("FAKE_UNFINISHED", "").split() else 0
    if shipped and scenario.get("proxy.panic_below", 1):
        unfinished = 0
    info = {
        "schema": 1, "scenario_name": scenario["name"], "scenario": scenario,
        "formula": {"name": name, "text": options.formula, "sense": "min"}, "policy": options.policy,
        "contender": contender,
        "rng_seed": 1, "rng_run": options.RngRun, "fidelity": scenario.get("fidelity", "request"),
        "versions": {"sonda": "0.1.0", "ns3": os.environ.get("FAKE_NS3", "3.37"), "compiler": "g++"},
        "commit": "abc", "started": "2026-01-01T00:00:00Z", "wall_s": 0.1, "max_rss_bytes": 1e7,
        "simulator_events": 1000, "exit_state": "unfinished-requests" if unfinished else "complete", "host": "lab",
    }
    (folder / "run.json").write_text(json.dumps(info))
    rows = windows(rng, options.policy, agents, scenario["duration_s"])
    metrics = {
        "requests": REQUESTS, "failures": unfinished,
        "mean_s": mean, "p50_s": mean * 0.7, "p90_s": mean * 2.3, "p99_s": mean * 4.6,
        "p999_s": mean * 6.9, "jain_window": 0.9, "jain_chance": 0.99, "window_s": 5, "windows": 4,
        "picks": 500 * int(scenario["duration_s"] // 5),
        "retries": 0, "in_flight_max": 9, "report_age_mean_s": 3.28, "unfinished": unfinished,
        "probe_requests": 8, "probe_responses": len(rows), "refusals": 0,
        "duration_s": scenario["duration_s"], "warmup_s": scenario["warmup_s"], "simulator_events": 1000,
    }
    write_csv(folder / "summary.csv", "metric,value", list(metrics.items()))
    header = ("window,start_s,end_s,agent,capacity,picks,completions,failures,in_flight,score,probe_rtt_s,report_age_s,"
              "in_flight_mean,in_flight_max")
    write_csv(folder / "windows.csv", header, rows)
    write_csv(folder / "latency.csv", "low_s,high_s,count", latency(rng, mean, REQUESTS - unfinished))
    write_csv(folder / "fairness.csv", "window,start_s,end_s,picks,jain,chance", fairness(scenario["duration_s"]))
    write_csv(folder / "series.csv", "start_s,end_s,answered,failures,mean_s",
              series(rng, mean, scenario["duration_s"], scenario["warmup_s"], unfinished))
    write_csv(folder / "ages.csv", "low_s,high_s,count", [(1, 1.02, 100), (4, 4.08, 300)])
    rtt = [(row[2], row[3], 0.3, 0.298, 0.002 + 0.0001 * rng.random()) for row in rows]
    write_csv(folder / "rtt.csv", "time_s,agent,elapsed_s,hold_s,rtt_s", rtt)


def main() -> None:
    options = parse()
    scenario = json.loads(Path(options.scenario).read_text())
    check(options, scenario)
    if calls := os.environ.get("FAKE_CALLS"):
        with open(calls, "a") as log:
            log.write(f"{options.outDir}\n")
    contender = options.policy if options.formula == "none" else f"{options.formula}/{options.policy}"
    checking = "sonda-check-" in options.outDir
    if not checking and f"{contender}:{options.RngRun}" in os.environ.get("FAKE_CRASH", "").split():
        print("sonda-sim: made to crash", file=sys.stderr)
        sys.exit(3)
    folder = Path(f"{options.outDir}.part-{os.getpid()}")
    folder.mkdir()
    if (block := os.environ.get("FAKE_BLOCK")) and not checking:
        (folder / "run.json").write_text("{")
        with open(block, "w") as fifo:
            fifo.write(f"{os.getpid()}\n")
        signal.pause()
    write(folder, options, scenario)
    folder.rename(options.outDir)


if __name__ == "__main__":
    main()
