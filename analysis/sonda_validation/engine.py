"""Runs sonda-sim and computes expected values, `jobs` at a time, and keeps what is complete.

    OUT/runs/PROGRAM/SETUP/scenario.json     what was run: PROGRAM is a digest of sonda-sim's bytes
    OUT/runs/PROGRAM/SETUP/run-N/            one run, written by sonda-sim; large files that no line needs are removed

A complete run is not repeated. Everything is a process: expected values that are simulated take seconds too.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable

from sonda_analysis.errors import AnalysisError
from sonda_analysis.results import read_columns, read_info, read_summary

from .case import Expected, Figures, Setup

# What the validation adds to a run: in_flight_mean, from windows.csv, which is large.
IN_FLIGHT = "in-flight.csv"
_KEPT = ("run.json", "summary.csv", "latency.csv", IN_FLIGHT)
_WINDOW_COLUMNS = {"start_s": float, "end_s": float, "in_flight_mean": float}
# A run ends with the process that started it.
_PR_SET_PDEATHSIG = 1
_ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")


@dataclass(frozen=True)
class Failure:
    """A run without a result that counts, and why."""

    reason: str


class Engine:
    """Owns OUT and the processes. Not thread-safe; use it as a context manager."""

    def __init__(self, sim: Path, out: Path, jobs: int) -> None:
        if not sim.is_file():
            raise AnalysisError(f"{sim} does not exist; ./sonda build makes it")
        if shutil.which("setpriv") is None:
            raise AnalysisError("setpriv is missing; install the Debian package util-linux")
        self._sim = sim
        self._digest = _digest(sim)
        self._folder = out / "runs" / self._digest
        self._pool = ProcessPoolExecutor(jobs, initializer=_end_with_parent)
        self._results: dict[tuple[Setup, int], Figures | Failure] = {}

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # What they simulate may take minutes more, and nobody will read it.
            for process in list((self._pool._processes or {}).values()):
                process.kill()
        self._pool.shutdown(cancel_futures=True)

    def expect(self, compute: Callable[[], Expected]) -> "Future[Expected]":
        return self._pool.submit(compute)

    def run(self, wanted: Iterable[tuple[Setup, int]]) -> int:
        """Makes the runs (setup, RngRun) that are not there; returns how many. AnalysisError when sonda-sim changed."""
        missing = [key for key in dict.fromkeys(wanted) if key not in self._results]
        tasks: dict[tuple[Setup, int], Future[str | None]] = {}
        for setup, rng_run in missing:
            folder = self.folder(setup, rng_run)
            if _fault(folder, rng_run, setup.keep) is not None:
                self._prepare(setup, folder)
                tasks[setup, rng_run] = self._pool.submit(_simulate, self.command(setup, rng_run), folder, setup.keep)
        errors = {key: task.result() for key, task in tasks.items()}
        if _digest(self._sim) != self._digest:
            raise AnalysisError(f"{self._sim}: was built anew during the validation; start it again")
        for key in missing:
            self._results[key] = self._read(*key, errors.get(key))
        return len(tasks)

    def result(self, setup: Setup, rng_run: int) -> Figures | Failure:
        return self._results[setup, rng_run]

    def results(self) -> dict[tuple[Setup, int], Figures | Failure]:
        return dict(self._results)

    def folder(self, setup: Setup, rng_run: int) -> Path:
        return self._folder / setup.folder / f"run-{rng_run}"

    def command(self, setup: Setup, rng_run: int, out: Path | str | None = None) -> list[str]:
        """The argument list that makes the run; also what a user repeats by hand, with another `out`."""
        file = self._folder / setup.folder / "scenario.json"
        return [str(self._sim), f"--scenario={file}", *setup.contender.arguments(), f"--RngRun={rng_run}",
                f"--outDir={out or self.folder(setup, rng_run)}"]

    def _prepare(self, setup: Setup, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = folder.parent / "scenario.json"
        if not file.is_file() or file.read_text() != setup.text:
            file.write_text(setup.text)

    def _read(self, setup: Setup, rng_run: int, error: str | None) -> Figures | Failure:
        folder = self.folder(setup, rng_run)
        fault = error or _fault(folder, rng_run, setup.keep)
        if fault is not None:
            return Failure(fault)
        summary = read_summary(folder / "summary.csv")
        for count in ("failures", "unfinished"):
            if summary[count]:
                return Failure(f"{summary[count]:g} of {summary['requests']:g} requests: {count}")
        extra = read_columns(folder / IN_FLIGHT, {"metric": str, "value": float})
        return Figures({**summary, **dict(zip(extra["metric"], extra["value"]))}, folder)


def _end_with_parent() -> None:
    """In a process of the pool: it would wait for work for ever, and keep the lock of OUT that it inherited."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def shown(command: Iterable[str]) -> str:
    """A command as a user types it, with paths relative to where they are if that is shorter."""
    here = f"{os.getcwd()}/"
    program, *arguments = (part.replace(here, "") for part in command)
    return shlex.join([program if "/" in program else f"./{program}", *arguments])


def _simulate(command: list[str], folder: Path, keep: tuple[str, ...]) -> str | None:
    """In a process of the pool: one run. Returns what went wrong."""
    ended = subprocess.run([*_ENDS_WITH_PARENT, *command, "--progress=false"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines()
        how = f"by signal {-ended.returncode}" if ended.returncode < 0 else f"with status {ended.returncode}"
        return lines[-1] if lines else f"sonda-sim ended {how}"
    # The scenario's text is not at hand here; where the warm-up ends is in the summary.
    warmup = read_summary(folder / "summary.csv")["warmup_s"]
    (folder / IN_FLIGHT).write_text(f"metric,value\nin_flight_mean,{_in_flight(folder, warmup)!r}\n")
    for file in folder.iterdir():
        if file.name not in _KEPT and file.name not in keep:
            file.unlink()
    return None


def _in_flight(folder: Path, warmup: float) -> float:
    """Mean over time of what the proxies count as in flight, all agents together, after the warm-up."""
    windows = read_columns(folder / "windows.csv", _WINDOW_COLUMNS)
    windows = windows[windows["start_s"] >= warmup - 1e-6]
    length = windows["end_s"] - windows["start_s"]
    return float((windows["in_flight_mean"] * length).sum() / (windows["end_s"].max() - windows["start_s"].min()))


def _fault(folder: Path, rng_run: int, keep: Iterable[str]) -> str | None:
    try:
        read_info(folder, rng_run)
    except AnalysisError as error:
        return str(error)
    missing = [name for name in (*_KEPT, *keep) if not (folder / name).is_file()]
    return f"{folder / missing[0]}: the file is missing" if missing else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
