"""What the proxies do beside picking, the scenario key `proxy`: bare, as shipped, or both side by side.

*Bare* is how formulas and policies are compared by themselves; *as shipped* is what sonda-proxy does when no option
says otherwise. What that is, only the programs know (model/connection/proxy-rules.cc).
"""

from __future__ import annotations

import argparse

from .errors import AnalysisError

KEY = "proxy"
BARE, AS_SHIPPED = "bare", "as-shipped"
WAYS = (BARE, AS_SHIPPED)
# The scenario's own rules.
OWN = ""
WORDS = {BARE: "bare", AS_SHIPPED: "as shipped", OWN: "as the scenario says"}
_BOTH = "both"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the option of this file to the command line."""
    parser.add_argument("--proxy", choices=(*WAYS, _BOTH),
                        help="by which rules the proxies protect servers and clients (slow start, panic, waiting "
                             "clients, …): bare: none; as-shipped: those of sonda-proxy; both: side by side, with what "
                             "the rules change (default: the scenario's own; with --all: both)")


def read_ways(given: argparse.Namespace, sets: tuple[str, ...]) -> tuple[str, ...]:
    """The ways in which every contender is run, OWN alone for the scenario's. AnalysisError for what cannot be meant."""
    whole = [item for item in sets if item.partition("=")[0].strip() == KEY]
    if given.proxy is None:
        return WAYS if given.all and not whole else (OWN,)
    if whole:
        raise AnalysisError(f"--proxy: the key {KEY} is given by --set too ('{whole[0]}'); give it once")
    if given.proxy == _BOTH:
        if given.sweep:
            raise AnalysisError("--proxy both does not go with --sweep: repeat the command for the other way, with another "
                                "--out")
        return WAYS
    single = [item for item in sets if item.startswith(f"{KEY}.")]
    if given.proxy == BARE and single:
        raise AnalysisError(f"--proxy bare has no rules, but --set gives one: '{single[0]}'; leave one of them out")
    return (given.proxy,)


def sets_of(way: str, sets: tuple[str, ...]) -> tuple[str, ...]:
    """The overrides in one way. Single rules (`proxy.slow_start_s=5`) change what ships and leave the bare proxy bare."""
    if way == OWN:
        return sets
    others = tuple(item for item in sets if item.partition("=")[0].strip() != KEY and not item.startswith(f"{KEY}."))
    single = tuple(item for item in sets if item.startswith(f"{KEY}."))
    return (*others, f"{KEY}={way}", *(() if way == BARE else single))
