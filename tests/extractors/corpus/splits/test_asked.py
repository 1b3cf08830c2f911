"""What can be asked of splits, and what of it makes no sense."""

from __future__ import annotations

import pytest

from extractors.corpus.splits import CannotSplit, Needs, Sizes
from tests.extractors.corpus.splits.cases import demand

ROW = {"transparency": 4, "integrative": None, "specialty": "renal", "imaging": True, "year": 2020}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "train",
        "train=rest,val=rest",
        "train=rest,val=x",
        "train=1,train=2",
        "val=-1,train=rest",
    ],
)
def test_sizes_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="sizes must read like"):
        Sizes.parse(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("train=rest,val=3.5%,test=6.2%", {"train": 903, "val": 35, "test": 62}),
        ("a=500,b=500", {"a": 500, "b": 500}),
        ("train=80%,test=20%", {"train": 800, "test": 200}),
        ("train=33.3%,val=33.3%,test=33.4%", {"train": 333, "val": 333, "test": 334}),
        ("train=10,unused", {"train": 10, "unused": 990}),
        ("val=10,rest", {"val": 10, "rest": 990}),
    ],
)
def test_sizes_add_up_to_the_cases(text: str, wanted: dict[str, int]) -> None:
    assert Sizes.parse(text).wanted(1000) == wanted
    assert sum(wanted.values()) == 1000


def test_sizes_that_do_not_add_up_say_the_numbers() -> None:
    with pytest.raises(CannotSplit, match="ask for 1,001 cases and there are 1,000"):
        Sizes.parse("train=1000,test=1").wanted(1000)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("transparency>=4", True),
        ("transparency>=4 and integrative>=4", False),
        ("integrative<4", False),
        ("not integrative<4", False),
        ("not (integrative<4 or transparency<4)", False),
        ("integrative<4 or transparency=4", True),
        ("specialty='renal' and not year < 2020", True),
        ('specialty = "Renal"', False),
        ("imaging and imaging = true", True),
        ("not imaging or year != 2020", False),
        ("year >= 2019.5 AND (transparency == 4)", True),
    ],
)
def test_a_need_is_met_only_by_what_somebody_judged(text: str, met: bool) -> None:
    assert Needs.parse(text).met_by(ROW) is met


@pytest.mark.parametrize(
    "text",
    ["", "year >", "year > 3 and", "(year>3", "year>3)", "year>3 year<4", "year = renal", "__x()"],
)
def test_a_need_that_cannot_be_read_says_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="must read like"):
        Needs.parse(text)


def test_an_unknown_column_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no column clarity; there are specialty, year"):
        demand(test_needs="clarity>3").require_columns(["year", "specialty"])
    with pytest.raises(ValueError, match=r"no column clarity; there are year"):
        demand(stratify="clarity").require_columns(["year"])


def test_a_word_and_a_number_are_not_compared() -> None:
    with pytest.raises(ValueError, match="specialty is 'renal' somewhere"):
        Needs.parse("specialty > 3").met_by(ROW)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"cut_off": "2020-01-01"}, "belongs to the scheme temporal"),
        ({"cut_off": "soon", "scheme": "temporal"}, "must read like"),
        ({"cut_off": "dev=2020", "scheme": "temporal"}, "names dev, which is no split"),
        ({"stratify": "year", "scheme": "temporal"}, "cannot stratify"),
        ({"sizes": "a=rest,b=5", "test_needs": "year>3"}, "there is no split test"),
        ({"sizes": "a=rest,test=5", "holdout_labels": True}, "there is no split train"),
    ],
)
def test_demands_that_contradict_each_other_are_told(told: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        demand(**told)
