"""What one line of the validation table is made of: what is simulated, what is measured, what is expected."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from sonda_analysis.contenders import Contender


@dataclass(frozen=True)
class Setup:
    """One scenario with one contender, run with several RngRun.

    `name` names folders; `text` is the scenario file's content; `keep` are result files that are needed beyond the
    summary and the histogram of response times.
    """

    name: str
    text: str
    contender: Contender
    keep: tuple[str, ...] = ()

    @staticmethod
    def of(name: str, scenario: Mapping[str, Any], contender: Contender, keep: Sequence[str] = ()) -> "Setup":
        return Setup(name, json.dumps(scenario, indent=2) + "\n", contender, tuple(keep))

    @property
    def scenario(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def digest(self) -> str:
        """Differs for setups that differ in anything that changes results or in what is kept of them."""
        facts = json.dumps([self.text, self.contender.name, sorted(self.keep)])
        return hashlib.sha256(facts.encode()).hexdigest()[:10]

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.digest}"


@dataclass(frozen=True)
class Figures:
    """What one run gave: metric → value of its summary, and the folder with the rest."""

    summary: Mapping[str, float]
    folder: Path

    def __getitem__(self, metric: str) -> float:
        return self.summary[metric]


# From runs, each with one Figures per setup (all of one RngRun), to one number per run whose mean is the result.
Measure = Callable[[Sequence[Sequence[Figures]]], "list[float]"]


@dataclass(frozen=True)
class Expected:
    """A number to compare with.

    `error` is its standard error over `replicas` when it was simulated itself, else 0; `model_error` bounds by how
    much the model that it is computed from differs from what is simulated; `source` says where it comes from.
    """

    value: float
    source: str
    model_error: float = 0.0
    error: float = 0.0
    replicas: int = 0


@dataclass(frozen=True)
class Case:
    """One comparison. `measure` turns runs into one number per run (measures.py).

    `cap` is how wide the tolerance may get before the line is worth nothing, relative to the expected
    value. `exact`: no statistics, every run must be within the expected value's model error. `unit` and
    `factor` are for the table only; `point` are the setting's parameters as numbers.
    """

    family: str
    setting: str
    quantity: str
    setups: tuple[Setup, ...]
    measure: Measure
    expect: Callable[[], Expected]
    cap: float = 0.01
    exact: bool = False
    unit: str = ""
    factor: float = 1.0
    point: Mapping[str, float] = field(default_factory=dict)

    def rng_runs(self, seed: int, runs: int) -> range:
        """The RngRun numbers of the first `runs` runs. All setups of a case share them; other cases have others.

        With equal numbers all lines would see the same arrivals: where those are unlucky, all lines would be.
        """
        first = 1 + zlib.crc32(f"{seed} {self.setups[0].name}".encode())
        return range(first, first + runs)
