"""Entry point: `python3 -m sonda_analysis [options of ./sonda compare]`.

Exit status: 0 done; 1 an error, or a run failed; 2 wrong options; 130 interrupted;
141 nobody reads the output; 143 ended by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys

from .errors import AnalysisError, told
from .options import parse_options
from .shown import shown_message


def main(arguments: list[str]) -> int:
    """Runs one comparison; prints an error instead of raising it."""
    try:
        options = parse_options(arguments)
        if options.parse_only:
            return 0
        # Imported late: pandas and matplotlib take a second, and --parse-only must do without them.
        from .compare import run_comparison

        return run_comparison(options)
    except AnalysisError as error:
        print(f"sonda compare: {shown_message(error)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader went away, as in `./sonda compare | head`; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        print(f"sonda compare: {told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sonda compare: interrupted; the same command continues where it stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    # As an exception, so that what was started elsewhere is ended and temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
