"""The packages that the build folder makes, for the tests that look at them and those that install them."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "realnet" / "system"))

BUILD = os.environ.get("SONDA_BUILD", "")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: boots machines, or takes minutes")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Path of each package, by name."""
    folder = tmp_path_factory.mktemp("packages")
    made = subprocess.run(["cpack", "-G", "DEB", "-B", str(folder)], cwd=BUILD, text=True,
                          capture_output=True, timeout=300, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    found = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}
    assert sorted(found) == ["sonda-agent", "sonda-proxy"]
    return found
