"""Entry point: `python3 -m sonda_validation [options of ./sonda validate]`.

Exit statuses are those of sonda_analysis/command.py; 1 also tells that something is not within its tolerance.
"""

from __future__ import annotations

import os

from sonda_analysis.command import guarded, start

from .options import parse_options


def main(arguments: list[str]) -> int:
    """Runs one validation; prints an error instead of raising it."""
    def run() -> int:
        options = parse_options(arguments)
        if options.parse_only:
            return 0
        # One thread per process: the processes share the cores among them already.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from .validate import run_validation

        return run_validation(options)

    return guarded("validate", run, "interrupted; the same command continues where it stopped")


if __name__ == "__main__":
    start(main)
