"""Contenders: the pairs formula/policy that a comparison runs.

A contender is written `formula/policy` (`connections/sample:2`), where the formula is a name or a
text with its sense (`min: rtt * (1 + inflight)/best`), or as a policy alone (`random`), which goes
with the formula that sonda-sim --list gives it. The policy is what follows the last '/'.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Container, Iterable

from .arguments import check_printable
from .errors import AnalysisError
from .shown import shown

_NAME_AND_NUMBERS = r"[a-z][a-z0-9-]*(:[A-Za-z0-9._+-]+)*"
# What follows '@' says how the policy treats old reports: best@cut-off:6.
_POLICY = re.compile(f"{_NAME_AND_NUMBERS}(@{_NAME_AND_NUMBERS})?")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Contender:
    """One formula and one policy. `formula` is None for a policy alone."""

    formula: str | None
    policy: str

    @property
    def name(self) -> str:
        """As written on the command line: `seed/head`, `random`."""
        return self.policy if self.formula is None else f"{self.formula}/{self.policy}"

    @property
    def formula_is_text(self) -> bool:
        """True for a formula that is written out, false for a name of the catalogue."""
        return self.formula is not None and _NAME.fullmatch(self.formula) is None

    @property
    def folder(self) -> str:
        """A folder name that no other contender has (formula texts are replaced by a digest)."""
        policy = self.policy.replace(":", "=")
        if self.formula is None:
            return policy
        if self.formula_is_text:
            digest = hashlib.sha256(self.formula.encode()).hexdigest()[:12]
            return f"text={digest}~{policy}"
        return f"{self.formula}~{policy}"

    def arguments(self) -> list[str]:
        """The options that make sonda-sim run this contender."""
        formula = [] if self.formula is None else [f"--formula={self.formula}"]
        return [*formula, f"--policy={self.policy}"]


def split_list(text: str, option: str) -> list[str]:
    """Splits at the commas that stand outside of parentheses: `seed/head,min: max(rtt,age)/best`.

    Raises AnalysisError for unbalanced parentheses and for empty items.
    """
    items, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            raise AnalysisError(f"{option}: ')' at character {position + 1} of '{shown(text)}' closes nothing")
        if character == "," and depth == 0:
            items.append(text[start:position].strip())
            start = position + 1
    if depth > 0:
        raise AnalysisError(f"{option}: '{shown(text)}' has {depth} '(' that no ')' closes")
    items.append(text[start:].strip())
    if "" in items:
        raise AnalysisError(
            f"{option}: item {items.index('') + 1} of '{shown(text)}' is empty; write items separated by single commas"
        )
    return items


def parse_policy(text: str, option: str) -> str:
    """The policy NAME[:PARAMETER…] in `text`; AnalysisError when it does not look like one."""
    if _POLICY.fullmatch(text) is None:
        raise AnalysisError(
            f"{option}: '{shown(text)}' is not a policy; write NAME or NAME:PARAMETER, such as head or sample:2"
        )
    return text


def parse_contender(text: str, option: str = "--contenders") -> Contender:
    """Reads one contender. AnalysisError when it is not clear where the formula ends."""
    check_printable(option, text)
    text = text.strip()
    formula, slash, policy = text.rpartition("/")
    if not slash:
        if _POLICY.fullmatch(text) is None:
            raise AnalysisError(
                f"{option}: '{shown(text)}' names no policy; write FORMULA/POLICY, here '{shown(text)}/best', "
                f"or a policy alone, such as random"
            )
        return Contender(None, text)
    if _POLICY.fullmatch(policy) is None:
        raise AnalysisError(
            f"{option}: '{shown(text)}' names no policy: what follows its last '/' is '{shown(policy)}', which is a part of the "
            f"formula; write FORMULA/POLICY, here '{shown(text)}/best'"
        )
    formula = formula.strip()
    if not formula:
        raise AnalysisError(f"{option}: '{shown(text)}' has no formula before '/'; write FORMULA/{policy} or {policy}")
    return Contender(formula, policy)


def policies_without_formula(sim: Path) -> frozenset[str]:
    """Names of the policies that look at no score, as the program `sim` lists them. AnalysisError when it cannot be asked."""
    try:
        listed = subprocess.run([sim, "--listJson"], capture_output=True, text=True, timeout=60, check=True).stdout
        return frozenset(policy["name"] for policy in json.loads(listed)["policies"] if policy["formula"] == "none")
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise AnalysisError(f"{sim} --listJson: the policies cannot be read: {error}") from None


def cross_product(formulas: Iterable[str], policies: Iterable[str], unscored: Container[str]) -> list[Contender]:
    """Every formula with every policy; a policy that looks at no score (its name is in `unscored`) once, without formula."""
    product: list[Contender] = []
    for policy in policies:
        if re.split("[:@]", policy)[0] in unscored:
            product.append(Contender(None, policy))
        else:
            product.extend(Contender(formula, policy) for formula in formulas)
    return product


def short_labels(contenders: Iterable[Contender], width: int = 38) -> dict[str, str]:
    """Contender name to a label of at most `width` characters for figures, unique, policy kept."""
    labels: dict[str, str] = {}
    for number, contender in enumerate(contenders, start=1):
        label = contender.name
        if len(label) > width:
            tail = f"/{contender.policy} ({number})"
            label = label[: max(1, width - len(tail) - 1)] + "…" + tail
        labels[contender.name] = label
    return labels
