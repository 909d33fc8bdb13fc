"""Join-Idle-Queue: limit for many dispatchers with r servers each.

Lu, Xie, Kliot, Geller, Larus, Greenberg, "Join-Idle-Queue", Perform. Eval. 68(11), 2011: the share rho of dispatchers
with a filled idle list solves rho / (1 - rho) = r (1 - load), and what goes to a random server is Poisson
with rate load (1 - rho) per server, so that E[T] = 1 / (1 - load (1 - rho)) for exponential service.
It neglects that a listed server may be hit at random, and is wrong by a few per cent for that.
"""

from __future__ import annotations


def limit_mean(load: float, servers_per_dispatcher: float) -> float:
    """Mean time in system in the limit."""
    odds = servers_per_dispatcher * (1 - load)
    empty = 1 / (1 + odds)
    return 1 / (1 - load * empty)
