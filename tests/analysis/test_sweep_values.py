"""What --sweep goes through."""

from __future__ import annotations

import pytest

from sonda_analysis.errors import AnalysisError
from sonda_analysis.sweep_values import parse_sweep


@pytest.mark.parametrize("text, values, geometric", [
    ("workload.load=0.1:1.1:0.1", "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1 1.1", False),
    ("workload.load=0.5:0.72:0.1", "0.5 0.6 0.7", False),
    ("probe.interval_s=0.05:50:x10", "0.05 0.5 5 50", True),
    ("probe.interval_s=1:10:x2", "1 2 4 8", True),
    ("clients.count=8,1,2", "1 2 8", True),
    ("a=1e2,2e3", "100 2000", False),
    ("a=-1:1:0.5", "-1 -0.5 0 0.5 1", False),
    ("agents[0].count = 10, 20 ,30", "10 20 30", False),
])
def test_values_are_what_is_written(text: str, values: str, geometric: bool) -> None:
    sweep = parse_sweep(text, ())
    assert sweep.key == text.partition("=")[0].strip()
    assert " ".join(sweep.values) == values
    assert sweep.geometric == geometric


@pytest.mark.parametrize("text, words", [
    ("workload.load", "is not KEY=FROM:TO:STEP"),
    ("=1,2", "is not KEY=FROM:TO:STEP"),
    ("a b=1,2", "is not KEY=FROM:TO:STEP"),
    ("a;b=1,2", "is not KEY=FROM:TO:STEP"),
    ("a=1:2", "'1:2' in 'a=1:2' is not FROM:TO:STEP"),
    ("a=1:x:1", "'x' in 'a=1:x:1' is not a number"),
    ("a=1,two", "'two' in 'a=1,two' is not a number"),
    ("a=1,,2", "'' in 'a=1,,2' is not a number"),
    ("a=1,inf", "'inf' in 'a=1,inf' is not a number"),
    ("a=2:1:0.1", "FROM must be less"),
    ("a=1:2:0", "STEP is 0"),
    ("a=1:2:-1", "STEP is -1"),
    ("a=1:2:x1", "the factor must be over 1"),
    ("a=0:2:x2", "FROM over 0"),
    ("a=1,1.0", "a value twice"),
    ("a=5", "a sweep needs two or more"),
    ("a=1:1.5:1", "a sweep needs two or more"),
    ("a=0:1:0.001", "more than 200 values"),
])
def test_what_is_malformed_is_refused_with_the_part_that_is(text: str, words: str) -> None:
    with pytest.raises(AnalysisError) as error:
        parse_sweep(text, ())
    assert "--sweep: " in str(error.value) and words in str(error.value)


def test_a_key_is_not_swept_and_set() -> None:
    with pytest.raises(AnalysisError, match="key 'workload.load' is given by --set"):
        parse_sweep("workload.load=0.1,0.2", ("duration_s=3", "workload.load=0.5"))
