"""Pages that open from disk without a network, pictures included: what all reports share."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import Iterable, Sequence

from .engine import Failure
from .figures import DrawnFigure
from .files import write_text
from .results import Outcome

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:74rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;margin:.8rem 0}td,th{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
td:first-child,th:first-child,.text{text-align:left}td:last-child,td.text{white-space:normal}td:first-child{font-family:ui-monospace,monospace}
th{background:#f3f3f3}tr.best td{background:#e6f2ea;font-weight:600}
pre,code{font-family:ui-monospace,monospace;font-size:13px}pre{background:#f6f6f6;padding:.7rem;overflow-x:auto}
img{max-width:100%;height:auto;border:1px solid #eee}.warning{background:#fff3d6;padding:.4rem .7rem}
figure{margin:0}figcaption{color:#444}.wide{overflow-x:auto}
"""


def write_page(path: Path, title: str, body: Iterable[str]) -> None:
    """Writes the page of these parts (HTML; empty ones are left out), complete or not at all."""
    write_text(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(part for part in body if part) + "\n</body></html>\n",
        path,
    )


def text(value: object) -> str:
    """`value` as text that HTML does not take for markup."""
    return html.escape(str(value))


def lines(sentences: Iterable[str]) -> str:
    """One paragraph, a sentence a line."""
    return "<p>" + "<br>".join(text(sentence) for sentence in sentences) + "</p>"


def warnings(messages: Iterable[str]) -> str:
    """A coloured paragraph for each."""
    return "\n".join(f'<p class="warning">{text(message)}</p>' for message in messages)


def table(rows: Iterable[Sequence[object]], header: Sequence[str], classes: Sequence[str] = (),
          words: Sequence[int] = ()) -> str:
    """A table; `classes` has the CSS class of each row, or is shorter; `words` are the columns that are no numbers."""
    def cells(tag: str, row: Sequence[object]) -> str:
        return "".join(f'<{tag} class="text">{text(cell)}</{tag}>' if index in words else f"<{tag}>{text(cell)}</{tag}>"
                       for index, cell in enumerate(row))

    marks = list(classes)
    parts = [f"<tr>{cells('th', header)}</tr>"]
    for index, row in enumerate(rows):
        mark = f' class="{marks[index]}"' if index < len(marks) and marks[index] else ""
        parts.append(f"<tr{mark}>{cells('td', row)}</tr>")
    return '<div class="wide"><table>' + "\n".join(parts) + "</table></div>"


def failed_runs(failures: Sequence[Failure]) -> str:
    """The runs that are missing from the numbers, with their words and commands."""
    if not failures:
        return ""
    items = "".join(
        f"<li>{text(f.run.name)}: {text(f.reason)}<pre>{text(f.stderr)}\n{text(f.command)}</pre></li>" for f in failures
    )
    return f'<div class="warning">These runs failed and are not in the numbers:<ul>{items}</ul></div>'


def figure(drawn: DrawnFigure, folder: Path) -> str:
    """A figure with its title, how it is read, and links to its files relative to `folder`."""
    image = base64.b64encode(Path(f"{drawn.stem}.png").read_bytes()).decode("ascii")
    stem = drawn.stem.relative_to(folder)
    links = " · ".join(f'<a href="{text(stem)}.{kind}">{kind.upper()}</a>' for kind in ("pdf", "png", "csv"))
    return (
        f'<h2>{text(drawn.title)}</h2><figure><img alt="{text(drawn.title)}" src="data:image/png;base64,{image}">'
        f"<figcaption>{text(drawn.how_to_read)} {links}</figcaption></figure>"
    )


def contenders(runs: Sequence[Outcome]) -> str:
    """The table of contenders with the text of their formulas."""
    first = {run.contender.name: run for run in reversed(runs)}
    rows = []
    for name in dict.fromkeys(run.contender.name for run in runs):
        formula = first[name].info["formula"]
        rows.append((name, first[name].info["policy"], formula.get("sense", ""), formula.get("text", "")))
    return table(rows, ("contender", "policy", "sense", "formula"), words=(1, 2, 3))


def scenario(title: str, value: object) -> str:
    """A folded block of text, or of anything else as JSON."""
    shown = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return f"<details><summary>{text(title)}</summary><pre>{text(shown)}</pre></details>"


def provenance(runs: Sequence[Outcome], digests: Sequence[str]) -> str:
    """Versions, random numbers, when and where, what it cost; `digests` name the parameter sets."""
    info = [run.info for run in runs]

    def all_of(key: str) -> str:
        return ", ".join(sorted({str(i.get(key, "unknown")) for i in info}))

    def total(key: str) -> float:
        return sum(float(i.get(key) or 0) for i in info)

    versions = ", ".join(f"{name} {value}" for name, value in info[0]["versions"].items())
    memory = max(float(i.get("max_rss_bytes") or 0) for i in info) / 1e6
    numbers = sorted({run.rng_run for run in runs})
    rows = [
        ("versions", versions), ("commit", all_of("commit")), ("fidelity", all_of("fidelity")),
        ("parameters", f"digest {', '.join(digests)} of scenario, overrides and sonda-sim"),
        ("random numbers", f"seed {all_of('rng_seed')}, RngRun {', '.join(map(str, numbers))}"),
        ("made", f"{min(str(i.get('started', '')) for i in info)} to {max(str(i.get('started', '')) for i in info)} "
                 f"on {all_of('host')}"),
        ("simulation", f"{len(runs)} runs, {total('wall_s'):.1f} s of wall time, "
                       f"{total('simulator_events'):.0f} events, at most {memory:.0f} MB of memory"),
    ]
    cells = "".join(f'<tr><th>{text(k)}</th><td class="text">{text(v)}</td></tr>' for k, v in rows)
    return f"<h2>Provenance</h2><table>{cells}</table>"
