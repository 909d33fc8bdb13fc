"""A comparison that is killed again and again at random moments comes to the results of one that was not."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

from folders import half_folders, identities, results, run_folders
from marked import DEADLINE_S, Mark
from small_comparison import SmallComparison

SEED = int(os.environ.get("SONDA_TEST_SEED", "20261125"))
RUNS = 12
ARGUMENTS = (f"--runs={RUNS}", "--jobs=2", "--set=duration_s=1000")
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
LOOK_S = 0.01


class Interrupted:
    """A comparison that is started and interrupted, again and again."""

    def __init__(self, small: SmallComparison, rng: random.Random) -> None:
        self.out = small.folder / "killed"
        self._small = small
        self._rng = rng
        self._mark = Mark()

    def start(self) -> subprocess.Popen[bytes]:
        """In a process group of its own, as a shell starts it."""
        return subprocess.Popen(self._small.command(self.out, *ARGUMENTS, figures=True), cwd=self._small.folder,
                                env=self._small.environment(**self._mark.environment), start_new_session=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def interrupt(self, how: signal.Signals, moment: Callable[[subprocess.Popen[bytes]], None]) -> None:
        """Starts it and signals the whole group at the moment; checks what is left."""
        before = identities(self.out)
        process = self.start()
        try:
            moment(process)
            if process.poll() is None:
                os.killpg(process.pid, how)
                assert process.wait(DEADLINE_S) != 0
        finally:
            process.kill()
            process.wait()
        self._mark.wait_until_none()
        after = identities(self.out)
        print(f"{how.name}: {len(run_folders(self.out))} runs are there, {len(half_folders(self.out))} half")
        assert after.items() >= before.items(), "a complete run was touched"

    def finish(self) -> None:
        """Lets it end by itself."""
        before = identities(self.out)
        assert self.start().wait(DEADLINE_S) == 0
        self._mark.wait_until_none()
        assert identities(self.out).items() >= before.items(), "a complete run was touched"

    def while_running(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when some more runs have been made, and a random part of the next one."""
        wanted = len(run_folders(self.out)) + self._rng.randint(0, 4)
        begin = time.monotonic()
        while len(run_folders(self.out)) < wanted and process.poll() is None:
            assert time.monotonic() < begin + DEADLINE_S
            wait(process, LOOK_S)
        wait(process, self._rng.uniform(0, 1))

    def at_any_time(self, whole_s: float) -> Callable[[subprocess.Popen[bytes]], None]:
        """From the start to the last figure."""
        return lambda process: wait(process, self._rng.uniform(0, whole_s))


def wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """So long, or until the process has ended."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def test_killed_at_random_moments_it_continues_and_repeats_nothing(tmp_path: Path) -> None:
    small = SmallComparison(tmp_path / "small")
    print(f"seed {SEED} (SONDA_TEST_SEED)")
    rng = random.Random(SEED)
    begin = time.monotonic()
    subprocess.run(small.command(small.folder / "whole", *ARGUMENTS, figures=True), env=small.environment(),
                   cwd=small.folder, stdout=subprocess.DEVNULL, timeout=DEADLINE_S, check=True)
    whole_s = time.monotonic() - begin

    killed = Interrupted(small, rng)
    moments = [(how, moment) for how in SIGNALS for moment in (killed.while_running, killed.at_any_time(whole_s))]
    for how, moment in rng.sample(moments, len(moments)):
        killed.interrupt(how, moment)
    killed.finish()
    assert len(run_folders(killed.out)) == 2 * RUNS and not half_folders(killed.out)
    assert results(killed.out) == results(small.folder / "whole")
