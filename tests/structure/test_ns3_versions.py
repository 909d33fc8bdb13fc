"""cmake/SondaNs3.cmake: which ns-3 is taken as what, without a word about those that work."""
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = "core network internet bridge"
PROJECT = f"""cmake_minimum_required(VERSION 3.25)
project(try CXX)
list(APPEND CMAKE_MODULE_PATH {ROOT}/cmake)
include(SondaNs3)
"""


def configure(folder, version, prefix, asked):
    """What CMake says of an ns-3 of that version, whose targets have that prefix and ask for that standard."""
    (folder / "CMakeLists.txt").write_text(PROJECT)
    features = f"set_target_properties(ns3::{prefix}core PROPERTIES INTERFACE_COMPILE_FEATURES cxx_std_{asked})\n"
    (folder / "ns3Config.cmake").write_text(f"""foreach(m {MODULES})
  add_library(ns3::{prefix}${{m}} INTERFACE IMPORTED)
  set_target_properties(ns3::{prefix}${{m}} PROPERTIES INTERFACE_LINK_LIBRARIES "" INTERFACE_INCLUDE_DIRECTORIES "{folder}")
endforeach()
{features if asked else ""}set(ns3_VERSION {version})
""")
    done = subprocess.run(["cmake", "-S", folder, "-B", folder / "build", f"-Dns3_DIR={folder}"],
                          capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("cmake"), reason="SKIPPED, NOT TESTED: cmake is not installed")
@pytest.mark.parametrize("version, prefix, asked, standard", [
    ("3.37", "lib", None, 17), ("3.40", "lib", None, 17), ("3.41", "lib", None, 20), ("3.43", "", None, 20),
    ("3.45", "", None, 20), ("3.46", "", None, 23), ("3.46.1", "", None, 23), ("3.48", "", None, 23),
    ("3.48.1", "", None, 23), ("3.48", "", 26, 26), ("3.43", "", 23, 23),
])
def test_the_standard_of_every_version_that_works(tmp_path, version, prefix, asked, standard):
    said = configure(tmp_path, version, prefix, asked)
    assert f"ns-3 {version}, cxx_std_{standard}" in said, said
    assert standard == 26 or "Warning" not in said and "Error" not in said, said


@pytest.mark.skipif(not shutil.which("cmake"), reason="SKIPPED, NOT TESTED: cmake is not installed")
@pytest.mark.parametrize("version", ["3.36", "3.49"])
def test_others_are_warned_of(tmp_path, version):
    assert f"ns-3 {version} was found; Sonda is written for 3.37 to 3.48" in configure(tmp_path, version, "", None)
