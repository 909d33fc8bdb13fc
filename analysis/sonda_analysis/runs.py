"""Where runs are kept, and why runs of other parameters are never mixed in.

    results/NAME/runs/DIGEST/                one set of parameters
        parameters.json                      what DIGEST is the digest of
        scenario.json, sonda-sim             the very bytes that are run, with the data files that the scenario names
        CONTENDER/run-N/                     one run, written by sonda-sim
        logs/                                standard error of each run
    results/NAME/logs/                       of the last time that runs were made: GNU parallel's job log

DIGEST covers the bytes of the scenario and of the data files that it names, the --set overrides and the
bytes of sonda-sim: an edited scenario, another override or another build is another folder. All are copied
before the first run and run from the copy, so that editing or building during a comparison (or
before an interrupted one continues) changes nothing. One process at a time may hold a results
folder (RunLock).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

from .contenders import Contender
from .data_files import data_files
from .errors import AnalysisError

RESULT_FILES = ("run.json", "summary.csv", "windows.csv", "fairness.csv", "latency.csv", "series.csv", "ages.csv")


@dataclass(frozen=True)
class Run:
    """One contender with one RngRun, and the folder of its results (which may not exist yet).

    What RunStore.runs() makes has its store, and only that can be run.
    """

    contender: Contender
    rng_run: int
    folder: Path
    store: RunStore | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.contender.name}, RngRun {self.rng_run}"

    @property
    def log(self) -> Path:
        """Where the standard error of the run goes."""
        return self.store.logs / f"{self.contender.folder}-run-{self.rng_run}.stderr"

    @property
    def label(self) -> str:
        """The folder's place in its store: CONTENDER/run-N."""
        return f"{self.contender.folder}/{self.folder.name}"

    def command(self) -> list[str]:
        """The argument list that makes this run here; also what a user repeats by hand."""
        store = self.store
        return [str(store.sim), f"--scenario={store.scenario_file}", f"--outDir={self.folder}", *self.arguments()]

    def arguments(self) -> list[str]:
        """What sonda-sim is given wherever it runs: all but the paths."""
        sets = [f"--set={';'.join(self.store.sets)}"] if self.store.sets else []
        return [*self.contender.arguments(), f"--RngRun={self.rng_run}", *sets]


@dataclass(frozen=True)
class Plan:
    """What is there, what is missing, and the damaged folders that were removed to be run again."""

    reused: tuple[Run, ...]
    missing: tuple[Run, ...]
    damaged: tuple[str, ...]


class RunLock:
    """Held while a comparison writes to a results folder; the kernel frees it however it ends."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._file = open(out / ".lock", "a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise AnalysisError(
                f"{out}: another comparison (process {owner}) is writing there; wait for it or use --out"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class RunStore:
    """The folder of one set of parameters. Construct it with the RunLock of `out` held."""

    def __init__(self, out: Path, scenario_file: Path, sets: Iterable[str], sim: Path) -> None:
        self.out = out
        self.sets = tuple(sets)
        self.sources = (scenario_file, sim)
        self._parameters = {
            "schema": 1,
            "scenario_sha256": _file_digest(scenario_file),
            "sets": list(self.sets),
            "sonda_sim_sha256": _file_digest(sim),
        }
        data = {name: scenario_file.parent / name for name in data_files(scenario_file, self.sets)}
        # A file that is not there is sonda-sim's to refuse, by the key that names it.
        self._data = {name: _file_digest(path) for name, path in data.items() if path.is_file()}
        if self._data:
            self._parameters["data_sha256"] = self._data
        self.digest = hashlib.sha256(json.dumps(self._parameters, sort_keys=True).encode()).hexdigest()[:12]
        self.sim_digest = self._parameters["sonda_sim_sha256"][:12]
        self.folder = out / "runs" / self.digest
        self.scenario_file = self.folder / "scenario.json"
        self.sim = self.folder / "sonda-sim"
        self.logs = self.folder / "logs"

    def create(self) -> None:
        """Makes the folder and copies scenario and program into it; restores copies that were changed."""
        self.logs.mkdir(parents=True, exist_ok=True)
        scenario_file, sim = self.sources
        _copy(scenario_file, self.scenario_file, self._parameters["scenario_sha256"])
        _copy(sim, self.sim, self._parameters["sonda_sim_sha256"])
        for name, digest in self._data.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            _copy(scenario_file.parent / name, self.folder / name, digest)
        (self.folder / "parameters.json").write_text(json.dumps(self._parameters, indent=2) + "\n")

    def inputs(self) -> list[Path]:
        """The copies that a run reads: scenario and data files."""
        return [self.scenario_file, *(self.folder / name for name in self._data)]

    def others(self) -> int:
        """Number of sets of other parameters that are kept beside this one."""
        return sum(1 for p in self.folder.parent.glob("*") if p.is_dir() and p != self.folder)

    def runs(self, contenders: Iterable[Contender], count: int, first: int = 1) -> list[Run]:
        """`count` runs of each, RngRun by RngRun from `first` so that an interrupted comparison is balanced."""
        ordered = list(contenders)
        return [
            Run(contender, number, self.folder / contender.folder / f"run-{number}", self)
            for number in range(first, first + count)
            for contender in ordered
        ]

    def plan(self, runs: Iterable[Run]) -> Plan:
        """Sorts runs into existing and missing; removes the damaged."""
        reused, missing, damaged = [], [], []
        for run in runs:
            fault = find_fault(run) if run.folder.exists() else None
            if fault is not None:
                shutil.rmtree(run.folder)
                damaged.append(f"{run.name}: {fault}")
            (reused if run.folder.exists() else missing).append(run)
        return Plan(tuple(reused), tuple(missing), tuple(damaged))


def find_fault(run: Run, folder: Path | None = None) -> str | None:
    """Why the folder of `run` (or another that is to become it) is no complete result; None when it is one."""
    # Imported late: it brings pandas, without which --parse-only must do.
    from .csv_tables import find_damage
    from .results import read_info, read_summary

    folder = folder or run.folder
    try:
        read_info(folder, run.rng_run)
        read_summary(folder / "summary.csv")
    except AnalysisError as error:
        return str(error)
    tables = [name for name in RESULT_FILES if name.endswith(".csv")]
    tables.append("rtt-histogram.csv" if (folder / "rtt-histogram.csv").is_file() else "rtt.csv")
    return next((fault for name in tables if (fault := find_damage(folder / name)) is not None), None)


def remove_remains(runs: Iterable[Run]) -> None:
    """Removes the half folders and logs of earlier tries of these runs. None of them may be running."""
    names: dict[Path, set[str]] = {}
    for run in runs:
        run.log.unlink(missing_ok=True)
        names.setdefault(run.folder.parent, set()).add(run.folder.name)
    for parent, wanted in names.items():
        for remains in parent.glob("run-*.part-*"):
            if remains.name.partition(".part-")[0] in wanted:
                shutil.rmtree(remains, ignore_errors=True)


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise AnalysisError(f"{path}: cannot be read: {error.strerror}; ./sonda build makes the program") from None


def _copy(source: Path, target: Path, digest: str) -> None:
    if target.is_file() and _file_digest(target) == digest:
        return
    temporary = target.with_name(f"{target.name}.new")
    shutil.copy(source, temporary)
    if _file_digest(temporary) != digest:
        raise AnalysisError(f"{source}: changed while it was being copied; try again")
    os.replace(temporary, target)
