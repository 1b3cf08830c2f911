"""The ledger: what was placed stays, numbers are given once, through any releases."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.corpus.splits import assign
from schemas.split import LedgerEntry, SplitCase
from tests.extractors.corpus.splits.cases import case, demand, entry

DEFAULT = demand()


def cases(*numbers: int) -> list[SplitCase]:
    """A case for each number, in the cluster of that number's hundred."""
    return [case(number, number - number % 100) for number in numbers]


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


@settings(max_examples=100)
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


class World:
    """Articles that come, change, leave and turn out to be related, as they do over the years."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.cluster: dict[int, int] = {}
        self.next = 1000

    def turn(self) -> None:
        """One year."""
        for _ in range(self.random.randint(0, 12)):
            self.next += self.random.randint(1, 9)
            alone = not self.cluster or self.random.random() < 0.6
            relative = self.next if alone else self.random.choice(list(self.cluster))
            self.cluster[self.next] = self.cluster.get(relative, self.next)
        numbers = list(self.cluster)
        for number in numbers:
            if self.random.random() < 0.05:
                del self.cluster[number]
        if len(self.cluster) > 2 and self.random.random() < 0.3:
            one, other = self.random.sample(list(self.cluster), 2)
            old, new = self.cluster[one], self.cluster[other]
            for number, cluster in self.cluster.items():
                self.cluster[number] = new if cluster == old else cluster
        if numbers and self.random.random() < 0.2:
            self.cluster[self.random.choice(numbers)] = self.random.choice(numbers)

    def cases(self) -> list[SplitCase]:
        """What a build would hand on, in any order."""
        rows = [case(number, cluster) for number, cluster in self.cluster.items()]
        self.random.shuffle(rows)
        return rows


def test_through_a_hundred_random_rebuilds_nobody_moves_and_no_number_is_used_twice() -> None:
    world, ledger = World(seed=20_251), list[LedgerEntry]()
    home_of_number: dict[int, str] = {}
    split_of: dict[str, str] = {}
    across = 0
    for _ in range(100):
        world.turn()
        cases = world.cases()
        # An empty home begins with the published copy, in whatever order that comes.
        copy = world.random.sample(ledger, len(ledger))
        ledger, rejects = assign(cases, copy, DEFAULT, {})
        across += len(rejects)
        assert assign(cases[::-1], ledger, DEFAULT, {}) == (ledger, rejects)
        for one in ledger:
            assert home_of_number.setdefault(one.number, one.pmcid) == one.pmcid
            assert split_of.setdefault(one.pmcid, one.split) == one.split
        here = {one.pmcid for one in ledger if one.left is None}
        assert here | {reject.article for reject in rejects} == {one.pmcid for one in cases}
        assert not here & {reject.article for reject in rejects}
    assert across, "no case ever came between two splits"
    assert any(one.left for one in ledger)
    assert set(split_of.values()) == {"train", "val", "test"}
