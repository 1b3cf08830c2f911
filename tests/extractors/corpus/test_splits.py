"""Splits: what was placed stays, relatives stay together, sizes hold for a first release."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.corpus.splits import Sizes, assign
from schemas.split import Clustered, LedgerEntry

DEFAULT = Sizes.parse("train=rest,val=3.5%,test=6.2%")


def cases(*clusters: int) -> list[Clustered]:
    """A case for each number, in the cluster of that number's hundred."""
    return [Clustered(f"PMC{n}", f"PMC{n - n % 100}") for n in clusters]


def entry(pmcid: str, number: int, split: str) -> LedgerEntry:
    return LedgerEntry(pmcid, number, split, pmcid, 1)


@pytest.mark.parametrize(
    "text", ["", "train", "train=rest,val=rest", "a=1,b=2", "train=rest,val=x"]
)
def test_sizes_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"sizes must|split cannot|could not convert"):
        Sizes.parse(text)


def test_a_first_release_has_the_shares_that_were_asked_for() -> None:
    entries, _ = assign(cases(*range(100, 100_100, 100)), [], DEFAULT, {})
    assert Counter(e.split for e in entries) == {"train": 903, "val": 35, "test": 62}


@pytest.mark.parametrize(("count", "splits"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_the_smallest_datasets_fill_train_first_then_one_of_each(count: int, splits: int) -> None:
    entries, _ = assign(cases(*range(100, 100 * (count + 1), 100)), [], DEFAULT, {})
    counts = Counter(e.split for e in entries)
    assert len(counts) == splits
    assert counts["train"] == max(1, count - 2)


def test_new_cases_go_to_train_or_to_their_relatives() -> None:
    ledger = [entry("PMC100", 0, "train"), entry("PMC200", 1, "test")]
    entries, _ = assign(cases(100, 200, 201, 300, 400), ledger, DEFAULT, {})
    placed = {e.pmcid: e.split for e in entries}
    assert placed == {
        "PMC100": "train",
        "PMC200": "test",
        "PMC201": "test",
        "PMC300": "train",
        "PMC400": "train",
    }


def test_a_new_case_between_two_splits_is_rejected_and_the_old_ones_stay() -> None:
    ledger = [entry("PMC100", 0, "train"), entry("PMC101", 1, "test")]
    entries, rejects = assign(cases(100, 101, 102), ledger, DEFAULT, {})
    assert {e.pmcid: e.split for e in entries} == {"PMC100": "train", "PMC101": "test"}
    assert [(r.article, r.reason) for r in rejects] == [("PMC102", "duplicate_across_splits")]


def test_numbers_are_never_given_again() -> None:
    first, _ = assign(cases(100, 200, 300), [], DEFAULT, {})
    second, _ = assign(cases(100, 300), first, DEFAULT, {"PMC200": "retracted"})
    third, _ = assign(cases(100, 300, 400), second, DEFAULT, {})
    assert {e.pmcid: e.number for e in third} == {
        "PMC100": 0,
        "PMC200": 1,
        "PMC300": 2,
        "PMC400": 3,
    }
    gone = next(e for e in third if e.pmcid == "PMC200")
    assert (gone.left, gone.first_release, gone.last_release) == ("retracted", 1, 1)
    assert next(e for e in third if e.pmcid == "PMC400").first_release == 3


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sets(st.integers(100, 1500)), min_size=1, max_size=6))
def test_through_any_releases_nobody_moves_and_no_number_is_used_twice(
    releases: list[set[int]],
) -> None:
    ledger: list[LedgerEntry] = []
    for numbers in releases:
        before = {e.pmcid: e for e in ledger}
        ledger, rejects = assign(cases(*sorted(numbers)), ledger, DEFAULT, {})
        after = {e.pmcid: e for e in ledger}
        assert all(
            (after[p].number, after[p].split) == (e.number, e.split) for p, e in before.items()
        )
        assert len({e.number for e in ledger}) == len(ledger)
        inside = {e.pmcid for e in ledger if e.left is None}
        assert inside | {r.article for r in rejects} == {f"PMC{n}" for n in numbers}
        assert assign(cases(*sorted(numbers)), ledger, DEFAULT, {}) == (ledger, rejects)


@settings(max_examples=40)
@given(st.integers(1, 40), st.sets(st.integers(1, 40)))
def test_what_is_barred_from_test_gets_no_place_there_and_neither_do_its_relatives(
    count: int, barred: set[int]
) -> None:
    clustered = [Clustered(f"PMC{n}", f"PMC{n - n % 3 + 1}") for n in range(1, count + 1)]
    hits = {f"PMC{n}" for n in barred}
    sizes = Sizes.parse("train=rest,val=10%,test=30%")
    entries, rejects = assign(clustered, (), sizes, {}, not_in_test=hits)
    assert not rejects
    assert len(entries) == count
    tested = {entry.cluster for entry in entries if entry.split == "test"}
    assert not tested & {case.cluster for case in clustered if case.pmcid in hits}
