"""Entry point: `python3 -m sonda_analysis [options of ./sonda compare]`; exit statuses as in command.py."""

from __future__ import annotations

from .command import guarded, start
from .options import parse_options


def main(arguments: list[str]) -> int:
    """Runs one comparison; prints an error instead of raising it."""
    def run() -> int:
        options = parse_options(arguments)
        if options.parse_only:
            return 0
        # Imported late: pandas and matplotlib take a second, and --parse-only must do without them.
        from .compare import run_comparison

        return run_comparison(options)

    return guarded("compare", run, "interrupted; the same command continues where it stopped")


if __name__ == "__main__":
    start(main)
