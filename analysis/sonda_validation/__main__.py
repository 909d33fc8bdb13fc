"""Entry point: `python3 -m sonda_validation [options of ./sonda validate]`.

Exit status: 0 all within tolerance; 1 something is not, or an error; 2 wrong options; 130 interrupted; 141 nobody
reads the output; 143 ended by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys

from sonda_analysis.errors import AnalysisError, told
from sonda_analysis.shown import shown_message

from .options import parse_options


def main(arguments: list[str]) -> int:
    """Runs one validation; prints an error instead of raising it."""
    try:
        options = parse_options(arguments)
        if options.parse_only:
            return 0
        # One thread per process: the processes share the cores among them already.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from .validate import run_validation

        return run_validation(options)
    except AnalysisError as error:
        print(f"sonda validate: {shown_message(error)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        print(f"sonda validate: {told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sonda validate: interrupted; the same command continues where it stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    # As an exception, so that the processes that were started are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
