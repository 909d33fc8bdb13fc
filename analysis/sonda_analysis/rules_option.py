"""The option --judge-rules: which rules of the shipped proxy are judged, and what turns each of them off."""

from __future__ import annotations

import argparse

from .contenders import split_list
from .errors import AnalysisError
from .shown import shown
from .ways import AS_SHIPPED, BARE, sets_of

# What turns each rule off; the last one are all of them.
WITHOUT = {
    "slow-start": "proxy.slow_start_s=0",
    "probation": "proxy.probation_s=0",
    "panic": "proxy.panic_below=0",
    "early-resets": "proxy.early_resets=0",
    "retries-after-reset": "proxy.retries_after_reset=0",
    "waiting-room": "proxy.queue_timeout_s=0",
    "every-rule": None,
}
# The proxy's default, one that looks at few, one that looks at none, and what sends the most to few.
CONTENDERS = "connections/best,connections/sample:2,nginx-least-time/best,round-robin,reported/sample:2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the option of this file to the command line."""
    parser.add_argument("--judge-rules", metavar="all|A,B",
                        help="instead of a comparison: what these rules of the shipped proxy cost and save, in SCENARIO "
                             f"or with --all in every one: {', '.join(WITHOUT)}; results/rules")


def read_rules(given: argparse.Namespace) -> tuple[str, ...]:
    """The rules to judge; none: it was not asked for. AnalysisError for what is no rule or does not go with it."""
    if given.judge_rules is None:
        return ()
    for option, value in (("--proxy", given.proxy), ("--sweep", given.sweep), ("--until", given.until),
                          ("--warmup auto", given.warmup == "auto" or None), ("--regret", given.regret or None),
                          ("--baseline", given.baseline)):
        if value is not None:
            raise AnalysisError(f"{option} does not go with --judge-rules, which compares each contender with itself")
    if given.judge_rules == "all":
        return tuple(WITHOUT)
    names = split_list(given.judge_rules, "--judge-rules")
    for name in names:
        if name not in WITHOUT:
            raise AnalysisError(f"--judge-rules: '{shown(name)}' is no rule; there are: all, {', '.join(WITHOUT)}")
    return tuple(dict.fromkeys(names))


def sets_without(rule: str, sets: tuple[str, ...]) -> tuple[str, ...]:
    """The overrides of the proxy that lacks a rule. Single rules in `sets` change what ships, not what is turned off."""
    off = WITHOUT[rule]
    if off is None:
        return sets_of(BARE, sets)
    key = off.partition("=")[0]
    kept = tuple(item for item in sets if item.partition("=")[0].strip() != key)
    return (*sets_of(AS_SHIPPED, kept), off)
