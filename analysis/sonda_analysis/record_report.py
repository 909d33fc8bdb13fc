"""`./sonda report`: figures and a page from run folders, of a real proxy (--record) or of sonda-sim.

    python3 -m sonda_analysis.record_report FOLDER... [--out DIR]

Exit status as in __main__.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .arguments import Parser, check_arguments
from .errors import AnalysisError, told
from .shown import shown_message


def main(arguments: list[str]) -> int:
    """Draws and writes everything; prints an error instead of raising it."""
    try:
        check_arguments(arguments)
        options = _parse(arguments)
        if options.parse_only:
            return 0
        # Imported late: pandas and matplotlib take a second, and --parse-only must do without them.
        from .record_page import format_table, read_folders, write_all

        runs = read_folders(options.folders)
        out = options.out or options.folders[0]
        write_all(runs, out)
    except AnalysisError as error:
        print(f"sonda report: {shown_message(error)}", file=sys.stderr)
        return 1
    except OSError as error:
        hint = "" if options.out else "; --out DIR writes elsewhere"
        print(f"sonda report: {told(error)}{hint}", file=sys.stderr)
        return 1
    print(format_table(runs))
    print(f"\nReport: {out / 'report.html'}")
    return 0


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
    sys.exit(main(sys.argv[1:]))
