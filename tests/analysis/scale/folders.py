"""What the tests look at in a results folder."""

from __future__ import annotations

from pathlib import Path

# run.json alone holds what differs between equal runs: host, wall time, paths.
NOT_COMPARED = "run.json"
FILES = {"run.json", "summary.csv", "windows.csv", "latency.csv", "rtt.csv"}  # and maybe others


def run_folders(out: Path) -> list[Path]:
    """The folders that have the name of a run."""
    return sorted(path for path in out.glob("runs/*/*/run-*") if ".part-" not in path.name)


def half_folders(out: Path) -> list[Path]:
    return sorted(out.glob("runs/*/*/run-*.part-*"))


def identities(out: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every run's folder and files: a run that is made again has others."""
    found = {}
    for folder in run_folders(out):
        assert FILES <= {path.name for path in folder.iterdir()}, f"{folder} is half a run"
        for path in (folder, *folder.iterdir()):
            state = path.stat()
            found[str(path.relative_to(out))] = (state.st_ino, state.st_mtime_ns)
    return found


def results(out: Path) -> dict[str, bytes]:
    """The bytes of all result files that equal comparisons have equal."""
    paths = [*(path for folder in run_folders(out) for path in folder.iterdir()), *out.glob("*.csv"),
             *out.glob("figures/*.csv")]
    return {str(path.relative_to(out)): path.read_bytes() for path in paths if path.name != NOT_COMPARED}
