"""Runs one fuzz target for a while: python3 run_target.py PROGRAM CORPUS FINDS [--seconds N]

Begins with the inputs of CORPUS (text files of the repository) and keeps what it learns in a folder of its
own that is removed again. An input that fails is kept in FINDS and shown; `PROGRAM FILE` repeats it.
The seconds are those of the option, else of SONDA_FUZZ_SECONDS, else 30. Its seed is printed; SONDA_FUZZ_SEED
repeats one.
"""
import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

# Inputs are small: what a datagram, a line or a short file holds.
LONGEST = 4096
SLOWEST_S = 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("finds", type=Path)
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("SONDA_FUZZ_SECONDS", "30")))
    given = parser.parse_args()
    if not given.program.is_file():
        print(f"{given.program} is not there; ./sonda test builds it, and so does the target fuzz-targets")
        return 1
    seeds = sum(1 for _ in given.corpus.iterdir())
    given.finds.mkdir(parents=True, exist_ok=True)
    seed = os.environ.get("SONDA_FUZZ_SEED") or str(secrets.randbelow(1 << 31) + 1)
    print(f"SONDA_FUZZ_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="sonda-fuzz-") as learnt:
        ended = subprocess.run(
            [given.program, f"-max_total_time={given.seconds}", f"-seed={seed}", f"-max_len={LONGEST}",
             f"-timeout={SLOWEST_S}", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=1",
             f"-artifact_prefix={given.finds}/{given.program.name}-", learnt, given.corpus],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if ended.returncode != 0:
        print("\n".join(ended.stdout.splitlines()[-60:]))
        return 1
    executions = int(re.search(r"number_of_executed_units: (\d+)", ended.stdout)[1])
    edges = re.findall(r"cov: (\d+)", ended.stdout)
    print(f"{given.program.name}: {executions} executions in {given.seconds} s, {edges[0]} edges at the start, "
          f"{edges[-1]} at the end, {seeds} inputs to begin with")
    # A target that does nothing would not fail.
    return 0 if executions > 2 * seeds and int(edges[-1]) > 100 else 1


sys.exit(main())
