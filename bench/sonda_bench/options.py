"""Options that all benchmarks have, and checks of their values."""

from __future__ import annotations

import argparse
from pathlib import Path

from .errors import BenchError

ROOT = Path(__file__).resolve().parents[2]


def add_places(parser: argparse.ArgumentParser, name: str) -> None:
    """--out, --bin and --parse-only: see out_folder() and bin_folder(); with the last one only options are checked."""
    parser.add_argument("--out", metavar="DIR", help=f"default: results/bench-{name}")
    parser.add_argument("--bin", metavar="DIR", help="where the programs are (default: build/bin)")
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)


def out_folder(given: argparse.Namespace, name: str) -> Path:
    """Where results go; it is made."""
    out = Path(given.out).resolve() if given.out else ROOT / "results" / f"bench-{name}"
    out.mkdir(parents=True, exist_ok=True)
    return out


def bin_folder(given: argparse.Namespace) -> Path:
    """Where the programs are."""
    return Path(given.bin).resolve() if given.bin else ROOT / "build" / "bin"


def check_least(given: argparse.Namespace, **least: float) -> None:
    """BenchError when an option is below what is allowed."""
    for key, value in least.items():
        if getattr(given, key) < value:
            raise BenchError(f"--{key}: {getattr(given, key)} is not allowed; it must be {value} or more")
