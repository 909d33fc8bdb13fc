"""The one error of the analysis: what the user can act on; and the system's, in words."""


class AnalysisError(Exception):
    """Bad input or damaged results. The text names the file or option, the value and what is allowed."""


def told(error: OSError) -> str:
    """What the system said of a file: its name and the reason."""
    return f"{error.filename or 'a file'}: {error.strerror or error}"
