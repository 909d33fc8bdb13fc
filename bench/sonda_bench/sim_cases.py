"""What `./sonda bench sim` measures: Sonda's fidelities and their peers, each with a shorter and a longer run.

The difference of the two is what requests cost; building hosts and starting programs is in both.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Sequence

from .errors import BenchError
from .measure import Cost, run_measured

SIZES = ("short", "long")
LOAD, SERVICE_S, CLIENT_START_S = 0.7, 0.05, 0.6  # as in bench/sim/scenario.json

# event and request: the longer run goes on for this many seconds, divided by the number of agents; so it has
# 700,000 requests more, and with 10,000 agents one probe interval (5 s), with fewer a multiple.
_MORE_S = 50_000
_SHORT_S = 1.0
# packet and its peer, requests: about 1/14 and 4/14 s of 1,000 agents. Longer runs would make the peer slower
# still, since connections in TIME_WAIT stay in a list that ns-3 searches for every packet.
_PACKET_REQUESTS = (1_000, 4_000)
_SIMPY_REQUESTS = (20_000, 220_000)
_EMPTY_EVENTS = 2_000_000
LARGEST_PACKET = 1_000
LARGEST_SIMPY = 100


@dataclass(frozen=True)
class Programs:
    """Where things are."""

    root: Path
    bin: Path
    python: str

    @property
    def sim(self) -> Path:
        return self.bin / "sonda-sim"


@dataclass(frozen=True)
class Sample:
    """One run: what it did (events is 0 where a program does not count them) and what it cost.

    `build` names the program's version, where it tells it.
    """

    requests: int
    events: int
    mean_s: float
    cost: Cost
    build: str = ""


class Case(Protocol):
    """Something that is measured. `name` is unique; `fidelity` is empty for peers."""

    name: str
    fidelity: str
    agents: int

    def run(self, size: str) -> Sample:
        """One run of a size; BenchError when it fails."""


@dataclass(frozen=True)
class SondaCase:
    """sonda-sim, default contender; `queues_only` is the model that SimPy has: no path delays, one queue a server."""

    programs: Programs
    fidelity: str
    agents: int
    scale: float
    queues_only: bool = False

    @property
    def name(self) -> str:
        return f"{self.fidelity}{' (queues only)' if self.queues_only else ''}, {self.agents} agents"

    def durations(self) -> tuple[float, float]:
        """Simulated seconds of the shorter and the longer run."""
        if self.fidelity == "packet":
            rate = LOAD * self.agents / SERVICE_S
            less, more = (CLIENT_START_S + requests * self.scale / rate for requests in _PACKET_REQUESTS)
            return less, more
        return _SHORT_S, _SHORT_S + _MORE_S * self.scale / self.agents

    def run(self, size: str) -> Sample:
        duration = self.durations()[SIZES.index(size)]
        sets = [f"agents[0].count={self.agents}", f"duration_s={duration:.9g}", f"fidelity={self.fidelity}"]
        if self.queues_only:
            sets += ["clients.delay_ms=0", "agents[0].delay_ms=0", "agents[0].discipline=fcfs"]
        with tempfile.TemporaryDirectory(prefix="sonda-bench-") as folder:
            out = Path(folder) / "run"
            scenario = self.programs.root / "bench" / "sim" / "scenario.json"
            cost = run_measured([str(self.programs.sim), f"--scenario={scenario}", f"--outDir={out}",
                                 "--formula=connections", "--policy=sample:2", f"--set={';'.join(sets)}",
                                 "--progress=false"])
            with open(out / "summary.csv", newline="") as file:
                summary = {row["metric"]: float(row["value"]) for row in csv.DictReader(file)}
            info = json.loads((out / "run.json").read_text())
        if summary["failures"]:
            raise BenchError(f"{self.name}: {summary['failures']:.0f} of {summary['requests']:.0f} requests failed")
        versions = info["versions"]
        build = f"commit {info['commit']}, ns-3 {versions['ns3']}, {versions['compiler']}"
        return Sample(int(summary["requests"]), int(info["simulator_events"]), summary["mean_s"], cost, build)

    def pending(self, sample: Sample) -> int:
        """About how many events wait at any time: one for each agent and each request in the system (Little's law)."""
        return round(self.agents * (1 + LOAD / SERVICE_S * sample.mean_s))


@dataclass(frozen=True)
class PeerCase:
    """Another program with the same workload: 'SimPy' or 'plain ns-3'."""

    kind: str
    command: tuple[str, ...]
    agents: int
    requests: tuple[int, int]
    fidelity: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.agents} agents"

    def run(self, size: str) -> Sample:
        requests = self.requests[SIZES.index(size)]
        cost = run_measured([*self.command, f"--agents={self.agents}", f"--requests={requests}"])
        result = json.loads(cost.stdout)
        if result.get("answered", requests) != requests:
            raise BenchError(f"{self.name}: only {result['answered']} of {requests} requests were answered")
        return Sample(requests, result.get("events", 0), result["mean_s"], cost)


@dataclass(frozen=True)
class EmptyLoop:
    """How many events that do nothing ns-3 executed, and in how many seconds."""

    pending: int
    events: int
    cost: Cost


def run_empty_loop(programs: Programs, pending: int, scale: float) -> EmptyLoop:
    """The loop with `pending` events waiting at any time."""
    events = max(round(_EMPTY_EVENTS * scale), pending)
    cost = run_measured([str(programs.bin / "bench-empty-events"), f"--pending={pending}", f"--events={events}"])
    result = json.loads(cost.stdout)
    return EmptyLoop(pending, result["events"], Cost(result["wall_s"], result["cpu_s"], cost.max_rss))


def accepted_fidelities(programs: Programs) -> tuple[str, ...]:
    """The fidelities that this sonda-sim knows, from what it says to one that it does not."""
    scenario = programs.root / "bench" / "sim" / "scenario.json"
    command = [str(programs.sim), f"--scenario={scenario}", "--set=fidelity=?", "--outDir=/nowhere/at/all"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BenchError(f"{programs.sim}: {error.strerror}; ./sonda build makes it") from None
    allowed = re.search(r"fidelity: expected one of (.*), not", ended.stderr)
    if allowed is None:
        raise BenchError(f"{programs.sim} does not tell its fidelities: {ended.stderr.strip()!r}")
    return tuple(re.findall(r'"([^"]+)"', allowed[1]))


def make_cases(programs: Programs, fidelities: Sequence[str], agents: Sequence[int], scale: float) -> list[Case]:
    """In the order in which a round measures them: what is compared stands side by side."""
    cases: list[Case] = []
    for fidelity in fidelities:
        counts = [count for count in agents if fidelity != "packet" or count <= LARGEST_PACKET]
        cases += [SondaCase(programs, fidelity, count, scale) for count in counts]
        if fidelity == "packet" and counts:
            plain = (str(programs.bin / "bench-plain-star"),)
            cases.append(PeerCase("plain ns-3", plain, max(counts), _scaled(_PACKET_REQUESTS, scale)))
        if fidelity == "event" and (counts := [count for count in agents if count <= LARGEST_SIMPY]):
            model = (programs.python, str(programs.root / "bench" / "sim" / "simpy_model.py"))
            cases += [SondaCase(programs, fidelity, max(counts), scale, queues_only=True),
                      PeerCase("SimPy", model, max(counts), _scaled(_SIMPY_REQUESTS, scale))]
    return cases


def _scaled(requests: tuple[int, int], scale: float) -> tuple[int, int]:
    less, more = (max(1, round(count * scale)) for count in requests)
    return less, max(more, less + 1)
