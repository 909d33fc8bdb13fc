"""No argument with a control character gets into a command, a file's name or a job list; and the list holds if one does."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Lab

from sonda_analysis.arguments import check_arguments
from sonda_analysis.contenders import Contender, parse_contender
from sonda_analysis.engine import shell_line
from sonda_analysis.engine_hosts import _line
from sonda_analysis.errors import AnalysisError
from sonda_analysis.gnu_parallel import install, joblog_path, one_line, parallel_command, parallel_environment, read_joblog
from sonda_analysis.hosts_file import read_hosts
from sonda_analysis.record_report import main as report
from sonda_analysis.runs import Run, RunStore
from sonda_analysis.shown import MOST_IN_MESSAGE, shown, shown_message
from sonda_validation.options import parse_options as validation_options

# Ends of lines (also those of Unicode), escape, DEL, the second set of control characters, turns of direction, and
# a byte that is no UTF-8 as Python keeps it.
CONTROLS = ["\n", "\r", "\t", "\v", "\f", "\x01", "\x1b", "\x1e", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\u202e",
            "\u200b", "\ufeff", "\udcff"]


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("arguments, option", [
    (["--set", "about=x{}touch marker #"], "--set"), (["--set=about=x{}y"], "--set"), (["--contenders", "min: rtt{}+1/best"], "--contenders"),
    (["--formulas", "min: rtt{}", "--policies", "best"], "--formulas"), (["--policies", "best{}"], "--policies"),
    (["--out", "o{}1"], "--out"), (["--sim", "x{}"], "--sim"), (["--sweep", "workload.load=0.5{}"], "--sweep"),
    (["--hosts", "h{}"], "--hosts"), (["--slurm", "--slurm-time", "1{}"], "--slurm-time"), (["--baseline", "random{}"], "--baseline"),
    (["--runs", "1{}"], "--runs"), (["--nosuch{}"], "--nosuch"),
])
def test_compare_refuses_them_and_names_the_option(lab: Lab, control: str, arguments: list[str], option: str) -> None:
    ended = lab.compare(*(text.replace("{}", control) for text in arguments))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"sonda compare: {option}") and "control characters" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert lab.runs_made() == [] and not list(lab.folder.glob("marker*"))


@pytest.mark.parametrize("control", CONTROLS)
def test_a_scenario_by_name_or_path_is_checked(lab: Lab, control: str) -> None:
    from sonda_analysis.options import parse_options

    for name in f"small{control}", f"./small{control}.json":
        with pytest.raises(AnalysisError, match="argument 1: .*control characters"):
            parse_options([name])


def test_reports_and_validations_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report([str(tmp_path / "a\nb")]) == 1
    assert "argument 1: " in capsys.readouterr().err
    with pytest.raises(AnalysisError, match=r"--out: 'x\\x0ay' has \\x0a"):
        validation_options(["--out", "x\ny"])


def test_a_folder_above_with_such_a_name_is_refused(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sonda_analysis.options import parse_options

    folder = tmp_path / "a\nb"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.raises(AnalysisError, match="--out: .*control characters"):
        parse_options(["small", f"--root={lab.folder}", "--out", "o"])


@pytest.mark.parametrize("text", ["größe", "日本語", "a b", "'", '"', "$(x)", "`x`", ";", "{}", "{#}", "{= =}", "\\", "\u00a0", "e\u0301"])
def test_what_stands_in_a_line_is_allowed(lab: Lab, text: str) -> None:
    check_arguments(["--out", text, f"--set=about={text}"])
    ended = lab.compare("--contenders", "random", "--runs", "1", "--out", f"out {text}")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("variable", ["TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS"])
def test_folders_of_the_environment_may_have_any_name(
        lab: Lab, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "größe {}"
    folder.mkdir()
    monkeypatch.setenv(variable, str(folder))
    ended = lab.compare("--contenders", "random", "--runs", "1")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("control", [control for control in CONTROLS if control != "\udcff"])
def test_every_subcommand_of_the_launcher_refuses_them(control: str, tmp_path: Path) -> None:
    for command in "compare", "validate", "report", "test", "bench", "build", "doctor":
        for arguments in (["--out", f"a{control}b"], [f"--preset=a{control}b"], [f"a{control}b"]):
            ended = subprocess.run([ROOT / "sonda", command, *arguments, "--no-install"], cwd=tmp_path, capture_output=True,
                                   text=True, errors="replace", timeout=60, check=False)
            option = arguments[0].partition("=")[0] if arguments[0].startswith("--") else "argument 2"
            assert ended.returncode == 1 and ended.stdout == "", (command, arguments, ended)
            assert ended.stderr.startswith(f"sonda: {option}: ") and "control character" in ended.stderr
            assert control not in ended.stderr.rstrip("\n")


def test_a_job_stays_one_line_and_one_job(tmp_path: Path) -> None:
    """What an option would refuse, given to the engine itself: GNU parallel here runs the one job, as it was meant."""
    nasty = "x\n touch marker #'\"$(touch marker)\\\n\ttouch marker\n"
    folder = tmp_path / "a\nb"
    folder.mkdir()
    log = tmp_path / "logs"
    install(log)
    lines = [one_line(shlex.join(["exec", sys.executable, "-c", "import sys; open('got' + sys.argv[1], 'w').write(sys.argv[2])",
                                  str(number), nasty])) for number in range(3)] + [one_line("exec true")]
    assert all(line.count("\n") == 1 and line[:-1].isprintable() for line in lines)
    subprocess.run(parallel_command(log, "--jobs=2"), input="".join(lines), text=True, cwd=folder, check=True, timeout=60,
                   env=parallel_environment(log))
    assert sorted(path.name for path in folder.iterdir()) == ["got0", "got1", "got2"]
    assert all((folder / f"got{number}").read_text() == nasty for number in range(3))
    assert {number: end.text for number, end in read_joblog(joblog_path(log)).items()} == dict.fromkeys(range(1, 5), "exit status 0")


def test_lines_of_all_engines_are_one_line(lab: Lab) -> None:
    store = RunStore(lab.out, lab.scenario, ["about=x\ntouch marker"], lab.sim)
    run = Run(Contender("min: rtt\n+1", "best"), 1, store.folder / "run\n1", store)
    for line in shell_line(run), _line(1, run):
        assert line.count("\n") == 1 and line.endswith("\n") and line[:-1].isprintable()


def test_contenders_and_hosts_files_are_checked(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="control characters"):
        parse_contender("min: rtt\n+1/best")
    for control in set(CONTROLS) - {"\n", "\r", "\t", "\udcff"}:
        file = tmp_path / "hosts"
        file.write_text(f":\nssh -p{control}22 lab\n", encoding="utf-8")
        with pytest.raises(AnalysisError, match="hosts, line 2: .*control characters"):
            read_hosts(file)


def test_messages_cut_what_they_quote(lab: Lab) -> None:
    assert shown("x" * 100_000) == "x" * 200 + "… (100000 characters)"
    assert shown("a\x1b\u2028\udcff") == "a\\x1b\\u2028\\xff"
    assert len(shown_message("y\n" * 100_000)) < MOST_IN_MESSAGE + 50
    for arguments in (["--set", "x" * 100_000], ["--contenders", "x" * 100_000 + "/"], ["--contenders", "(" + "x" * 100_000],
                      ["--out", "y" * 100_000], ["--policies", "Z" * 100_000], ["--baseline", "Z" * 100_000],
                      ["--sweep", "Z" * 100_000], ["--warmup", "Z" * 100_000], ["--all", "--scenarios", "Z" * 100_000]):
        ended = lab.compare(*arguments)
        assert ended.returncode in (1, 2) and len(ended.stderr) < MOST_IN_MESSAGE + 100, (arguments[0], ended.stderr[:300])
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [["--runs", "y" * 100_000], ["--" + "y" * 100_000], ["--fidelity", "y" * 100_000]])
def test_wrong_usage_is_told_cut(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from sonda_analysis.options import parse_options

    with pytest.raises(SystemExit):
        parse_options(arguments)
    assert "characters)" in (said := capsys.readouterr().err) and len(said) < MOST_IN_MESSAGE + 300


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_a_deep_scenario_is_told_in_one_line(lab: Lab, arguments: list[str]) -> None:
    for deep in "[" * 50_000 + "]" * 50_000, '{"name": "small", "about": ' + "[" * 40 + "]" * 40 + "}":
        lab.scenario.write_text(deep)
        ended = lab.compare(*arguments)
        assert ended.returncode == 1
        assert ended.stderr == f"sonda compare: {lab.scenario}: it is nested too deeply; at most 32 levels are allowed\n"
