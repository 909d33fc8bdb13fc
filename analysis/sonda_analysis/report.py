"""report.html: one file that opens from disk without a network, pictures included."""

from __future__ import annotations

import base64
import html
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Sequence

from .comparison import Comparison
from .engine import Failure
from .figures import DrawnFigure
from .results import RunResult
from .statistics import Difference, Interval
from .table import HEADER, cells, format_ms, sentences

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:74rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;margin:.8rem 0}td,th{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
td:first-child,th:first-child,td.text{text-align:left}td:last-child,td.text{white-space:normal}td:first-child{font-family:ui-monospace,monospace}
th{background:#f3f3f3}tr.best td{background:#e6f2ea;font-weight:600}
pre,code{font-family:ui-monospace,monospace;font-size:13px}pre{background:#f6f6f6;padding:.7rem;overflow-x:auto}
img{max-width:100%;height:auto;border:1px solid #eee}.warning{background:#fff3d6;padding:.4rem .7rem}
figure{margin:0}figcaption{color:#444}
"""


@dataclass(frozen=True)
class Facts:
    """What the report says beside the numbers; `command` is what repeats the comparison."""

    scenario_name: str
    scenario_text: str
    command: str
    sets: tuple[str, ...]
    digest: str
    warnings: tuple[str, ...]
    failures: tuple[Failure, ...]


def write_report(path: Path, facts: Facts, comparison: Comparison, runs: Sequence[RunResult],
                 figures: Sequence[DrawnFigure]) -> None:
    """Writes the page, complete or not at all."""
    title = f"Comparison: {facts.scenario_name}"
    about = runs[0].info["scenario"].get("about", "")
    body = [
        f"<h1>{_text(title)}</h1><p>{_text(about)}</p>",
        *(f'<p class="warning">{_text(warning)}</p>' for warning in facts.warnings),
        _failed(facts.failures),
        _results(comparison),
        "<h2>Differences from the best</h2>", _differences(comparison),
        *(_figure(figure, path.parent) for figure in figures),
        _what_was_run(facts, runs), _provenance(facts, runs),
    ]
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(part for part in body if part) + "\n</body></html>\n"
    )
    temporary = Path(f"{path}.new")
    temporary.write_text(page, encoding="utf-8")
    os.replace(temporary, path)


def _text(value: object) -> str:
    return html.escape(str(value))


def _rows(rows: Iterable[Sequence[object]], header: Sequence[str], classes: Sequence[str] = ()) -> str:
    marks = list(classes)
    lines = ["<tr>" + "".join(f"<th>{_text(name)}</th>" for name in header) + "</tr>"]
    for index, row in enumerate(rows):
        mark = f' class="{marks[index]}"' if index < len(marks) and marks[index] else ""
        lines.append(f"<tr{mark}>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>")
    return "<table>" + "\n".join(lines) + "</table>"


def _results(comparison: Comparison) -> str:
    table = _rows(cells(comparison), HEADER, ["best" if row[0] == comparison.best else "" for row in cells(comparison)])
    return "<h2>Result</h2>" + table + "<p>" + "<br>".join(_text(s) for s in sentences(comparison)) + "</p>"


def _failed(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    items = "".join(
        f"<li>{_text(f.run.name)}: {_text(f.reason)}<pre>{_text(f.stderr)}\n{_text(f.command)}</pre></li>"
        for f in failures
    )
    return f'<div class="warning">These runs failed and are not in the numbers:<ul>{items}</ul></div>'


def _differences(comparison: Comparison) -> str:
    if comparison.best is None or not comparison.mean_differences:
        return "<p>There is nothing to compare.</p>"
    p99 = {difference.contender: difference for difference in comparison.p99_differences}
    rows = [
        (d.contender, d.runs, *_difference(d), *_difference(p99[d.contender])) for d in comparison.mean_differences
    ]
    header = ("contender", "common runs", "mean, minus the best's (ms)", "told apart",
              "p99, minus the best's (ms)", "told apart")
    return (
        f"<p>The best by mean is <code>{_text(comparison.best)}</code>. Every contender met the same arrivals, service "
        "times and delays in runs of equal RngRun, so that differences are taken run by run. Told apart means that the "
        "interval, Holm-corrected over contenders, does not include 0. Contenders with unfinished requests have no "
        "response times to compare.</p>" + _rows(rows, header)
    )


def _difference(difference: Difference) -> tuple[str, str]:
    if math.isnan(difference.mean):
        return "none", "not tested"
    sign = "+" if difference.mean > 0 else ""
    mean = sign + format_ms(Interval(difference.mean, difference.half_width, difference.runs))
    if difference.apart is None:
        return mean, "not tested"
    return mean, "yes" if difference.apart else "no"


def _figure(figure: DrawnFigure, folder: Path) -> str:
    image = base64.b64encode(Path(f"{figure.stem}.png").read_bytes()).decode("ascii")
    stem = figure.stem.relative_to(folder)
    links = " · ".join(f'<a href="{_text(stem)}.{kind}">{kind.upper()}</a>' for kind in ("pdf", "png", "csv"))
    return (
        f'<h2>{_text(figure.title)}</h2><figure><img alt="{_text(figure.title)}" src="data:image/png;base64,{image}">'
        f"<figcaption>{_text(figure.how_to_read)} {links}</figcaption></figure>"
    )


def _what_was_run(facts: Facts, runs: Sequence[RunResult]) -> str:
    first = {run.contender.name: run for run in reversed(runs)}
    formulas = []
    for name in dict.fromkeys(run.contender.name for run in runs):
        formula = first[name].info["formula"]
        formulas.append((name, first[name].info["policy"], formula.get("sense", ""), formula.get("text", "")))
    resolved = json.dumps(runs[0].info["scenario"], indent=2, ensure_ascii=False)
    overrides = "; ".join(facts.sets) or "none"
    return (
        "<h2>What was run</h2>" + _rows(formulas, ("contender", "policy", "sense", "formula"))
        + f"<p>Overrides (--set): <code>{_text(overrides)}</code></p><pre>{_text(facts.command)}</pre>"
        + f"<details><summary>Scenario file</summary><pre>{_text(facts.scenario_text)}</pre></details>"
        + f"<details><summary>Scenario as run, with every default</summary><pre>{_text(resolved)}</pre></details>"
    )


def _provenance(facts: Facts, runs: Sequence[RunResult]) -> str:
    info = [run.info for run in runs]

    def all_of(key: str) -> str:
        return ", ".join(sorted({str(i.get(key, "unknown")) for i in info}))

    def total(key: str) -> float:
        return sum(float(i.get(key) or 0) for i in info)

    versions = ", ".join(f"{name} {value}" for name, value in info[0]["versions"].items())
    memory = max(float(i.get("max_rss_bytes") or 0) for i in info) / 1e6
    rows = [
        ("versions", versions), ("commit", all_of("commit")), ("fidelity", all_of("fidelity")),
        ("parameters", f"digest {facts.digest} of scenario, overrides and sonda-sim"),
        ("random numbers", f"seed {all_of('rng_seed')}, RngRun {all_of('rng_run')}"),
        ("made", f"{min(str(i.get('started', '')) for i in info)} to {max(str(i.get('started', '')) for i in info)} "
                 f"on {all_of('host')}"),
        ("simulation", f"{len(runs)} runs, {total('wall_s'):.1f} s of wall time, "
                       f"{total('simulator_events'):.0f} events, at most {memory:.0f} MB of memory"),
    ]
    lines = "".join(f'<tr><th>{_text(k)}</th><td class="text">{_text(v)}</td></tr>' for k, v in rows)
    return f"<h2>Provenance</h2><table>{lines}</table>"
