"""A sweep from the command line to sweep.csv, curves and report, with a fake sonda-sim."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from conftest import Lab

from sonda_analysis.figures.style import MOST_LINES
from sonda_analysis.figures.sweep_curves import draw_sweep
from sonda_analysis.sweep import SWEEP_COLUMNS
from sonda_analysis.sweep_values import parse_sweep

LOAD = ("--sweep", "workload.load=0.2:0.8:0.2", "--contenders", "random,connections/best")


def test_every_contender_is_run_at_every_value(lab: Lab) -> None:
    ended = lab.compare(*LOAD, "--runs", "3")
    assert ended.returncode == 0, ended.stderr
    assert "small, workload.load at 4 values: 24 runs (2 contenders, 3 each at 4 points)" in ended.stdout
    table = pd.read_csv(lab.out / "sweep.csv")
    assert tuple(table.columns) == SWEEP_COLUMNS
    assert table["value"].tolist() == [0.2, 0.2, 0.4, 0.4, 0.6, 0.6, 0.8, 0.8]
    assert set(table["key"]) == {"workload.load"}
    assert table["runs"].tolist() == [3] * 8
    means = table[table["contender"] == "random"].set_index("value")["mean_s"]
    # The fake's times are those of an M/M/1 queue, with the same noise at every load.
    assert means[0.8] / means[0.2] == pytest.approx(0.8 / 0.2)
    assert len(lab.runs_made()) == 24
    assert lab.compare(*LOAD, "--runs", "3").returncode == 0 and lab.runs_made() == []


def test_the_numbers_are_those_of_a_comparison_at_that_value(lab: Lab) -> None:
    lab.compare(*LOAD, "--runs", "3")
    swept = pd.read_csv(lab.out / "sweep.csv")
    lab.runs_made()
    lab.compare("--contenders", "random,connections/best", "--runs", "3", "--set", "workload.load=0.6")
    assert lab.runs_made() == [], "the runs of a sweep are those of a comparison with --set"
    single = pd.read_csv(lab.out / "comparison.csv")
    row = swept[(swept["value"] == 0.6)].reset_index(drop=True)
    for column in ("runs", "requests", "failures", "mean_s", "mean_ci95_s", "p99_s", "jain_window", "jain_chance"):
        assert row[column].tolist() == pytest.approx(single[column].tolist()), column
    differences = pd.read_csv(lab.out / "differences.csv").query("metric == 'mean'")
    assert row["difference_s"].dropna().tolist() == pytest.approx(differences["difference_s"].tolist())


def test_the_tables_mark_the_best_and_the_overloaded(lab: Lab) -> None:
    ended = lab.compare(*LOAD, "--runs", "2", FAKE_UNFINISHED="random:1")
    lines = [line for line in ended.stdout.splitlines() if line.startswith("connections/best")]
    assert len(lines) == 2 and lines[0].count("*") == 4
    assert "> " in next(line for line in ended.stdout.splitlines() if line.startswith("random"))
    assert "* lowest mean response time" in ended.stdout and "> overloaded" in ended.stdout


def test_regret_and_until_hold_at_every_value(lab: Lab) -> None:
    ended = lab.compare(*LOAD, "--regret", "--until", "0.2", "--runs", "2", "--most-runs", "6")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Stopped a") == 4 and "workload.load=0.2: Stopped" in ended.stdout
    table = pd.read_csv(lab.out / "sweep.csv")
    assert (table["bound"] == (table["contender"] == "fresh-least-work")).all()
    rest = table[~table["bound"]]
    assert rest["regret_s"].notna().all() and table.loc[table["bound"], "regret_s"].isna().all()
    assert "Bounds, not ranked: fresh-least-work." in ended.stdout


def test_one_warm_up_holds_for_the_whole_sweep(lab: Lab) -> None:
    ended = lab.compare(*LOAD, "--runs", "2", "--warmup", "auto")
    assert ended.returncode == 0, ended.stderr
    assert "small, workload.load at 4 values, pilots: 40 runs" in ended.stdout
    assert " at workload.load=" in ended.stdout
    assert pd.read_csv(lab.out / "sweep.csv")["warmup_s"].nunique() == 1


@pytest.mark.parametrize("sweep, words", [
    ("bogus=1,2", "unknown key 'bogus'"),
    ("workload.load=0.5,1.5", "workload.load must be over 0 and below 1"),
])
def test_what_sonda_sim_refuses_ends_it_before_any_run(lab: Lab, sweep: str, words: str) -> None:
    ended = lab.compare("--sweep", sweep, "--contenders", "random")
    assert ended.returncode == 1 and words in ended.stderr and lab.runs_made() == []


def test_curves_and_report_are_written(lab: Lab) -> None:
    ended = lab.launch(*LOAD, "--runs", "2", "--warmup", "auto")
    assert ended.returncode == 0, ended.stderr
    for stem in ("sweep", "warm-up"):
        picture = matplotlib.image.imread(lab.out / "figures" / f"{stem}.png")
        assert picture.shape[1] == 1050 and picture[..., :3].std() > 0.03
        assert (lab.out / "figures" / f"{stem}.pdf").is_file()
    drawn, table = (pd.read_csv(path) for path in (lab.out / "figures" / "sweep.csv", lab.out / "sweep.csv"))
    pd.testing.assert_frame_equal(drawn, table)
    warm_up = pd.read_csv(lab.out / "figures" / "warm-up.csv")
    assert warm_up["contender"].nunique() == 2, "of every contender the value that was cut latest"
    page = (lab.out / "report.html").read_text()
    for words in ("Sweep: small, workload.load", "Against workload.load", "Mean response time (ms)",
                  "figures/sweep.pdf"):
        assert words in page


def made_up(contenders: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = []
    for index in range(contenders):
        for value in (0.1, 1.0, 10.0):
            row = dict.fromkeys(SWEEP_COLUMNS, 0.5)
            row.update(key="probe.interval_s", value=value, contender=f"c{index}", bound=index == 0,
                       unfinished=int(value == 10.0), mean_s=rng.lognormal(value / 3, 0.3), p99_s=5.0)
            rows.append(row)
    return pd.DataFrame(rows, columns=list(SWEEP_COLUMNS))


def test_overloaded_points_are_hollow_and_axes_logarithmic(tmp_path: Path) -> None:
    from sonda_analysis.figures import sweep_curves

    data, sweep = made_up(3), parse_sweep("probe.interval_s=0.1:10:x10", ())
    figure = sweep_curves._draw_together(data, sweep, {f"c{i}": f"c{i}" for i in range(3)})
    mean = figure.axes[0]
    assert mean.get_xscale() == "log" and mean.get_yscale() == "log"
    hollow = [list(line.get_xdata()) for line in mean.lines if line.get_markerfacecolor() == "white"]
    assert hollow == [[10.0]] * 3
    jain = figure.axes[4]
    assert "at random" in [line.get_label() for line in jain.lines]
    assert [line.get_color() for line in mean.lines if line.get_label() == "c0"] == ["black"], "a bound"


def test_many_contenders_get_a_figure_for_each_metric(tmp_path: Path) -> None:
    data = made_up(MOST_LINES + 1)
    labels = {name: name for name in data["contender"]}
    drawn = draw_sweep(data, parse_sweep("probe.interval_s=0.1:10:x10", ()), labels, tmp_path)
    assert [figure.stem.name for figure in drawn] == [
        "sweep-mean", "sweep-p50", "sweep-p99", "sweep-failed-share", "sweep-jain-window"]
    for figure in drawn:
        assert matplotlib.image.imread(f"{figure.stem}.png")[..., :3].std() > 0.03
    assert pd.read_csv(tmp_path / "sweep-mean.csv")["mean_s"].tolist() == pytest.approx(data["mean_s"].tolist())


def test_a_sweep_says_what_it_sweeps_in_the_order_of_values(lab: Lab) -> None:
    lab.compare("--sweep", "probe.interval_s=10,2,5", "--contenders", "random", "--runs", "1")
    assert pd.read_csv(lab.out / "sweep.csv")["value"].tolist() == [2, 5, 10]
