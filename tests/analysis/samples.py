"""Runs with numbers small enough to check by hand; no files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sonda_analysis.contenders import Contender, parse_contender
from sonda_analysis.results import RunResult


def make_run(name: str, rng_run: int = 1, mean_s: float = 0.1, *, picks: list[list[float]] | None = None,
             failures: int = 0, unfinished: int = 0, info: dict[str, Any] | None = None) -> RunResult:
    """Two windows of 5 s (the first is warm-up), agents `b` (capacity 1) and `a` (capacity 3)."""
    contender: Contender = parse_contender(name)
    picks = picks or [[1, 1], [1, 3]]
    rows = [
        (5.0 * window, 5.0 * window + 5, agent, capacity, picks[window][index], picks[window][index] / 10, 4.0)
        for window in range(2)
        for index, (agent, capacity) in enumerate((("b", 1.0), ("a", 3.0)))
    ]
    return RunResult(
        contender=contender,
        rng_run=rng_run,
        folder=Path(f"/runs/{contender.folder}/run-{rng_run}"),
        info={"scenario": {"about": "x < y"}, "fidelity": "request", "versions": {"ns3": "3.37"}, "commit": "abc",
              "formula": {"name": contender.formula or "none", "text": "t", "sense": "min"}, "policy": contender.policy,
              "rng_seed": 1, "rng_run": rng_run, **(info or {})},
        summary={"requests": 100.0, "failures": float(failures),
                 "unfinished": float(unfinished), "mean_s": mean_s, "p50_s": mean_s * 0.7,
                 "p99_s": mean_s * 4, "jain_window": 0.5, "jain_chance": 0.9, "in_flight_max": 4.0,
                 "report_age_mean_s": 2.5, "window_s": 5.0, "warmup_s": 5.0, "duration_s": 10.0},
        windows=pd.DataFrame(rows, columns=["start_s", "end_s", "agent", "capacity", "picks", "in_flight_mean",
                                            "in_flight_max"]),
        fairness=pd.DataFrame({"start_s": [0.0, 5.0], "end_s": [5.0, 10.0], "picks": [2.0, 4.0],
                               "jain": [0.8, 0.5 + rng_run / 10], "chance": [0.7, 0.9]}),
        ages=pd.DataFrame({"low_s": [1.0, 3.0], "high_s": [2.0, 4.0], "count": [1.0, 3.0]}),
        latency=pd.DataFrame({"low_s": [0.1, 0.2], "high_s": [0.2, 0.4], "count": [3.0, 1.0]}),
        rtt=pd.DataFrame({"agent": ["a", "a", "a", "b"], "rtt_s": [0.001, 0.002, 0.003, 0.009], "count": 1.0}),
    )
