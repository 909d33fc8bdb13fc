"""The table, its sentences, comparison.csv and the report."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from samples import make_run

from sonda_analysis.comparison import check_same_parameters, compare, write_csv
from sonda_analysis.engine import Failure
from sonda_analysis.errors import AnalysisError
from sonda_analysis.figures import draw_all
from sonda_analysis.report import Facts, write_report
from sonda_analysis.runs import Run
from sonda_analysis.statistics import Interval
from sonda_analysis.table import format_ms, format_table, sentences


def contenders_of(runs):
    return list(dict.fromkeys(run.contender for run in runs))


def several():
    """`random` is best, `rtt/head` within noise of it, `seed/head` ten times slower."""
    noise = {1: 0.010, 2: 0.000, 3: 0.020}
    runs = [make_run("seed/head", n, 1 + noise[n]) for n in noise]
    runs += [make_run("random", n, 0.1 + noise[n]) for n in noise]
    runs += [make_run("rtt/head", n, 0.101 + noise[4 - n]) for n in noise]
    return runs


@pytest.mark.parametrize("interval, text", [
    (Interval(0.0751, 0.00042, 5), "75.10 ± 0.42"),
    (Interval(1.2345, 0.123, 5), "1234 ± 123"),
    (Interval(0.1234567, None, 1), "123.5"),
    (Interval(0.00001234, None, 1), "0.01234"),
    (Interval(0.1, 0.0, 3), "100.0 ± 0"),
    (Interval(float("nan"), None, 3), "none"),
])
def test_milliseconds_have_the_digits_that_the_interval_supports(interval: Interval, text: str) -> None:
    assert format_ms(interval) == text


def test_the_table_marks_the_best_and_what_cannot_be_told_apart() -> None:
    runs = several()
    lines = format_table(compare(runs, contenders_of(runs))).splitlines()
    header = ["contender", "mean (ms)", "p50 (ms)", "p99 (ms)", "Jain", "chance", "failures"]
    assert re.split(r"  +", lines[0]) == header
    assert [line.split("  ")[0] for line in lines[2:]] == ["random", "rtt/head", "seed/head"]
    assert lines[2].endswith("0  best")
    assert lines[3].endswith("mean +0.91 %, not told apart from the best")
    assert lines[4].endswith("mean × 9.2")
    assert "110 ± 25" in lines[2] and "0.500   0.900" in lines[2]


def test_whoever_lacks_the_hardest_run_is_not_best_for_it() -> None:
    means = {1: 0.100, 2: 0.101, 3: 0.099, 4: 0.400, 5: 0.100}
    runs = [make_run("random", n, mean) for n, mean in means.items()]
    runs += [make_run("rtt/head", n, mean + 0.002) for n, mean in means.items() if n != 4]
    comparison = compare(runs, contenders_of(runs))
    assert comparison.row("rtt/head").mean.mean < comparison.row("random").mean.mean
    assert comparison.best == "random"
    assert comparison.mean_difference("rtt/head").mean == pytest.approx(0.002)
    assert any(sentence.startswith("Some lack runs that others have") for sentence in sentences(comparison))


def test_a_contender_without_a_mean_is_compared_with_nobody() -> None:
    runs = several() + [make_run("cpu/head", n, float("nan")) for n in (1, 2, 3)]
    comparison = compare(runs, contenders_of(runs))
    assert comparison.best == "random" and comparison.mean_difference("cpu/head") is None


def test_the_sentences_say_what_follows() -> None:
    runs = several()
    said = sentences(compare(runs, contenders_of(runs)))
    assert "Lowest mean response time: random." in said
    assert "The runs cannot tell it apart from: rtt/head." in said
    assert "Slower than it: seed/head." in said


def test_one_run_has_no_intervals_and_tells_nothing_apart() -> None:
    runs = [make_run("random", 1, 0.1), make_run("seed/head", 1, 0.2)]
    comparison = compare(runs, contenders_of(runs))
    text = format_table(comparison) + "\n".join(sentences(comparison))
    assert "±" not in text
    assert "there are no intervals" in text and "mean × 2.0, not tested" in text
    assert "Slower than it" not in text


def test_failures_of_the_best_are_pointed_out() -> None:
    runs = [make_run("random", n, 0.1 + 0.01 * n, failures=7) for n in (1, 2)]
    runs += [make_run("seed/head", n, 0.3 + 0.01 * n) for n in (1, 2)]
    said = "\n".join(sentences(compare(runs, contenders_of(runs))))
    assert "14 of its 200 requests failed" in said and "a smaller share failed with: seed/head" in said


def test_a_contender_without_completions_is_last_and_never_best() -> None:
    runs = [make_run("random", n, float("nan")) for n in (1, 2)] + [make_run("seed/head", n, 0.3) for n in (1, 2)]
    comparison = compare(runs, contenders_of(runs))
    assert comparison.best == "seed/head"
    assert format_table(comparison).splitlines()[-1].split()[:2] == ["random", "none"]
    nothing = compare(runs[:2], contenders_of(runs[:2]))
    assert nothing.best is None and "No contender completed its requests" in sentences(nothing)[-1]


def test_an_overloaded_contender_is_never_best_however_low_its_mean() -> None:
    runs = [make_run("seed/head", n, 0.01 * n, unfinished=n) for n in (1, 2)]
    runs += [make_run("random", n, 0.3 * n) for n in (1, 2)] + [make_run("rtt/head", n, 0.4 * n) for n in (1, 2)]
    comparison = compare(runs, contenders_of(runs))
    assert comparison.best == "random"
    assert [d.contender for d in comparison.mean_differences] == ["rtt/head"]
    last = format_table(comparison).splitlines()[-1]
    assert last.startswith("seed/head   > 15 ± 64 ") and last.endswith("overloaded: 3 requests unfinished")
    assert any(said.startswith("Overloaded: seed/head.") for said in sentences(comparison))
    alone = compare(runs[:2], contenders_of(runs[:2]))
    assert alone.best is None and alone.mean_differences == ()


def test_comparison_csv_has_exactly_the_columns_of_the_issue(tmp_path: Path) -> None:
    runs = [*several(), make_run("weighted", 1, 0.5)]
    write_csv(compare(runs, contenders_of(runs)), tmp_path / "comparison.csv")
    lines = (tmp_path / "comparison.csv").read_text().splitlines()
    assert lines[0] == ("formula,policy,runs,requests,failures,mean_s,mean_ci95_s,p50_s,p99_s,p99_ci95_s,"
                        "jain_window,jain_chance,unfinished,warmup_s")
    table = pd.read_csv(tmp_path / "comparison.csv")
    assert table["formula"].tolist() == ["seed", "none", "rtt", "none"]
    assert table["policy"].tolist() == ["head", "random", "head", "weighted"]
    assert table.loc[1, ["runs", "requests", "failures"]].tolist() == [3, 300, 0]
    assert table.loc[1, "mean_s"] == pytest.approx(0.11) and table.loc[1, "p50_s"] == pytest.approx(0.077)
    assert table.loc[1, "mean_ci95_s"] == pytest.approx(4.3027 * 0.01 / 3**0.5, rel=1e-4)
    assert lines[4].split(",")[6] == "", "one run has no interval"


def test_runs_of_other_parameters_are_not_compared() -> None:
    mixed = [make_run("random"), make_run("seed/head", info={"versions": {"ns3": "3.43"}})]
    both = "/runs/seed~head/run-1/run.json and /runs/random/run-1/run.json differ in 'versions'"
    with pytest.raises(AnalysisError, match=both):
        check_same_parameters(mixed)
    with pytest.raises(AnalysisError, match="differ in 'formula'"):
        check_same_parameters([make_run("rtt/head"), make_run("rtt/head", 2, info={"formula": {"text": "other"}})])
    assert check_same_parameters([make_run("rtt/head"), make_run("random", info={"formula": {"name": "none"}})]) == []


def test_mixed_commits_are_a_warning() -> None:
    (warning,) = check_same_parameters([make_run("random"), make_run("seed/head", info={"commit": "def"})])
    assert "2 commits: abc, def" in warning


def test_the_report_is_one_page_without_network(tmp_path: Path) -> None:
    runs = several()
    comparison = compare(runs, contenders_of(runs))
    figures = draw_all(runs, comparison, {run.contender.name: run.contender.name for run in runs}, tmp_path / "figures")
    failure = Failure(Run(runs[0].contender, 4, Path("/x")), "exit status 3", "<oops>", "sonda-sim --RngRun=4")
    facts = Facts("small", '{"name": "small"}', "./sonda compare small", ("a=1",), "0123",
                  ("Stopped after 3 runs",), ("careful",), (failure,))
    write_report(tmp_path / "report.html", facts, comparison, runs, figures)
    page = (tmp_path / "report.html").read_text()
    assert page.count('src="data:image/png;base64,') == 8
    assert not re.search(r'(src|href)="(https?:)?//', page)
    links = re.findall(r'href="(figures/[^"]+)"', page)
    assert len(links) == 24 and all((tmp_path / link).is_file() for link in links)
    for words in ("x &lt; y", "&lt;oops&gt;", "sonda-sim --RngRun=4", "./sonda compare small", "a=1", "careful",
                  "Stopped after 3 runs",
                  "not told apart from the best", "ns3 3.37", "seed 1, RngRun 1, 2, 3"):
        assert words in page
    assert not list(tmp_path.glob("*.new"))
