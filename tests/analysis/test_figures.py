"""Figures: the table behind each one exactly, and that pictures show something."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import matplotlib.image
import pandas as pd
import pytest
from samples import make_run

from sonda_analysis.comparison import compare, differences_table
from sonda_analysis.errors import AnalysisError
from sonda_analysis.figures import (
    differences, draw_all, fairness, heat_map, in_flight, probe_rtt, report_age, response_time, selection_share,
)
from sonda_analysis.figures.style import MOST_LINES, line_style, sorted_agents, thin_labels
from sonda_analysis.warmup import WarmUp

STEMS = ["response-time", "differences", "selection-share", "pick-heat-map", "fairness", "in-flight", "report-age",
         "probe-rtt"]


def draw(runs, folder: Path, warmup: WarmUp | None = None):
    contenders = list(dict.fromkeys(run.contender for run in runs))
    labels = {contender.name: contender.name for contender in contenders}
    return draw_all(runs, compare(runs, contenders), labels, folder, warmup)


def assert_drawn(stem: Path) -> None:
    """A picture of 7 in that shows something, beside a PDF with TrueType fonts."""
    picture = matplotlib.image.imread(f"{stem}.png")
    assert picture.shape[1] == 1050, "7 in at 150 dpi"
    assert picture[..., :3].std() > 0.03, f"{stem}.png is blank"
    assert b"/Type /Font" in Path(f"{stem}.pdf").read_bytes()
    assert b"/Subtype /Type3" not in Path(f"{stem}.pdf").read_bytes(), "fonts are embedded as TrueType"


def test_response_time_has_pooled_and_single_runs() -> None:
    table = response_time.table([make_run("random", 1), make_run("random", 2)], ["random"])
    assert list(table.columns) == ["contender", "rng_run", "low_s", "high_s", "count", "share_slower"]
    pooled = table[table["rng_run"] == ""]
    assert pooled["count"].tolist() == [6.0, 2.0] and pooled["share_slower"].tolist() == [0.25, 0.0]
    assert [run for run in table["rng_run"].unique()] == ["", 1, 2]


def test_figures_are_drawn_where_no_window_begins_after_the_warm_up(tmp_path: Path) -> None:
    run = make_run("random")
    late = dataclasses.replace(run, summary={**run.summary, "warmup_s": 100.0})
    draw([late, dataclasses.replace(late, rng_run=2)], tmp_path)
    assert (tmp_path / "selection-share.png").is_file()


def test_selection_share_leaves_the_warm_up_out_and_sorts_by_capacity() -> None:
    runs = [make_run("random", 1, picks=[[99, 0], [1, 3]]), make_run("random", 2, picks=[[99, 0], [1, 1]])]
    table = selection_share.table(runs, ["random"])
    assert table["agent"].tolist() == ["a", "b"]
    assert table["ideal_share"].tolist() == [0.75, 0.25]
    assert table["share_mean"].tolist() == [0.625, 0.375]
    # Shares 0.75 and 0.5: the standard error is 0.125, t(0.975, 1) = 12.706.
    assert table["share_ci95"].tolist() == pytest.approx([12.706 * 0.125] * 2, rel=1e-4)


def test_heat_map_shows_the_lowest_common_run_in_picks_per_second() -> None:
    runs = [make_run("random", 2), make_run("random", 1), make_run("seed/head", 2, picks=[[0, 10], [5, 0]])]
    table = heat_map.table(runs, ["random", "seed/head"])
    assert table["rng_run"].unique().tolist() == [2]
    own = table[table["contender"] == "seed/head"]
    assert list(zip(own["start_s"], own["agent"], own["picks_per_s"])) == [
        (0.0, "b", 0.0), (0.0, "a", 2.0), (5.0, "b", 1.0), (5.0, "a", 0.0)]


def test_heat_map_refuses_windows_that_are_none() -> None:
    run = make_run("random")
    run.windows.loc[0, "end_s"] = 0.0
    with pytest.raises(AnalysisError, match="windows.csv: a window does not end"):
        heat_map.table([run], ["random"])
    twice = make_run("random")
    twice.windows.loc[1, "agent"] = "b"
    with pytest.raises(AnalysisError, match="two rows for one window"):
        heat_map.table([twice], ["random"])


def test_neighbours_are_averaged_where_pixels_end() -> None:
    data = pd.DataFrame({"agent": list("aabbcc"), "start_s": [0.0, 5.0] * 3, "end_s": [5.0, 10.0] * 3,
                         "picks_per_s": [1.0, 2.0, 3.0, 4.0, 8.0, math.nan]})
    times, values = heat_map._grid(data, ["a", "b", "c"], heat_map._edges(3, 2))
    assert times.tolist() == [0.0, 5.0, 10.0]
    assert values[0].tolist() == [2.0, 3.0] and values[1][0] == 8.0 and math.isnan(values[1][1])


def test_probe_rtt_pools_runs_per_agent() -> None:
    table = probe_rtt.table([make_run("random", 1), make_run("random", 2)], ["random"])
    assert table["agent"].tolist() == ["a", "b"] and table["responses"].tolist() == [6, 2]
    assert table.loc[0, ["p05_s", "p50_s", "p95_s"]].tolist() == [0.001, 0.002, 0.003]


def test_fairness_has_every_run_and_their_mean() -> None:
    table = fairness.table([make_run("random", 1), make_run("random", 2)], ["random"])
    assert list(zip(table["rng_run"], table["start_s"], table["jain"], table["chance"])) == [
        ("", 0.0, 0.8, 0.7), ("", 5.0, pytest.approx(0.65), 0.9),
        (1, 0.0, 0.8, 0.7), (1, 5.0, 0.6, 0.9), (2, 0.0, 0.8, 0.7), (2, 5.0, 0.7, 0.9)]
    assert set(table["warmup_s"]) == {5.0}


def test_in_flight_is_that_of_the_lowest_common_run() -> None:
    runs = [make_run("random", 2), make_run("random", 1), make_run("seed/head", 2, picks=[[0, 10], [5, 0]])]
    table = in_flight.table(runs, ["random", "seed/head"])
    assert table["rng_run"].unique().tolist() == [2]
    own = table[table["contender"] == "seed/head"]
    assert list(zip(own["start_s"], own["agent"], own["in_flight_mean"])) == [
        (0.0, "b", 0.0), (0.0, "a", 1.0), (5.0, "b", 0.5), (5.0, "a", 0.0)]


def test_in_flight_of_many_agents_is_drawn_as_ranges() -> None:
    run = make_run("random")
    rows = [(5.0 * w, 5.0 * w + 5, f"a[{a}]", 1.0, 1.0, float(a), a + 1.0) for w in range(3) for a in range(40)]
    many = type(run)(**{**vars(run), "windows": pd.DataFrame(rows, columns=run.windows.columns)})
    figure = in_flight.draw(in_flight.table([many], ["random"]), {"random": "random"})
    lines = [list(line.get_ydata()) for line in figure.axes[0].lines]
    assert [40.0, 40.0, 40.0] in lines and [19.5, 19.5, 19.5] in lines, "the most, and the median of 0 to 39"
    assert len(figure.axes[0].collections) == 2


def test_report_ages_of_all_runs_are_pooled() -> None:
    table = report_age.table([make_run("random", 1), make_run("random", 2)], ["random"])
    assert table["count"].tolist() == [2.0, 6.0] and table["share_older"].tolist() == [0.75, 0.0]


def test_differences_are_filled_where_they_are_told_apart() -> None:
    table = pd.DataFrame({
        "metric": "mean", "contender": ["near", "far"], "reference": "best", "runs": 5, "difference_s": [0.001, 0.2],
        "half_width_s": [0.002, 0.01], "level": 0.05, "p_value": [0.3, 0.001], "told_apart": [False, True]})
    figure = differences.draw(table, {"near": "near", "far": "far", "best": "best"})
    hollow = {line.get_markerfacecolor(): list(line.get_xdata()) for line in figure.axes[0].lines if
              line.get_marker() == "o"}
    assert hollow["white"] == [1.0] and hollow["#0072B2"] == [200.0], "milliseconds"
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["near", "far"]


def test_all_figures_are_drawn_from_the_csv_beside_them(tmp_path: Path) -> None:
    runs = [make_run(name, number, 0.1 + 0.01 * number + plus) for number in (1, 2)
            for name, plus in (("random", 0.0), ("seed/head", 0.5 + number / 100))]
    drawn = draw(runs, tmp_path)
    assert [figure.stem.name for figure in drawn] == STEMS
    for figure in drawn:
        assert_drawn(figure.stem)
        known = {"seed/head"} if figure.stem.name == "differences" else {"random", "seed/head"}
        assert set(pd.read_csv(f"{figure.stem}.csv")["contender"]) == known
    labels = {"random": "random", "seed/head": "seed/head"}
    for module in (selection_share, heat_map, fairness, in_flight, report_age, probe_rtt, response_time):
        written = pd.read_csv(tmp_path / f"{module.NAME}.csv")
        expected = module.table(runs, list(labels)).reset_index(drop=True)
        pd.testing.assert_frame_equal(written, expected.replace("", math.nan), check_dtype=False)
    written = pd.read_csv(tmp_path / "differences.csv")
    assert written["contender"].tolist() == ["seed/head", "seed/head"] and written["metric"].tolist() == ["mean", "p99"]
    assert written["difference_s"].tolist() == pytest.approx([0.515, 4 * 0.515])


def test_many_contenders_get_a_panel_each_with_the_others_in_grey(tmp_path: Path) -> None:
    runs = [make_run(f"rtt/sample:{number}", 1, 0.1) for number in range(1, MOST_LINES + 2)]
    for figure in draw(runs, tmp_path):
        assert_drawn(figure.stem)
    names = [run.contender.name for run in runs]
    figure = response_time.draw(response_time.table(runs, names), {name: name for name in names})
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == names
    assert all(len(axes.collections[0].get_segments()) == len(names) for axes in shown)


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw([make_run("random")], tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_figures_without_any_completion_or_response_say_so(tmp_path: Path) -> None:
    run = make_run("random", picks=[[0, 0], [0, 0]])
    for table in (run.latency, run.rtt, run.ages):
        table.drop(table.index, inplace=True)
    labels = {"random": "random"}
    draw([run], tmp_path)
    for module, words in ((response_time, "no request was completed"), (probe_rtt, "no probe response arrived"),
                          (report_age, "no pick was made after the warm-up")):
        figure = module.draw(module.table([run], ["random"]), labels)
        assert words in [text.get_text() for text in figure.axes[0].texts]
    figure = differences.draw(differences_table(compare([run], [run.contender])), labels)
    assert "there is nothing to compare" in [text.get_text() for text in figure.axes[0].texts]


def test_agents_are_in_number_order_and_labels_are_thinned() -> None:
    assert sorted_agents({"s[10]": 1, "s[2]": 1, "f[0]": 2, "7": 1}) == ["f[0]", "7", "s[2]", "s[10]"]
    assert thin_labels(list("abcde"), 2) == ([0, 3], ["a", "d"])


def test_line_styles_of_35_contenders_differ() -> None:
    assert len({str(line_style(index)) for index in range(35)}) == 35
