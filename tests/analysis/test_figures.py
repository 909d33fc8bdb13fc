"""Figures: the table behind each one exactly, and that pictures show something."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib.image
import pandas as pd
import pytest
from samples import make_run

from sonda_analysis.errors import AnalysisError
from sonda_analysis.figures import draw_all, heat_map, probe_rtt, response_time, selection_share
from sonda_analysis.figures.style import line_style, sorted_agents, thin_labels


def test_response_time_has_pooled_and_single_runs() -> None:
    table = response_time.table([make_run("random", 1), make_run("random", 2)], ["random"])
    assert list(table.columns) == ["contender", "rng_run", "low_s", "high_s", "count", "share_slower"]
    pooled = table[table["rng_run"] == ""]
    assert pooled["count"].tolist() == [6.0, 2.0] and pooled["share_slower"].tolist() == [0.25, 0.0]
    assert [run for run in table["rng_run"].unique()] == ["", 1, 2]


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


def test_all_figures_are_drawn_from_the_csv_beside_them(tmp_path: Path) -> None:
    runs = [make_run("random", 1), make_run("seed/head", 1)]
    drawn = draw_all(runs, {"random": "random", "seed/head": "seed/head"}, tmp_path)
    assert [figure.stem.name for figure in drawn] == ["response-time", "selection-share", "pick-heat-map", "probe-rtt"]
    for figure in drawn:
        picture = matplotlib.image.imread(f"{figure.stem}.png")
        assert picture.shape[1] == 1050, "7 in at 150 dpi"
        assert picture[..., :3].std() > 0.03, f"{figure.stem}.png is blank"
        assert b"/Type /Font" in Path(f"{figure.stem}.pdf").read_bytes()
        assert b"/Subtype /Type3" not in Path(f"{figure.stem}.pdf").read_bytes(), "fonts are embedded as TrueType"
        assert set(pd.read_csv(f"{figure.stem}.csv")["contender"]) == {"random", "seed/head"}


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw_all([make_run("random")], {"random": "random"}, tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_figures_without_any_completion_or_response_say_so(tmp_path: Path) -> None:
    run = make_run("random", picks=[[0, 0], [0, 0]])
    run.latency.drop(run.latency.index, inplace=True)
    run.rtt.drop(run.rtt.index, inplace=True)
    labels = {"random": "random"}
    draw_all([run], labels, tmp_path)
    for module, words in ((response_time, "no request was completed"), (probe_rtt, "no probe response arrived")):
        figure = module.draw(module.table([run], ["random"]), labels)
        assert words in [text.get_text() for text in figure.axes[0].texts]


def test_agents_are_in_number_order_and_labels_are_thinned() -> None:
    assert sorted_agents({"s[10]": 1, "s[2]": 1, "f[0]": 2, "7": 1}) == ["f[0]", "7", "s[2]", "s[10]"]
    assert thin_labels(list("abcde"), 2) == ([0, 3], ["a", "d"])


def test_line_styles_of_35_contenders_differ() -> None:
    assert len({str(line_style(index)) for index in range(35)}) == 35
