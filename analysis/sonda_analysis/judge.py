"""`./sonda compare --judge-rules`: what each rule of the shipped proxy costs and what it saves, scenario by scenario.

A rule is judged by the proxy as it ships against the same without that rule alone, so that the values that ship are
known to the programs only. Both meet the same random numbers: where a rule never acts, runs are equal to the last
digit, and what is left of a difference is the rule's.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Mapping, Sequence

from . import page
from .comparison import check_same_parameters
from .effects import Effect, effects_of, effects_table, interval_text, percent
from .errors import AnalysisError
from .files import write_table, write_text
from .options import Options
from .results import Outcome
from .rules_option import sets_without
from .runs import RunStore
from .session import Point, Session, read_outcomes, shown_path
from .table import align
from .ways import AS_SHIPPED, sets_of

# So much longer may a mean be where a rule saves nobody.
MOST_COST = 1.02
# So many of a scenario's requests must be saved for a rule to be worth more than that.
SAVED_SHARE = 0.001
HEADER = ("rule", "scenario", "contender", "mean with / without", "p99", "failures without", "with", "")
LEFT = (0, 1, 2, 3, 7)


@dataclass(frozen=True)
class Verdict:
    """What an effect comes to: `costs` more than is allowed for sure, `may` do so by its mean only."""

    costs: bool
    may: bool
    saves: bool
    words: str


def judge(effect: Effect) -> Verdict:
    """By the rule of docs/policies.md: 2 % of the mean where nothing is saved."""
    saves = effect.saved > SAVED_SHARE * effect.requests
    loses = -effect.saved > SAVED_SHARE * effect.requests
    over = effect.ratio > MOST_COST
    sure = over and (effect.low is None or effect.low > 1)
    words = [f"saves {effect.saved} requests"] if saves else [f"loses {-effect.saved} requests"] if loses else []
    if over and not saves:
        words.append("costs" if sure else "may cost")
    return Verdict(over and sure and not saves, over and not sure and not saves, saves, "; ".join(words))


def cells(effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """Under HEADER, only what changed."""
    return [(e.rule, e.scenario, e.contender, interval_text(e), percent(e.p99_ratio), str(e.failures_without),
             str(e.failures_with), judge(e).words) for e in effects if e.changed]


def sentences(effects: Sequence[Effect]) -> list[str]:
    """How the table is read, and the verdict on each rule."""
    said = ["With / without: geometric mean over runs, paired by RngRun, with its 95 % interval. What is not listed did "
            "not change, to the last digit."]
    for rule in dict.fromkeys(effect.rule for effect in effects):
        said.append(_verdict_on(rule, [effect for effect in effects if effect.rule == rule]))
    return said


def _verdict_on(rule: str, effects: Sequence[Effect]) -> str:
    changed = [effect for effect in effects if effect.changed]
    cost = [effect for effect in changed if not judge(effect).saves]
    worst = max(cost, key=lambda effect: effect.ratio, default=None)
    saved = sum(effect.saved for effect in effects)
    scenarios = len({effect.scenario for effect in effects})
    text = (f"{rule}: acts in {len({e.scenario for e in changed})} of {scenarios} scenarios; saves {saved} requests in "
            "all")
    if worst is None or worst.ratio <= 1:
        return text + "; where it saves none it costs nothing."
    sure = [effect for effect in cost if judge(effect).costs]
    text += f"; where it saves none it costs at most {interval_text(worst)} ({worst.contender} in {worst.scenario})"
    limit = f"{100 * (MOST_COST - 1):.0f} %"
    return text + (f": over {limit} in {len(sure)} cells." if sure else f": nowhere over {limit} for sure.")


def run_judgement(options: Options, session: Session) -> None:
    """Runs what is missing; writes rules.csv, rules.txt and report.html."""
    every = {AS_SHIPPED: sets_of(AS_SHIPPED, options.sets),
             **{rule: sets_without(rule, options.sets) for rule in options.rules}}
    points = {name: [Point(RunStore(options.out, scenario.file, sets, options.sim), f"{scenario.name}, {name}")
                     for scenario in options.scenarios] for name, sets in every.items()}
    flat = [point for own in points.values() for point in own]
    session.check(flat)
    done = session.runs_of(flat, f"{len(options.rules)} rules in {len(options.scenarios)} scenarios")
    outcomes = {name: {scenario.name: read_outcomes(done[point]) for scenario, point in zip(options.scenarios, own)}
                for name, own in points.items()}
    warnings = _warnings(outcomes)
    effects = [effect for rule in options.rules for effect in effects_of(rule, outcomes[rule], outcomes[AS_SHIPPED])]
    if not effects:
        raise AnalysisError("no run was completed: there is nothing to judge")
    text = align([HEADER, *cells(effects)], left=LEFT) + "\n\n" + "\n".join(sentences(effects)) + "\n"
    write_text(text, options.out / "rules.txt")
    write_table(effects_table(effects), options.out / "rules.csv")
    runs = [run for by_scenario in outcomes.values() for own in by_scenario.values() for run in own]
    page.write_page(options.out / "report.html", "Rules", [
        "<h1>What the proxy's rules cost and save</h1>",
        page.warnings(warnings),
        page.failed_runs(session.failures),
        page.lines([*sentences(effects), *session.remarks]),
        page.table(cells(effects), HEADER, (), LEFT),
        '<p><a href="rules.csv">rules.csv</a> · <a href="rules.txt">rules.txt</a></p>',
        "<h2>What was run</h2>" + page.contenders(runs),
        f"<p>Overrides (--set): <code>{page.text('; '.join(options.sets) or 'none')}</code></p>"
        f"<pre>{page.text(options.command)}</pre>",
        page.provenance(runs, [point.store.digest for point in flat]),
    ])
    print(f"\n{text}\nReport: {shown_path(options.out / 'report.html')}", flush=True)


def _warnings(outcomes: Mapping[str, Mapping[str, Sequence[Outcome]]]) -> list[str]:
    """Of the runs that must not differ in anything but contender and RngRun; each is printed."""
    every = [own for by_scenario in outcomes.values() for own in by_scenario.values() if own]
    warnings = list(dict.fromkeys(warning for own in every for warning in check_same_parameters(own)))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return warnings
