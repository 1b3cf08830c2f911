"""The ledger after a release: every case with its split and a number that is given once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from extractors.corpus.splits.demand import Demand
from extractors.corpus.splits.place import place
from schemas.article import pmcid_number
from schemas.reject import RejectedArticle
from schemas.split import LOST, LedgerEntry, SplitCase


def assign(
    cases: Sequence[SplitCase],
    ledger: Iterable[LedgerEntry],
    demand: Demand,
    why_left: Mapping[str, str],
    *,
    redraw: bool = False,
) -> tuple[list[LedgerEntry], list[RejectedArticle]]:
    """The ledger after a release of these cases, and the new cases that fit in no split.

    To `redraw` is to keep nothing of a ledger but its numbers.
    """
    before = {entry.pmcid: entry for entry in ledger}
    earlier = {} if redraw else {pmcid: entry.split for pmcid, entry in before.items()}
    placed = place(cases, earlier, demand)
    released = [case for case in cases if case.pmcid in placed.split]
    was = {pmcid for pmcid, entry in before.items() if entry.left is None}
    changed = was != {case.pmcid for case in released}
    release = max(map(_known_release, before.values()), default=0) + changed
    entries = _entries(released, before, placed.split, release)
    here = {entry.pmcid for entry in entries}
    for pmcid in before.keys() - here:
        entries.append(_departed(before[pmcid], release, why_left))
    return sorted(entries, key=lambda e: e.number), placed.rejects


def _known_release(entry: LedgerEntry) -> int:
    left_in = 0 if entry.last_release is None else entry.last_release + 1
    return max(entry.first_release, left_in)


def _entries(
    released: Sequence[SplitCase],
    before: Mapping[str, LedgerEntry],
    split: Mapping[str, str],
    release: int,
) -> list[LedgerEntry]:
    number = max((entry.number for entry in before.values()), default=-1)
    entries = []
    for case in sorted(released, key=lambda case: pmcid_number(case.pmcid)):
        old = before.get(case.pmcid)
        number += old is None
        entries.append(
            LedgerEntry(
                pmcid=case.pmcid,
                number=old.number if old else number,
                split=split[case.pmcid],
                cluster=case.cluster,
                first_release=old.first_release if old else release,
            )
        )
    return entries


def _departed(entry: LedgerEntry, release: int, why_left: Mapping[str, str]) -> LedgerEntry:
    if entry.left == LOST:
        return replace(entry, left=why_left.get(entry.pmcid, "gone"))
    if entry.left is not None:
        return entry
    return LedgerEntry(
        entry.pmcid,
        entry.number,
        entry.split,
        entry.cluster,
        entry.first_release,
        last_release=release - 1,
        left=why_left.get(entry.pmcid, "gone"),
    )
