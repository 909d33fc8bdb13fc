"""The league from the command line to its files, with a fake sonda-sim."""

from __future__ import annotations

import json

import matplotlib.image
import pandas as pd
import pytest
from conftest import Lab

from sonda_analysis.league_table import LEAGUE_COLUMNS, SCENARIO_COLUMNS

ALL = ("--all", "--contenders", "random,connections/best,repaired/head,seed/head", "--runs", "3", "--proxy", "bare")


@pytest.fixture
def library(lab: Lab) -> Lab:
    lab.add_scenario("other")
    lab.out = lab.folder / "results" / "league"
    return lab


def test_all_contenders_are_run_in_all_scenarios(library: Lab) -> None:
    ended = library.launch(*ALL)
    assert ended.returncode == 0, ended.stderr
    assert "League over 2 scenarios: 24 runs (4 contenders, 3 each at 2 points), 0 are there" in ended.stdout
    table = pd.read_csv(library.out / "league.csv")
    assert tuple(table.columns) == LEAGUE_COLUMNS
    # The fake's means: 99.9, 100, 150 and 300 ms, the first two within its noise.
    assert set(table["contender"][:2]) == {"connections/best", "repaired/head"}
    assert table["contender"].tolist()[2:] == ["random", "seed/head"] and table["rank"].tolist() == [1, 2, 3, 4]
    assert table["score"][0] == pytest.approx(1, abs=0.02) and table["score"][3] == pytest.approx(3, abs=0.1)
    assert table.loc[1, "told_apart_from_best"] is False or not table.loc[1, "told_apart_from_best"]
    assert table["told_apart_from_best"].tolist()[2:] == [True, True]
    assert "The runs cannot tell it apart from: " in ended.stdout
    cells = pd.read_csv(library.out / "league-scenarios.csv")
    assert tuple(cells.columns) == SCENARIO_COLUMNS and len(cells) == 8
    assert set(cells["scenario"]) == {"small", "other"} and (cells["runs"] == 3).all()
    assert (library.out / "league.txt").read_text().strip() in ended.stdout
    picture = matplotlib.image.imread(library.out / "figures" / "league.png")
    assert picture[..., :3].std() > 0.03
    drawn = pd.read_csv(library.out / "figures" / "league.csv")
    assert drawn["ratio"].tolist() == pytest.approx(
        cells.set_index(["contender", "scenario"])["ratio"].reindex(
            pd.MultiIndex.from_frame(drawn[["contender", "scenario"]])).tolist())
    page = (library.out / "report.html").read_text()
    for words in ("League: 4 contenders, 2 scenarios", "league-scenarios.csv", "four agents", "figures/league.pdf"):
        assert words in page
    library.runs_made()
    assert library.launch(*ALL).returncode == 0 and library.runs_made() == []


def test_the_catalogue_is_ranked_and_its_bounds_are_shown(library: Lab) -> None:
    path = library.folder / "model" / "selection" / "contenders.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"contenders": [
        {"name": "pure chance", "contender": "random", "section": "A", "about": "blind", "source": "folklore"},
        {"name": "least connections", "contender": "connections/best", "section": "E", "about": "x", "source": "y"},
        {"name": "pretended bound", "contender": "weighted", "section": "G", "about": "x", "source": "y"},
    ]}))
    ended = library.launch("--all", "--runs", "2", "--proxy", "bare")
    assert ended.returncode == 0, ended.stderr
    table = pd.read_csv(library.out / "league.csv").set_index("contender")
    assert table.loc["random", "name"] == "pure chance" and table.loc["random", "section"] == "A"
    assert pd.isna(table.loc["weighted", "rank"]) and bool(table.loc["weighted", "bound"])
    assert table.index[-1] == "weighted" and "bound, not ranked" in ended.stdout
    assert "folklore" in (library.out / "report.html").read_text()


def test_a_bound_that_one_scenario_refuses_is_left_out(library: Lab) -> None:
    given = ("--all", "--contenders", "random,connections/best,fresh-least-work", "--runs", "2", "--proxy", "bare")
    ended = library.launch(*given, FAKE_REFUSE="fresh-least-work:small")
    assert ended.returncode == 0, ended.stderr
    said = "Left out: fresh-least-work, refused in small: sonda-sim: fresh-least-work has no meaning in small"
    assert said in ended.stdout and said in (library.out / "report.html").read_text()
    assert set(pd.read_csv(library.out / "league.csv")["contender"]) == {"random", "connections/best"}
    whole = library.launch(*given)
    assert whole.returncode == 0 and "bound, not ranked" in whole.stdout


def test_one_request_in_a_hundred_lost_is_failing(library: Lab) -> None:
    """Of 4000 requests the fake loses 50 in one of three runs: 0.4 %; in all of them 1.25 %."""
    once = library.launch(*ALL, FAKE_UNFINISHED="connections/best:1")
    table = pd.read_csv(library.out / "league.csv").set_index("contender")
    assert table.loc["connections/best", "failed_scenarios"] == 0
    assert "> " in once.stdout and "> a lower bound" in once.stdout
    ended = library.launch(*ALL, "--out", "other", FAKE_UNFINISHED=" ".join(f"connections/best:{n}" for n in (1, 2, 3)))
    table = pd.read_csv(library.folder / "other" / "league.csv")
    assert table["contender"].tolist()[-1] == "connections/best" and table["failed_scenarios"].tolist() == [0, 0, 0, 2]
    assert "fails other, small" in ended.stdout


def test_a_contender_with_a_failed_run_is_left_out_and_named(library: Lab) -> None:
    ended = library.launch(*ALL, FAKE_CRASH="random:2")
    assert ended.returncode == 1
    assert "Left out: random (2 of 6 runs are missing)." in ended.stdout
    assert "random" not in set(pd.read_csv(library.out / "league.csv")["contender"])
    assert "These runs failed" in (library.out / "report.html").read_text()


def test_some_scenarios_only(library: Lab) -> None:
    ended = library.launch(*ALL, "--scenarios", "other")
    assert ended.returncode == 0 and "League over 1 scenario:" in ended.stdout
    assert set(pd.read_csv(library.out / "league-scenarios.csv")["scenario"]) == {"other"}


def test_a_wrong_name_ends_it_before_any_run(library: Lab) -> None:
    ended = library.launch("--all", "--contenders", "random,seed/haed")
    assert ended.returncode == 1 and "unknown policy 'haed'" in ended.stderr and library.runs_made() == []
