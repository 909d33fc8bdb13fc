"""Programs that a check runs: that they are missing is told, and files are shared out among the cores."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor


class Skipped(Exception):
    """A rule cannot be checked on this machine; the text says why."""


def in_parallel(command, names, root):
    """Runs `command NAMES…` in `root` on all cores and yields what each wrote, errors included.

    Raises RuntimeError when a run ended by a signal: its findings are not known.
    """
    cores = os.cpu_count() or 1
    parts = [names[i::cores] for i in range(cores) if names[i::cores]]

    def run(part):
        done = subprocess.run([*command, *part], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode < 0:
            raise RuntimeError(f"{command[0]} ended by signal {-done.returncode}")
        return done.stdout + done.stderr

    with ThreadPoolExecutor(cores) as pool:
        yield from pool.map(run, parts)
