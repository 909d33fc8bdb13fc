"""What the commands have in common: errors become lines, and the ways to end have exit statuses.

0 done; 1 an error, or something is not as demanded; 2 wrong options; 130 interrupted; 141 nobody reads the output;
143 ended by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Callable, NoReturn

from .errors import AnalysisError, told
from .shown import shown_message


def guarded(command: str, run: Callable[[], int], interrupted: str = "interrupted") -> int:
    """Calls `run` and returns its exit status; an error is printed as `sonda COMMAND: …` instead of raised."""
    try:
        return run()
    except AnalysisError as error:
        said, status = shown_message(error), 1
    except BrokenPipeError:
        # The reader went away, as in `./sonda compare | head`; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        said, status = told(error), 1
    except KeyboardInterrupt:
        said, status = interrupted, 130
    print(f"sonda {command}: {said}", file=sys.stderr)
    return status


def start(main: Callable[[list[str]], int]) -> NoReturn:
    """Ends the program with what `main` returns of the command line's arguments."""
    # As an exception, so that what was started elsewhere is ended and temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
