"""Run folders laid side by side: their table, figures and page.

Runs that were made on a LAN did not meet the same arrivals, so that they are never tested against each
other; ./sonda compare does that with simulated ones.
"""

from __future__ import annotations

import base64
import html
import json
import math
import os
from pathlib import Path
from typing import Any, Sequence

from .contenders import Contender, short_labels
from .errors import AnalysisError
from .figures import heat_map, probe_rtt, response_time, selection_share
from .figures.style import save
from .results import RunResult, read_info, read_run

FIGURES = (response_time, selection_share, heat_map, probe_rtt)
HEADER = ("run", "contender", "of", "length (s)", "requests", "failures", "mean (ms)", "p50 (ms)", "p99 (ms)", "Jain",
          "chance")
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:74rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ccc}.wide{overflow-x:auto}
table{border-collapse:collapse}td,th{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
td:nth-child(-n+3),th:nth-child(-n+3){text-align:left}th{background:#f3f3f3}
img{max-width:100%;height:auto;border:1px solid #eee}figure{margin:0}figcaption{color:#444}
pre{background:#f6f6f6;padding:.7rem;overflow-x:auto;font-size:13px}
"""


def read_folders(folders: Sequence[Path]) -> list[RunResult]:
    """The runs; several of one contender are numbered in the order given, as those of a LAN have no RngRun."""
    runs: list[RunResult] = []
    for folder in folders:
        if not (folder / "run.json").is_file():
            raise AnalysisError(f"{folder}: there is no run.json: not the folder of a complete run")
        number = _number(folder)
        info = read_info(folder, number)
        run = read_run(folder, _contender(folder, info), number)
        same = sum(1 for other in runs if other.contender == run.contender)
        runs.append(_numbered(run, same + 1))
    return runs


def _number(folder: Path) -> int:
    try:
        number = json.loads((folder / "run.json").read_text(encoding="utf-8")).get("rng_run")
    except (ValueError, AttributeError) as error:
        raise AnalysisError(f"{folder / 'run.json'}: not a JSON object: {error}") from None
    if not isinstance(number, int):
        raise AnalysisError(f"{folder / 'run.json'}: key 'rng_run' is {number!r}; it must be a whole number")
    return number


def _contender(folder: Path, info: dict[str, Any]) -> Contender:
    name, policy = info["formula"].get("name"), info["policy"]
    if not isinstance(name, str) or not isinstance(policy, str):
        raise AnalysisError(f"{folder / 'run.json'}: keys 'formula.name' and 'policy' must be texts")
    return Contender(None if name == "none" else name, policy)


def _numbered(run: RunResult, number: int) -> RunResult:
    fields = {**vars(run), "rng_run": number}
    return type(run)(**fields)


def cells(run: RunResult) -> tuple[str, ...]:
    """One row under HEADER."""
    summary = run.summary
    return (
        run.folder.name, run.contender.name, str(run.info["fidelity"]), f"{summary['duration_s']:.0f}",
        f"{summary['requests']:.0f}", f"{summary['failures']:.0f}",
        *(_ms(summary[metric]) for metric in ("mean_s", "p50_s", "p99_s")),
        *(_index(summary[metric]) for metric in ("jain_window", "jain_chance")),
    )


def _ms(seconds: float) -> str:
    return "none" if math.isnan(seconds) else f"{seconds * 1e3:.4g}"


def _index(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.3f}"


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
    folder = out / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    labels = short_labels(dict.fromkeys(run.contender for run in runs))
    drawn = []
    for module in FIGURES:
        table = module.table(runs, list(labels))
        save(module.draw(table, labels), table, folder / module.NAME)
        drawn.append(_figure(folder / f"{module.NAME}.png", module.TITLE, module.HOW_TO_READ))
    body = [
        "<h1>Recorded runs</h1>", _table(runs),
        "<p>Of a LAN (fidelity lan) a request is a connection: its time is from the dispatch to its end, which for "
        "clients that keep connections open is not a response time. Runs of a LAN did not meet the same arrivals: "
        "differences between them are not tested.</p>",
        *drawn, *map(_provenance, runs),
    ]
    page = (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Recorded runs</title>'
            f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n")
    temporary = out / "report.html.new"
    temporary.write_text(page, encoding="utf-8")
    os.replace(temporary, out / "report.html")


def _table(runs: Sequence[RunResult]) -> str:
    lines = ["".join(f"<th>{html.escape(name)}</th>" for name in HEADER)]
    lines += ["".join(f"<td>{html.escape(cell)}</td>" for cell in cells(run)) for run in runs]
    return '<div class="wide"><table>' + "".join(f"<tr>{line}</tr>" for line in lines) + "</table></div>"


def _figure(path: Path, title: str, how_to_read: str) -> str:
    image = base64.b64encode(path.read_bytes()).decode("ascii")
    return (f'<h2>{html.escape(title)}</h2><figure><img alt="{html.escape(title)}" '
            f'src="data:image/png;base64,{image}"><figcaption>{html.escape(how_to_read)}</figcaption></figure>')


def _provenance(run: RunResult) -> str:
    text = html.escape(json.dumps(run.info, indent=2, ensure_ascii=False))
    return f"<details><summary>{html.escape(run.folder.name)}: run.json</summary><pre>{text}</pre></details>"
