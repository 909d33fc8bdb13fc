"""Reads what a sweep goes through: `--sweep KEY=FROM:TO:STEP`, `KEY=FROM:TO:xFACTOR` or `KEY=A,B,C`.

Values are decimal fractions as they are written, so that 0.1:1.1:0.1 ends with 1.1 and not before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

from .errors import AnalysisError

# More points than this are rather a mistake in the step than a wish.
MOST_VALUES = 200


@dataclass(frozen=True)
class Sweep:
    """A scenario key and the values that it takes, ascending, each as the text that sonda-sim is given."""

    key: str
    values: tuple[str, ...]

    @property
    def numbers(self) -> tuple[float, ...]:
        return tuple(float(value) for value in self.values)

    @property
    def geometric(self) -> bool:
        """True when the values are rather of equal ratio than of equal distance: they belong on a log axis."""
        numbers = self.numbers
        if numbers[0] <= 0 or len(numbers) < 3:
            return False
        ratios = [high / low for low, high in zip(numbers, numbers[1:])]
        steps = [high - low for low, high in zip(numbers, numbers[1:])]
        return max(ratios) / min(ratios) < max(steps) / min(steps)


def parse_sweep(text: str, sets: tuple[str, ...]) -> Sweep:
    """Reads one --sweep. AnalysisError when it is malformed, or sweeps what --set sets."""
    key, equals, values = text.partition("=")
    key = key.strip()
    if not equals or not key or re.search(r"[\s;]", key):
        raise AnalysisError(f"--sweep: '{text}' is not KEY=FROM:TO:STEP, KEY=FROM:TO:xFACTOR or KEY=A,B,C, such as "
                            "workload.load=0.1:1.1:0.1")
    if any(item.partition("=")[0].strip() == key for item in sets):
        raise AnalysisError(f"--sweep: key '{key}' is given by --set (or its short form) too; give it once")
    numbers = _range(values, text) if ":" in values else [_number(item, text) for item in values.split(",")]
    if len(set(numbers)) != len(numbers):
        raise AnalysisError(f"--sweep: '{text}' has a value twice")
    if len(numbers) < 2:
        raise AnalysisError(f"--sweep: '{text}' has one value; a sweep needs two or more (--set sets a single one)")
    return Sweep(key, tuple(_written(number) for number in sorted(numbers)))


def _number(item: str, text: str) -> Decimal:
    try:
        number = Decimal(item.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise AnalysisError(f"--sweep: '{item.strip()}' in '{text}' is not a number")
    return number


def _range(values: str, text: str) -> list[Decimal]:
    parts = values.split(":")
    if len(parts) != 3:
        raise AnalysisError(f"--sweep: '{values}' in '{text}' is not FROM:TO:STEP or FROM:TO:xFACTOR")
    geometric = parts[2].strip().startswith("x")
    first, last = _number(parts[0], text), _number(parts[1], text)
    step = _number(parts[2].strip()[1 if geometric else 0:], text)
    if first >= last:
        raise AnalysisError(f"--sweep: FROM is {first} and TO is {last} in '{text}'; FROM must be less")
    if geometric and not (step > 1 and first > 0):
        raise AnalysisError(f"--sweep: '{text}' multiplies by {step} from {first}; the factor must be over 1, FROM "
                            "over 0")
    if step <= 0:
        raise AnalysisError(f"--sweep: STEP is {step} in '{text}'; it must be over 0")
    numbers = [first]
    with localcontext() as context:
        context.prec = 12
        while (following := numbers[-1] * step if geometric else numbers[-1] + step) <= last:
            numbers.append(following)
            if len(numbers) > MOST_VALUES:
                raise AnalysisError(f"--sweep: '{text}' has more than {MOST_VALUES} values; give a larger step")
    return numbers


def _written(number: Decimal) -> str:
    """Without exponent or superfluous zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
