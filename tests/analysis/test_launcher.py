"""./sonda and .ci/run: what they say, and that nothing is installed or built for wrong options."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, SCENARIO


def launch(*arguments: str, path: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if path is not None:
        environment["PATH"] = f"{path}:{environment['PATH']}"
    return subprocess.run([ROOT / "sonda", *arguments], env=environment, cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A PATH folder whose dpkg-query knows only cmake, and whose apt-get and cmake must not be called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    programs = {
        "dpkg-query": 'for last; do :; done\n[ "$last" = cmake ] && echo "installed 3.25" || exit 1',
        "apt-get": f"touch {tmp_path}/apt-get-was-called; exit 1",
        "sudo": f"touch {tmp_path}/sudo-was-called; exit 1",
        "cmake": f"touch {tmp_path}/cmake-was-called; exit 1",
    }
    for name, body in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(SCENARIO))
    return str(path)


def groups() -> dict[str, list[str]]:
    """Group → packages; without those for which this machine has a command that stands for them."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "packages.txt").read_text().splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = current = []
        elif line and not line.startswith("#"):
            name, _, why = line.partition("#")
            assert why.strip(), f"{line}: no reason is given"
            package, _, command = name.strip().partition("|")
            if not (command and shutil.which(command)):
                current.append(package)
    return found


def test_every_package_is_listed_once_in_a_known_group() -> None:
    assert list(groups()) == ["build", "sim", "realnet", "analysis", "test", "check", "bench"]
    names = [name for group in groups().values() for name in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("wanted", [["build"], ["build", "realnet"], ["realnet", "test", "bench"]])
def test_packages_are_printed_as_apt_takes_them(wanted: list[str]) -> None:
    ended = launch("packages", *wanted)
    assert ended.returncode == 0
    assert ended.stdout.split("\n")[:-1] == [name for group, names in groups().items() if group in wanted for name in names]
    assert "|" not in ended.stdout


@pytest.mark.parametrize("arguments, status, words", [
    (("--help",), 0, "compare [SCENARIO]"),
    ((), 2, "Usage: ./sonda COMMAND"),
    (("cmopare",), 2, "'cmopare' is no command; there are: compare, validate, report, test, check, bench, build, packages, doctor"),
    (("doctor", "--fix"), 1, "doctor takes no options"),
    (("build", "--presets", "x"), 1, "unknown option '--presets'; there are: --preset P, --no-install"),
    (("build", "--preset", "fast"), 1, "'fast' is unknown; there are: release, dev, asan, tsan"),
    (("test", "--preset=fast"), 1, "'fast' is unknown"),
    (("test", "--help"), 0, "test [--preset P] [--long] [ctest options]"),
    (("build", "-h"), 0, "build [--preset P]"),
    (("compare", "--help"), 0, "--contenders A,B"),
    (("validate", "--help"), 0, "--only V1,V2"),
    (("validate", "--only", "V99"), 1, "'V99' is no family; there are: V1, V2"),
    (("validate", "--load", "1.2"), 1, "needs one family"),
    (("check", "--help"), 0, "check [RULE...]"),
    (("check", "--fix"), 1, "check: unknown option '--fix'; there is: --no-install"),
    (("check", "style"), 2, "check: 'style' is no rule; there are: includes, circles, format, length, documents,"),
    (("check", "columns", "--no-install"), 0, "no violations of columns"),
    (("packages",), 1, "packages: which groups? There are: build sim realnet analysis test check bench"),
    (("packages", "build", "every"), 1, "'every' is no group; there are: build sim"),
    (("bench",), 1, "'' is no benchmark; there are: sim, proxy, pick, agent"),
    (("bench", "fly"), 1, "'fly' is no benchmark; there are: sim, proxy, pick, agent"),
    (("bench", "--help"), 0, "Usage: ./sonda bench sim|proxy|pick|agent"),
    (("bench", "sim", "--help"), 0, "--rounds N"),
    (("bench", "sim", "--agents", "1"), 1, "--agents: '1' is not allowed"),
    (("bench", "proxy", "--peers", "envoy"), 1, "--peers: 'envoy' is not allowed; there are: direct, nginx, haproxy-1, "),
    (("bench", "agent", "--rounds", "0"), 1, "--rounds: 0 is not allowed"),
    (("bench", "pick", "--repetitions", "0"), 1, "--repetitions: 0 is not allowed"),
])
def test_what_the_launcher_says(tmp_path: Path, arguments, status: int, words: str) -> None:
    ended = launch(*arguments, cwd=tmp_path)
    assert ended.returncode == status
    assert words in ended.stdout + ended.stderr


def test_no_install_refuses_with_the_exact_command(bare_machine: Path, scenario: str) -> None:
    ended = launch("compare", scenario, "--no-install", path=bare_machine)
    wanted = [name for group in ("build", "sim", "analysis") for name in groups()[group] if name != "cmake"]
    assert ended.returncode == 1
    assert f"apt-get install --no-install-recommends {' '.join(wanted)}\n" in ended.stderr
    assert not list(bare_machine.parent.glob("*-was-called"))


def test_validation_needs_one_package_more(bare_machine: Path) -> None:
    ended = launch("validate", "--short", "--no-install", path=bare_machine)
    wanted = [name for group in ("build", "sim", "analysis") for name in groups()[group] if name != "cmake"]
    assert ended.returncode == 1
    assert f"apt-get install --no-install-recommends {' '.join([*wanted, 'catch2'])}\n" in ended.stderr


@pytest.mark.parametrize("bench, needed, further", [
    ("sim", ("build", "sim"), {"python3-simpy3"}),
    ("proxy", ("build", "realnet"), {"nginx-light", "libbenchmark-dev", "haproxy", "libnginx-mod-stream", "wrk"}),
    ("pick", ("build",), {"libbenchmark-dev"}),
    ("agent", ("build", "realnet"), {"iproute2", "prometheus-node-exporter"}),
])
def test_a_bench_needs_its_own_peers(bare_machine: Path, bench: str, needed: tuple[str, ...], further: set[str]) -> None:
    ended = launch("bench", bench, "--no-install", path=bare_machine)
    wanted = [name.partition("|")[0] for group, names in groups().items() for name in names
              if name != "cmake" and (group in needed or name in further)]
    assert ended.returncode == 1
    assert f"apt-get install --no-install-recommends {' '.join(wanted)}\n" in ended.stderr
    assert not list(bare_machine.parent.glob("*-was-called"))


def test_a_check_needs_no_compiler(bare_machine: Path) -> None:
    ended = launch("check", "--no-install", path=bare_machine)
    assert ended.returncode == 1
    assert f"apt-get install --no-install-recommends {' '.join(['python3', *groups()['check']])}\n" in ended.stderr
    assert not list(bare_machine.parent.glob("*-was-called"))


def test_a_command_from_elsewhere_stands_for_its_package(bare_machine: Path) -> None:
    (bare_machine / "npm").write_text("#!/bin/sh\n")
    (bare_machine / "npm").chmod(0o755)
    ended = launch("build", "--no-install", path=bare_machine)
    assert ended.returncode == 1
    assert " prometheus-cpp-dev " in ended.stderr and " npm " not in ended.stderr


@pytest.mark.parametrize("command", ["test", "build"])
def test_the_other_commands_need_all_other_groups(bare_machine: Path, command: str) -> None:
    ended = launch(command, "--no-install", path=bare_machine)
    wanted = [name for group, names in groups().items() if group != "bench" for name in names if name != "cmake"]
    assert ended.returncode == 1 and f"install --no-install-recommends {' '.join(wanted)}\n" in ended.stderr
    assert not list(bare_machine.parent.glob("*-was-called"))


def test_an_installation_that_fails_is_told(bare_machine: Path, scenario: str) -> None:
    ended = launch("compare", scenario, path=bare_machine)
    assert ended.returncode == 1
    assert "These Debian packages are missing and will be installed: g++ ninja-build" in ended.stdout
    assert "could not install: " in ended.stderr
    called = "apt-get-was-called" if os.geteuid() == 0 else "sudo-was-called"
    assert (bare_machine.parent / called).exists()
    assert not (bare_machine.parent / "cmake-was-called").exists()


@pytest.mark.parametrize("arguments, words", [
    (("no-such-scenario",), "there is no scenarios/no-such-scenario.json"),
    (("--contenders", "min: ram/2"), "names no policy"),
    (("--run", "3"), "unrecognized arguments"),
])
def test_wrong_options_end_it_before_anything_is_installed(bare_machine: Path, scenario: str, arguments, words) -> None:
    given = arguments if not arguments[0].startswith("-") else (scenario, *arguments)
    ended = launch("compare", *given, path=bare_machine)
    assert ended.returncode in (1, 2) and words in ended.stderr
    assert not list(bare_machine.parent.glob("*-was-called"))


def test_the_doctor_names_what_is_missing_and_what_to_do(bare_machine: Path) -> None:
    ended = launch("doctor", path=bare_machine)
    assert ended.returncode == 1
    assert "MISSING  libns3-dev" in ended.stdout and "ok       cmake 3.25" in ended.stdout
    assert "install: apt-get install --no-install-recommends g++" in ended.stdout


def test_the_doctor_goes_on_without_a_cmake_that_runs(bare_machine: Path) -> None:
    ended = launch("doctor", path=bare_machine)
    assert "MISSING  cmake; install: apt-get install cmake" in ended.stdout
    assert ended.returncode == 1 and re.search(r"^\d+ missing", ended.stdout, re.M)


def test_one_builds_at_a_time_in_a_folder(tmp_path: Path) -> None:
    project, programs = tmp_path / "project", tmp_path / "bin"
    (project / "build").mkdir(parents=True)
    programs.mkdir()
    for name in ("sonda", "packages.txt"):
        shutil.copy(ROOT / name, project)
    for name, body in {"dpkg-query": "echo installed 3.25", "cmake": f"echo $1 >> {tmp_path}/calls"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    with (project / "build" / "sonda-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen([project / "sonda", "build"], env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as second:
            assert second.stderr is not None
            assert second.stderr.readline() == f"sonda: another ./sonda builds in {project}/build; waiting for it …\n"
            assert not (tmp_path / "calls").exists()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert second.wait(60) == 0
    assert (tmp_path / "calls").read_text() == "--preset\n--build\n"


def test_ci_runs_the_launcher_with_warnings_as_errors() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[-1] == "exec ./sonda test" and "export SONDA_WERROR=1" in lines
