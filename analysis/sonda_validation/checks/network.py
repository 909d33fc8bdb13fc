"""What depends on the network: RTTs that must be the links', and the three fidelities against each other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from sonda_analysis.results import read_columns

from ..case import Case, Expected, Setup
from ..measures import Difference, Runs
from .family import Family, Point
from .plan import Plan, Times, scenario, setup

# One-way delays of the links in ms; the proxy's own link has none.
DELAYS_MS = (0.2, 1.0, 5.37, 20.0)
MICROSECOND = 1e-6


class WorstRttError:
    """Measure: the RTT (hold time subtracted) that is farthest from its link's two delays, as a difference in s."""

    def __call__(self, runs: Runs) -> list[float]:
        return [self._of(figures[0].folder) for figures in runs]

    @staticmethod
    def _of(folder: Path) -> float:
        table = read_columns(folder / "rtt.csv", {"agent": str, "rtt_s": float})
        link = table["agent"].str.extract(r"^link(\d+)\[", expand=False).astype(int).map(
            {number: 2e-3 * delay for number, delay in enumerate(DELAYS_MS)})
        errors = (table["rtt_s"] - link).to_numpy()
        return float(errors[np.argmax(np.abs(errors))]) if errors.size else float("nan")


def _nothing() -> Expected:
    return Expected(0.0, "definition", model_error=MICROSECOND)


def rtt(plan: Plan, point: Point) -> list[Case]:
    window_ms, fidelity = int(point["window"]), FIDELITIES[int(point["fidelity"])]
    agents = [{"name": f"link{number}", "count": 3, "delay_ms": delay} for number, delay in enumerate(DELAYS_MS)]
    name = f"rtt-window{window_ms}-{fidelity}"
    interval = max(5, window_ms / 1000)  # a reply window must fit into it
    # Twelve agents answer twelve times and more; a TCP connection costs a hundred times as much as they.
    content = scenario(name, plan, Times(2 * interval, 12 * interval, interval), agents, load=0.01 if fidelity == "packet" else 0.3,
                       service={"exponential": 50}, probe__window_ms=window_ms, fidelity=fidelity)
    what = setup(name, content, None, "random", keep=("rtt.csv",))
    return [Case("V15", f"reply window {window_ms} ms, {fidelity}", "worst RTT error", (what,), WorstRttError(),
                 _nothing, exact=True, unit="µs", factor=1e6)]


FIDELITIES = ("request", "packet", "event")
# Events are rounded to nanoseconds and TCP stacks are left on different paths; measured in docs/performance.md.
_PACKET_BIAS = 20 * MICROSECOND


def _equal(model_error: float) -> Expected:
    return Expected(0.0, "the other fidelity", model_error=model_error)


def fidelities(plan: Plan, point: Point) -> list[Case]:
    """The same requests by three ways of carrying them: ten servers, links of 0.2 to 5 ms, jobs of 50 ms.

    A TCP connection is in flight until the client has closed it, a round trip of the client longer than a request by
    `request` or `event`. Where the pick looks at that, clients are beside the proxy: else the picks differ, rightly
    (0.5 % of the mean with 1 ms).
    """
    load = point["load"]
    agents = [{"name": f"link{number}", "count": 5, "discipline": "fcfs", "delay_ms": delay}
              for number, delay in enumerate((0.2, 5.0))]
    lines = []
    for formula, policy, client_delay_ms in ((None, "random", 1), ("connections", "sample:2", 0)):
        setups: dict[str, Setup] = {}
        for fidelity in FIDELITIES:
            name = f"fidelity-{policy.replace(':', '')}-load{load:g}-{fidelity}"
            content = scenario(name, plan, Times(10, 20 if plan.short else 60, 5), agents, load=load,
                               service={"exponential": 50}, fidelity=fidelity, clients__count=4,
                               clients__delay_ms=client_delay_ms)
            setups[fidelity] = setup(name, content, formula, policy)
        for fidelity, bias in (("packet", _PACKET_BIAS), ("event", MICROSECOND)):
            lines.append(Case("V19", f"load={load:g} {policy}: {fidelity} - request", "mean",
                              (setups["request"], setups[fidelity]), Difference("mean_s"), partial(_equal, bias),
                              exact=True, unit="µs", factor=1e6))
    return lines


def _windows(*pairs: tuple[int, str]) -> list[Point]:
    return [{"window": window, "fidelity": FIDELITIES.index(fidelity)} for window, fidelity in pairs]


FAMILIES = (
    Family("V15", "RTT without the hold time is the link's", rtt, {"window": 500, "fidelity": 0},
           _windows(*((window, fidelity) for fidelity in FIDELITIES for window in (0, 100, 2000, 10_000))),
           _windows(*((500, fidelity) for fidelity in FIDELITIES))),
    Family("V19", "packet against request against event", fidelities, {"load": 0.5}, [{}, {"load": 0.8}], [{}]),
)
