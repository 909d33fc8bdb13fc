"""The one error of the analysis: what the user can act on; and the system's, in words."""

from __future__ import annotations

from .shown import shown


class AnalysisError(Exception):
    """Bad input or damaged results. The text names the file or option, the value and what is allowed."""


def told(error: OSError) -> str:
    """What the system said of a file: its name and the reason."""
    return f"{shown(error.filename or 'a file', 1000)}: {error.strerror or shown(error)}"
