"""Which split a case goes to: exactly what was asked, in the order of what wins, or the numbers."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.corpus.splits import CannotSplit, Demand, place
from schemas.split import SplitCase
from tests.extractors.corpus.splits.cases import case, demand, sizes_of

REFERENCE = "train=13092,val=500,test=897"
TENTH = "train=1309,val=50,test=90"
ALL = [
    case(
        n,
        n - n % 7 if n % 3 == 0 else n,
        label=f"disease {n % 5000}",
        date=f"20{10 + n % 15}-0{1 + n % 9}-{10 + n % 18}",
        transparency=n % 6 if n % 11 else None,
        specialty=f"specialty {n % 13}",
    )
    for n in range(1000, 15_489)
]
MANY = ALL[:1449]


def test_the_sizes_of_the_reference_are_met_exactly() -> None:
    assert sizes_of(ALL, demand(REFERENCE)) == {"train": 13_092, "val": 500, "test": 897}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"scheme": "hash", "seed": 7},
        {"scheme": "temporal"},
        {"test_needs": "transparency>=4"},
        {"holdout_labels": True},
    ],
)
def test_sizes_are_met_exactly_though_clusters_stay_whole(told: dict[str, object]) -> None:
    wanted = demand(TENTH, **told)
    split = place(MANY, {}, wanted).split
    assert Counter(split.values()) == {"train": 1309, "val": 50, "test": 90}
    assert place(MANY[::-1], {}, wanted).split == split
    clusters: dict[str, set[str]] = {}
    for one in MANY:
        clusters.setdefault(one.cluster, set()).add(split[one.pmcid])
    assert {len(splits) for splits in clusters.values()} == {1}


def test_another_seed_draws_other_splits() -> None:
    draws = [place(MANY, {}, demand(TENTH, scheme="hash", seed=seed)).split for seed in (0, 1)]
    tests = [{pmcid for pmcid, split in draw.items() if split == "test"} for draw in draws]
    assert len(tests[0] & tests[1]) < 30
    assert draws[0] == place(MANY, {}, demand(TENTH)).split


def test_strata_have_their_shares_in_every_split() -> None:
    split = place(MANY, {}, demand(TENTH, stratify="specialty")).split
    in_test = Counter(one.values["specialty"] for one in MANY if split[one.pmcid] == "test")
    assert len(in_test) == 13
    assert all(4 <= count <= 10 for count in in_test.values()), in_test


def test_what_test_needs_every_row_of_test_has() -> None:
    split = place(MANY, {}, demand(TENTH, test_needs="transparency>=4")).split
    assert {one.values["transparency"] for one in MANY if split[one.pmcid] == "test"} == {4, 5}


def test_no_diagnosis_of_test_is_in_train_whatever_its_writing() -> None:
    names = ["Renal crisis", "RenalCrisis", "renal-crisis", "Gout", "Anthrax", "Plague"]
    cases = [case(n, label=name) for n, name in enumerate(names, 100)]
    split = place(cases, {}, demand("train=rest,test=3", holdout_labels=True)).split
    assert len({split[f"PMC{n}"] for n in (100, 101, 102)}) == 1


def meets(
    cases: list[SplitCase], clusters: list[list[SplitCase]], splits: tuple[str, ...], wanted: Demand
) -> bool:
    where = {one.pmcid: split for own, split in zip(clusters, splits, strict=True) for one in own}
    if Counter(where.values()) != Counter(wanted.sizes.wanted(len(cases))):
        return False
    in_test = [one for one in cases if where[one.pmcid] == "test"]
    needs = wanted.test_needs
    if needs and not all(needs.met_by(one.values) for one in in_test):
        return False
    in_train = {one.label for one in cases if where[one.pmcid] == "train"}
    return not (wanted.holdout_labels and in_train & {one.label for one in in_test})


@st.composite
def demands(draw: st.DrawFn) -> tuple[list[SplitCase], Demand]:
    """A few cases, and counts for their splits that add up."""
    number = iter(range(100, 200))
    cases = [
        case(
            next(number),
            100 * cluster,
            label=draw(st.sampled_from("abcd")),
            fit=draw(st.booleans()),
        )
        for cluster in range(1, draw(st.integers(2, 6)) + 1)
        for _ in range(draw(st.integers(1, 3)))
    ]
    names = draw(st.sampled_from([("train", "test"), ("train", "val", "test", "unused")]))
    cuts = sorted(draw(st.integers(0, len(cases))) for _ in names[1:])
    counts = [b - a for a, b in zip((0, *cuts), (*cuts, len(cases)), strict=True)]
    return cases, demand(
        ",".join(f"{name}={count}" for name, count in zip(names, counts, strict=True)),
        seed=draw(st.integers(0, 9)),
        test_needs=draw(st.sampled_from([None, "fit"])),
        holdout_labels=draw(st.booleans()),
    )


@settings(max_examples=150)
@given(demands())
def test_counts_are_met_whenever_they_can_be(asked: tuple[list[SplitCase], Demand]) -> None:
    cases, wanted = asked
    by_cluster: dict[str, list[SplitCase]] = {}
    for one in cases:
        by_cluster.setdefault(one.cluster, []).append(one)
    clusters = list(by_cluster.values())

    def ways() -> Iterator[tuple[str, ...]]:
        return product(wanted.sizes.shares, repeat=len(clusters))

    try:
        split = place(cases, {}, wanted).split
    except CannotSplit:
        assert not any(meets(cases, clusters, splits, wanted) for splits in ways())
    else:
        chosen = tuple(split[own[0].pmcid] for own in clusters)
        assert meets(cases, clusters, chosen, wanted)


@pytest.mark.parametrize(
    ("sizes", "told", "says"),
    [
        ("train=5,test=4", {}, "ask for 9 cases and there are 10"),
        ("train=rest,test=11", {}, "ask for 11 cases and there are 10"),
        ("train=7,test=3", {}, "3 more cases, and whole clusters make 2 and then none"),
        ("train=4,test=6", {"test_needs": "score>3"}, "6 more cases, and there are 2 that may"),
        ("train=rest,test=50%", {"test_needs": "score>9"}, "5 more cases, and there are 0"),
        ("train=4,test=6", {"holdout_labels": True}, "6 more cases"),
        ("train=8,test=2", {"scheme": "temporal", "cut_off": "2030"}, "and would have 10|empty"),
    ],
)
def test_what_cannot_be_met_is_said_with_its_numbers(
    sizes: str, told: dict[str, object], says: str
) -> None:
    cases = [case(n, n - n % 2, label="gout", score=n % 10 // 2) for n in range(100, 110)]
    with pytest.raises(CannotSplit, match=says):
        place(cases, {}, demand(sizes, **told))


def test_an_earlier_split_and_its_relatives_win_and_are_named_where_that_breaks_a_demand() -> None:
    cases = [case(1, label="gout", score=1), case(2, label="gout", score=5), case(3, 1, score=1)]
    earlier = {"PMC1": "test", "PMC2": "train"}
    assert place(cases, earlier, demand()).split == {**earlier, "PMC3": "test"}
    with pytest.raises(CannotSplit, match="holdout-labels: 1 of 1 diagnoses of test"):
        place(cases, earlier, demand(holdout_labels=True))
    with pytest.raises(CannotSplit, match=r"test-needs: 2 of 2 cases .* PMC1 among them"):
        place(cases, earlier, demand(test_needs="score>2"))
    lenient = demand(test_needs="score>2", holdout_labels=True, strict=False)
    assert place(cases, earlier, lenient).split == {**earlier, "PMC3": "test"}


def test_behind_a_release_new_cases_go_to_train_but_a_held_out_label_follows_test() -> None:
    cases = [case(1, label="gout"), case(2, label="plague"), case(3, label="Gout")]
    earlier = {"PMC1": "test", "PMC2": "train"}
    assert place(cases, earlier, demand("train=rest,test=1")).split["PMC3"] == "train"
    held_out = demand("train=rest,test=1", holdout_labels=True)
    assert place(cases, earlier, held_out).split["PMC3"] == "test"


def test_what_may_go_neither_to_train_nor_to_test_stops_a_draw_and_not_a_series_of_builds() -> None:
    cases = [case(1, label="gout", score=5), case(2, label="plague"), case(3, label="Gout")]
    earlier = {"PMC1": "test", "PMC2": "train"}
    told = {"holdout_labels": True, "test_needs": "score>3"}
    with pytest.raises(CannotSplit, match="1 cases, PMC3 among them, may not go to train"):
        place(cases, earlier, demand(**told))
    assert place(cases, earlier, demand(**told, strict=False)).split["PMC3"] == "unused"


def test_what_is_barred_from_test_gets_no_new_place_there() -> None:
    cases = [case(n) for n in range(1, 11)]
    barred = [one.pmcid for one in cases[:7]]
    wanted = dataclasses.replace(demand("train=7,test=3"), not_in_test=barred)
    split = place(cases, {}, wanted).split
    assert {pmcid for pmcid, where in split.items() if where == "train"} == set(barred)
    assert (
        place(cases, {"PMC1": "test"}, dataclasses.replace(demand(), not_in_test=barred)).split[
            "PMC1"
        ]
        == "test"
    )


def test_sizes_that_are_asked_for_again_are_filled_beside_what_was_placed() -> None:
    cases = [case(n) for n in range(1, 101)]
    earlier = {f"PMC{n}": "test" for n in range(1, 4)} | {"PMC4": "train"}
    again = demand("train=80,val=10,test=10", refill=True)
    assert sizes_of(cases, again, earlier) == {"train": 80, "val": 10, "test": 10}
    with pytest.raises(CannotSplit, match="test is to have 2 cases, and 3 have their place"):
        place(cases, earlier, demand("train=98,test=2", refill=True))
    with pytest.raises(CannotSplit, match=r"sizes do not name \(test 3\): name those too"):
        place(cases, earlier, demand("train=90,val=10", refill=True))


def test_what_is_unused_goes_nowhere_and_a_relative_of_it_follows_those_in_use() -> None:
    cases = [case(n) for n in range(1, 11)]
    assert sizes_of(cases, demand("train=6,test=2,unused")) == {"train": 6, "test": 2, "unused": 2}
    relatives = [case(1, 9), case(2, 9), case(3, 9)]
    split = place(relatives, {"PMC1": "unused", "PMC2": "test"}, demand()).split
    assert split == {"PMC1": "unused", "PMC2": "test", "PMC3": "test"}


def test_by_time_test_is_the_newest_and_a_cluster_is_as_old_as_its_oldest_case() -> None:
    dated = [case(n, date=f"2020-01-{n:02}") for n in range(1, 21)]
    split = place(dated, {}, demand("train=rest,val=3,test=4", scheme="temporal")).split
    assert {p for p, s in split.items() if s == "test"} == {f"PMC{n}" for n in range(17, 21)}
    assert {p for p, s in split.items() if s == "val"} == {f"PMC{n}" for n in range(14, 17)}
    old = [*dated, case(21, 20, date="2001"), case(22)]
    split = place(old, {}, demand("train=rest,val=3,test=4", scheme="temporal")).split
    assert [split[f"PMC{n}"] for n in (20, 21, 22, 16)] == ["train", "train", "train", "test"]


def test_by_time_nothing_newer_is_passed_over_to_make_a_count() -> None:
    pairs = [case(n, n - n % 2, date=f"2020-01-{10 + n // 2}") for n in range(2, 12)]
    single = case(20, date="2020-01-01")
    with pytest.raises(CannotSplit, match="in the order of time make 2 and then none"):
        place([*pairs, single], {}, demand("train=rest,test=3", scheme="temporal"))


def test_a_cut_off_gives_test_all_that_is_new_and_a_day_from_which_nothing_is_stops() -> None:
    dated = [case(n, date=f"20{n}") for n in range(10, 30)]
    told = {"scheme": "temporal", "cut_off": "val=2020,test=2025-01-01"}
    assert sizes_of(dated, demand(**told)) == {"train": 10, "val": 6, "test": 4}
    told["cut_off"] = "2040-01-01"
    with pytest.raises(CannotSplit, match="test is empty: of 20 cases none"):
        place(dated, {}, demand(**told))
