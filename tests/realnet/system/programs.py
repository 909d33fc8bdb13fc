"""Runs programs for tests: log lines to wait for, counters, an end by their own process id."""
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

BIN = os.environ.get("SONDA_BIN", "")
UNDER_VALGRIND = bool(os.environ.get("SONDA_VALGRIND"))
DEADLINE_S = 20  # generous: sanitizer builds on a loaded machine


class Program:
    """A running program whose lines (standard error and output) are collected by a thread."""

    def __init__(self, command, **popen):
        self.command = [str(word) for word in command]
        self.lines = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True, errors="replace",
                                         **popen)
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def is_running(self):
        return self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def wait_line(self, pattern, after=0, deadline_s=DEADLINE_S):
        """Returns the match of the first line that has the pattern, from line `after` on."""
        expression = re.compile(pattern)
        end = time.monotonic() + deadline_s
        with self._changed:
            at = after
            while True:
                while at < len(self.lines):
                    match = expression.search(self.lines[at])
                    if match:
                        return match
                    at += 1
                left = end - time.monotonic()
                if left <= 0 or self._ended:
                    raise AssertionError(f"no line with {pattern!r} from {self.command[0]}:\n" +
                                         "\n".join(self.lines))
                self._changed.wait(left)

    def counters(self):
        """Asks for the counters (SIGUSR1) and returns them as an object."""
        after = len(self.lines)
        self.signal(signal.SIGUSR1)
        return json.loads(self.wait_line(r"counters (\{.*\})$", after)[1])

    def wait_counters(self, condition, deadline_s=DEADLINE_S):
        """Returns the counters as soon as the condition holds for them."""
        end = time.monotonic() + deadline_s
        while True:
            counters = self.counters()
            if condition(counters):
                return counters
            assert time.monotonic() < end, f"counters never became right: {counters}"
            with self._changed:  # not at once: asking costs the program more than its work does
                self._changed.wait(0.02)

    def signal(self, number):
        self._process.send_signal(number)

    def close_input(self):
        """Ends its standard input, which must be a pipe."""
        self._process.stdin.close()

    def wait_end(self, deadline_s=DEADLINE_S):
        """Returns the exit code."""
        code = self._process.wait(deadline_s)
        self._reader.join(deadline_s)
        return code

    def stop(self):
        """Ends the program, whatever it is doing. Returns the exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(8)
            except subprocess.TimeoutExpired:
                self._process.kill()
        code = self._process.wait()
        self._reader.join(5)
        return code

    def sanitizer_report(self):
        """What a sanitizer build or valgrind has to say, as one text; empty when all is well."""
        start = next((i for i, line in enumerate(self.lines)
                      if re.search(r"Sanitizer|runtime error:|^==\d+==", line)), None)
        return "" if start is None else "\n".join(self.lines[start:start + 60])


def check_sanitizers(programs):
    """Fails when one of the programs, which have ended, was found at fault by a sanitizer."""
    for program in programs:
        if isinstance(program, Program):
            assert not program.sanitizer_report(), program.sanitizer_report()


def run(command, deadline_s=DEADLINE_S, **options):
    """Runs a program to its end; returns subprocess' result with text."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=deadline_s, check=False, **options)


def binary(name):
    """Path of one of our programs, or of what runs it under valgrind; the environment must say where they are."""
    path = os.path.join(BIN, name)
    assert BIN and os.access(path, os.X_OK), f"SONDA_BIN={BIN!r} has no program {name}"
    return str(Path(__file__).parent.parent / "valgrind" / name) if UNDER_VALGRIND else path
