"""Entry point: `python3 -m sonda_bench NAME [options]`, as `./sonda bench` calls it.

Exit status: 0 measured, whatever the verdicts; 1 an error; 2 wrong options; 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys

from .errors import BenchError

# NAME → module with run(arguments: list[str]) -> int
BENCHMARKS = {"sim": "sonda_bench.sim", "proxy": "sonda_bench.proxy", "pick": "sonda_bench.pick",
              "agent": "sonda_bench.agent"}


def main(arguments: list[str]) -> int:
    """Runs one benchmark; prints an error instead of raising it."""
    if not arguments or arguments[0] not in BENCHMARKS:
        print(f"sonda bench: '{' '.join(arguments[:1])}' is no benchmark; there are: {', '.join(BENCHMARKS)}",
              file=sys.stderr)
        return 2
    try:
        return importlib.import_module(BENCHMARKS[arguments[0]]).run(arguments[1:])
    except BenchError as error:
        print(f"sonda bench {arguments[0]}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"sonda bench {arguments[0]}: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"sonda bench {arguments[0]}: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
