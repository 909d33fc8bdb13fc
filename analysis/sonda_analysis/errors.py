"""The one error of the analysis: what the user can act on."""


class AnalysisError(Exception):
    """Bad input or damaged results. The text names the file or option, the value and what is allowed."""
