"""Options that say where the runs of a comparison are made."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .engine import Here, Place
from .engine_hosts import OtherHosts
from .engine_slurm import DEFAULT_RUNS_PER_TASK, SlurmCluster
from .errors import AnalysisError
from .hosts_file import read_hosts


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Adds --jobs, --hosts and --slurm… (docs/scale.md)."""
    group = parser.add_argument_group("where the runs are made (docs/scale.md)")
    group.add_argument("--jobs", type=int, metavar="N", help="runs at a time (default: the number of cores); with "
                       "--slurm: in each array task (default: 1)")
    group.add_argument("--hosts", metavar="FILE", help="on the machines that FILE names, over ssh")
    group.add_argument("--slurm", action="store_true", help="in a Slurm job array; sbatch's own variables "
                       "(SBATCH_ACCOUNT, SBATCH_QOS, …) count as well")
    group.add_argument("--slurm-partition", metavar="NAME", help="its partition (default: the cluster's)")
    group.add_argument("--slurm-time", metavar="TIME", help="time limit of an array task, as sbatch reads it")
    group.add_argument("--slurm-runs", type=int, metavar="N",
                       help=f"runs per array task (default: {DEFAULT_RUNS_PER_TASK}, more where the cluster allows "
                       "fewer tasks)")


def read_place(given: argparse.Namespace) -> Place:
    """The place that the options ask for; AnalysisError when they do not fit together."""
    for option, value in (("--jobs", given.jobs), ("--slurm-runs", given.slurm_runs)):
        if value is not None and value < 1:
            raise AnalysisError(f"{option}: {value} is not allowed; it must be 1 or more")
    of_slurm = {"--slurm-partition": given.slurm_partition, "--slurm-time": given.slurm_time,
                "--slurm-runs": given.slurm_runs}
    for option, value in of_slurm.items():
        if value is not None and not given.slurm:
            raise AnalysisError(f"{option} needs --slurm")
    if given.slurm and given.hosts:
        raise AnalysisError("--slurm and --hosts: choose one")
    if given.slurm:
        options = [f"--partition={given.slurm_partition}"] if given.slurm_partition else []
        options += [f"--time={given.slurm_time}"] if given.slurm_time else []
        return SlurmCluster(given.jobs or 1, given.slurm_runs, tuple(options))
    if given.hosts:
        if given.jobs is not None:
            raise AnalysisError("--jobs: with --hosts, each line of the file says how many ('4/host')")
        return OtherHosts(read_hosts(Path(given.hosts)))
    return Here(given.jobs or len(os.sched_getaffinity(0)))
