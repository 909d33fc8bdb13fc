"""`./sonda report`: figures and a page from run folders, of a real proxy (--record) or of sonda-sim.

    python3 -m sonda_analysis.record_report FOLDER... [--out DIR]

Exit statuses as in command.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import Parser, check_arguments
from .command import guarded, start
from .errors import AnalysisError, told


def main(arguments: list[str]) -> int:
    """Draws and writes everything; prints an error instead of raising it."""
    def run() -> int:
        check_arguments(arguments)
        options = _parse(arguments)
        if options.parse_only:
            return 0
        # Imported late: pandas and matplotlib take a second, and --parse-only must do without them.
        from .record_page import format_table, read_folders, write_all

        runs = read_folders(options.folders)
        out = options.out or options.folders[0]
        try:
            write_all(runs, out)
        except OSError as error:
            raise AnalysisError(told(error) + ("" if options.out else "; --out DIR writes elsewhere")) from error
        print(format_table(runs))
        print(f"\nReport: {out / 'report.html'}")
        return 0

    return guarded("report", run)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="./sonda report", allow_abbrev=False,
        description="Draws the figures of runs that were recorded by sonda-proxy --record or made by sonda-sim.",
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path, help="the folder of a run, with its run.json")
    parser.add_argument("--out", metavar="DIR", type=Path,
                        help="where report.html and figures/ go; of a single run its own folder when not given")
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.out is None and len(options.folders) > 1:
        parser.error("--out DIR is needed for more than one folder")
    return options


if __name__ == "__main__":
    start(main)
