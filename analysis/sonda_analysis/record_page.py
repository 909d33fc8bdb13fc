"""Run folders laid side by side: their table, figures and page.

Runs that were made on a LAN did not meet the same arrivals, so that they are never tested against each
other; ./sonda compare does that with simulated ones.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Sequence

from . import page
from .contenders import Contender, short_labels
from .errors import AnalysisError
from .figures import (
    draw_one, fairness, heat_map, in_flight, probe_rtt, report_age, response_time, selection_share,
)
from .json_files import read_json
from .results import RunResult, read_info, read_run
from .shown import shown

FIGURES = (response_time, selection_share, heat_map, fairness, in_flight, report_age, probe_rtt)
HEADER = ("run", "contender", "of", "length (s)", "requests", "failures", "mean (ms)", "p50 (ms)", "p99 (ms)", "Jain",
          "chance")
_LAN = (
    "Of a LAN a request is a connection: its time is from the dispatch to its end, which for clients that keep "
    "connections open is not a response time.",
    "Runs of a LAN did not meet the same arrivals: differences between them are not tested.",
)


def read_folders(folders: Sequence[Path]) -> list[RunResult]:
    """The runs; several of one contender are numbered in the order given, as those of a LAN have no RngRun."""
    runs: list[RunResult] = []
    for folder in folders:
        number = _number(folder / "run.json")
        info = read_info(folder, number)
        run = read_run(folder, _contender(info), number)
        same = sum(1 for other in runs if other.contender == run.contender)
        runs.append(RunResult(**{**vars(run), "rng_run": same + 1}))
    return runs


def _number(path: Path) -> int:
    try:
        info = read_json(path)
    except OSError as error:
        raise AnalysisError(f"{path}: {error.strerror}: not the folder of a complete run") from None
    number = info.get("rng_run") if isinstance(info, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise AnalysisError(f"{path}: key 'rng_run' is {shown(repr(number))}; it must be a whole number")
    return number


def _contender(info: dict[str, Any]) -> Contender:
    name = info["formula"]["name"]
    return Contender(None if name == "none" else name, info["policy"])


def cells(run: RunResult) -> tuple[str, ...]:
    """One row under HEADER."""
    summary = run.summary
    return (
        run.folder.name, run.contender.name, str(run.info["fidelity"]), f"{summary['duration_s']:.0f}",
        f"{summary['requests']:.0f}", f"{summary['failures']:.0f}",
        *(_shown(summary[metric] * 1e3, "{:.4g}") for metric in ("mean_s", "p50_s", "p99_s")),
        *(_shown(summary[metric], "{:.3f}") for metric in ("jain_window", "jain_chance")),
    )


def _shown(value: float, form: str) -> str:
    return "none" if math.isnan(value) else form.format(value)


def format_table(runs: Sequence[RunResult]) -> str:
    """HEADER and one line per run, columns aligned."""
    lines = [HEADER, *map(cells, runs)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    return "\n".join(
        "  ".join(text.ljust(width) if i < 3 else text.rjust(width)
                  for i, (text, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines
    )


def write_all(runs: Sequence[RunResult], out: Path) -> None:
    """figures/ and report.html in `out`."""
    labels = short_labels(dict.fromkeys(run.contender for run in runs))
    drawn = [draw_one(module, module.table(runs, list(labels)), labels, out / "figures") for module in FIGURES]
    page.write_page(out / "report.html", "Recorded runs", [
        "<h1>Recorded runs</h1>",
        page.table(map(cells, runs), HEADER),
        page.lines(_LAN) if any(run.info["fidelity"] == "lan" for run in runs) else "",
        *(page.figure(figure, out) for figure in drawn),
        "<h2>What was run</h2>",
        page.contenders(runs),
        *(page.scenario(f"{run.folder.name}: run.json", run.info) for run in runs),
    ])
