"""Lines that are not simulations of their own: Little's law in every run, and two test programs."""

from __future__ import annotations

import math
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Iterable, Mapping

import numpy as np
from sonda_analysis.results import read_columns

from .case import Figures, Setup
from .checks.registry import FORMULAS, LITTLE, SPECIAL, TABLE
from .theory.service import moments
from .verdict import FAILED, NOT_RUN, OK, OUT, Row

# Test program and test cases behind a line.
_PROGRAMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    FORMULAS: ("model-scoring", ("more of what a formula declares good never ranks worse, *",
                                 "a formula declares every variable that it uses, *")),
    TABLE: ("model-table", ("N agents in, N agents out, whatever their scores",
                            "whatever happens, the table agrees with *")),
}
# How many standard deviations the two ends of a run may make the law seem wrong by: there are thousands of runs, and
# what is left at an end has a longer tail than a normal variable (the worst of 660 runs was at 3.5).
_DEVIATIONS = 6.0
# Standard deviation of the time that is left to the requests in an M/M/1, relative to its mean, is at most this for
# loads from 0.3 on; every other discipline of this table varies less with exponential service.
_VARIATION = 3.0
# Where it comes from: about N requests with V / 2 left each, V being the time in system and N in proportion to it, have
# left a time that varies as V² does, by sqrt(E[V⁴]) / E[V²] = sqrt(6) for the exponential V of an M/M/1. The factor makes
# 3 of that; with heavy tails V² varies more, and so does what is left.
_VARIATION_OF_SQUARE = _VARIATION / math.sqrt(6)


def little(results: Mapping[tuple[Setup, int], Figures]) -> Row | None:
    """L = Λ T in every run: the proxy's own count of what is in flight against the response times; the worst run."""
    judged = {key: _little(key[0], figures) for key, figures in results.items()}
    if not judged:
        return None

    def severity(key: tuple[Setup, int]) -> float:
        deviation, tolerance = judged[key]
        return math.inf if math.isnan(deviation) else abs(deviation) / tolerance

    setup, rng_run = max(judged, key=severity)
    deviation, tolerance = judged[setup, rng_run]
    verdict = OK if abs(deviation) <= tolerance else OUT
    return Row(LITTLE, f"all {len(results)} runs; the worst: {setup.name}", "L / ΛT - 1", 0.0, deviation, deviation,
               tolerance, verdict, "definition", len(results), f"the run is {results[setup, rng_run].folder}", unit="%",
               factor=100)


def _little(setup: Setup, figures: Figures) -> tuple[float, float]:
    """(relative deviation, what the ends of the run may cause).

    The requests present at the warm-up's end are in L but not in the mean response time, those present at the run's
    end are cut off in L. Both make up Λ E[T²] / 2 seconds on average, so that only their difference shows: it has
    standard deviation sqrt(2) times that of one. That has three parts: requests that do not meet each other leave
    sqrt(Λ E[T³] / 3) by Campbell's theorem; those that wait in the same queue vary together; and all queues do, when
    policies keep them equal: the number in the system then varies as that of one pool, by ρ / (1 - ρ) (M/M/n in heavy
    traffic), and with it the times, so that what is left varies twice as much relative to its mean. A rare peak of one
    queue that stands at an end has no deviation that one run can tell: it leaves at most the longest response time to
    each of its requests.
    """
    scenario = setup.scenario
    length = figures["duration_s"] - figures["warmup_s"]
    rate = figures["requests"] / length
    service_ms, squared_cv = moments(scenario["workload"]["service_ms"])
    second, third, fourth, longest = _moments(figures)
    # A request is in flight from the pick, three delays of the client after its start, until one before its end; a TCP
    # connection until the client has closed it, which is one delay after its end.
    outside = 2e-3 if scenario["fidelity"] == "packet" else 4e-3
    present = rate * (figures["mean_s"] - outside * scenario["clients"]["delay_ms"])
    variation = max(_VARIATION, _VARIATION_OF_SQUARE * math.sqrt(fourth) / second)
    servers = sum(group["count"] for group in scenario["agents"])
    left = rate * second / 2
    load = scenario["workload"]["load"]
    pool = 2 * load / (1 - load) / present
    spread = math.hypot(math.sqrt(rate * third / 3), left * variation / math.sqrt(servers), left * pool)
    peak = figures["in_flight_max"] * longest
    tolerance = max(_DEVIATIONS * math.sqrt(2) * spread, peak) / (present * length)
    if setup.contender.policy != "central-queue":
        return figures["in_flight_mean"] / present - 1, tolerance
    # What the central queue holds back is not in flight: here the law is that of the servers, whose requests' times are
    # known only on average.
    served = rate * service_ms * 1e-3
    return figures["in_flight_mean"] / served - 1, tolerance + _DEVIATIONS * math.sqrt(squared_cv / figures["requests"])


def _moments(figures: Figures) -> tuple[float, float, float, float]:
    """E[T²] in s², E[T³] in s³, E[T⁴] in s⁴ and the longest T in s, from the histogram of response times."""
    table = read_columns(figures.folder / "latency.csv", {"low_s": float, "high_s": float, "count": float})
    middle = (table["low_s"] + table["high_s"]) / 2
    second, third, fourth = (float(np.average(middle**power, weights=table["count"])) for power in (2, 3, 4))
    return second, third, fourth, float(table["high_s"].max())


def test_programs(ids: Iterable[str], folder: Path) -> list[Row]:
    """Runs the test programs of the lines that were asked for; `folder` is where sonda-sim is."""
    return [_run(name, folder) for name in ids if name in _PROGRAMS]


def _run(name: str, folder: Path) -> Row:
    program, tests = _PROGRAMS[name]
    path = folder / program
    setting = f"{SPECIAL[name]} ({program})"
    if not path.is_file():
        remark = f"{path} does not exist; ./sonda build makes it"
        return Row(name, setting, "failed checks", 0, math.nan, math.nan, 0, NOT_RUN, "definition", 0, remark)
    passed = failed = 0
    for test in tests:
        # Commas separate alternatives for Catch2 unless escaped.
        command = [str(path), test.replace(",", "\\,"), "--reporter", "xml"]
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300, check=False)
        counts = _counts(ended.stdout)
        if counts is None or counts[0] + counts[1] == 0:
            remark = f"{program} has no test '{test}', or ended early (status {ended.returncode})"
            return Row(name, setting, "failed checks", 0, math.nan, math.nan, 0, FAILED, "definition", 0, remark)
        passed, failed = passed + counts[0], failed + counts[1]
    remark = f"run {path} to see what failed" if failed else ""
    verdict = OUT if failed else OK
    return Row(name, f"{setting}: {passed + failed} checks", "failed checks", 0, failed, failed, 0, verdict,
               "definition", 1, remark)


def _counts(xml: str) -> tuple[int, int] | None:
    """(passed, failed) assertions of Catch2's XML report, version 2 or 3."""
    try:
        report = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        return None
    results = report.findall("OverallResults") or report.findall("*/OverallResults")
    if not results:
        return None
    return int(results[-1].get("successes", 0)), int(results[-1].get("failures", 0))
