"""Shared by the tests of the benchmarks: the package on the path, the programs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("SONDA_BIN", ROOT / "build" / "bin"))
sys.path.insert(0, str(ROOT / "bench"))

from sonda_bench.proxy_peers import NGINX_STREAM  # noqa: E402
from sonda_bench.sim_cases import Programs  # noqa: E402


@pytest.fixture
def programs() -> Programs:
    for name in ("sonda-sim", "bench-empty-events", "bench-plain-star"):
        if not (BIN / name).is_file():
            pytest.skip(f"{BIN / name} is not built: ./sonda build makes it")
    return Programs(ROOT, BIN, sys.executable)


@pytest.fixture
def simpy() -> None:
    pytest.importorskip("simpy", reason="there is no SimPy; ./sonda bench sim installs it (python3-simpy3)")


@pytest.fixture
def proxy_programs() -> Path:
    """The folder with all that `./sonda bench proxy` runs."""
    for name in ("sonda-agent", "sonda-proxy", "bench-responder", "bench-client"):
        if not (BIN / name).is_file():
            pytest.skip(f"{BIN / name} is not built: ./sonda bench proxy makes it")
    return BIN


@pytest.fixture
def peers() -> None:
    for name, package in (("haproxy", "haproxy"), ("nginx", "nginx-light"), ("wrk", "wrk")):
        if shutil.which(name) is None:
            pytest.skip(f"there is no {name}; ./sonda bench proxy installs it (the Debian package {package})")
    if not NGINX_STREAM.is_file():
        pytest.skip(f"there is no {NGINX_STREAM}; ./sonda bench proxy installs it (libnginx-mod-stream)")
