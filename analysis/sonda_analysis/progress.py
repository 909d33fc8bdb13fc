"""How far a list of runs is, on one line of a terminal; silent where standard error is none."""

from __future__ import annotations

import sys
import time


class Progress:
    """Counts runs that are made. Use it as a context, so that the line is ended."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._begin = time.monotonic()
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print(file=sys.stderr)

    def update(self, done: int, remark: str = "") -> None:
        """`done` runs are made so far; the remark stands at the line's end."""
        self._done = done
        if self._shown:
            print(f"\r\033[K{self._text()}{remark and f'; {remark}'}", end="", file=sys.stderr, flush=True)

    def advance(self) -> None:
        """One more run is made."""
        self.update(self._done + 1)

    def _text(self) -> str:
        text = f"{self._done}/{self._total} runs"
        elapsed = time.monotonic() - self._begin
        if not self._done or elapsed <= 0:
            return text
        rate = self._done / elapsed
        return f"{text}, {rate:.3g} runs/s, {(self._total - self._done) / rate:.0f} s left"
