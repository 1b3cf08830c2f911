"""Which split a case goes to: where it was, else with its relatives, else by a salted hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.arrival import order_key
from schemas.article import pmcid_number
from schemas.reject import RejectedArticle
from schemas.split import LOST, Clustered, LedgerEntry

REST = "rest"
TEST = "test"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many cases each split of a first release gets."""

    shares: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Sizes:
        """Read `train=rest,val=3.5%,test=100`."""
        shares = dict(part.strip().split("=", 1) for part in text.split(",") if "=" in part)
        numbers = [share for share in shares.values() if share != REST]
        if len(shares) != len(text.split(",")) or len(numbers) != len(shares) - 1:
            raise ValueError(f"sizes must read like train=rest,val=3.5%,test=6.2%, not {text!r}")
        for number in numbers:
            if float(number.removesuffix("%")) < 0:
                raise ValueError(f"a split cannot have {number} cases")
        return cls(shares)

    @property
    def rest(self) -> str:
        """The split that takes what no other asked for."""
        return next(name for name, share in self.shares.items() if share == REST)

    def wanted(self, cases: int) -> dict[str, int]:
        """The number of cases of every split but the rest, at least one each."""
        return {
            name: max(1, round(cases * float(share[:-1]) / 100 if "%" in share else int(share)))
            for name, share in self.shares.items()
            if share != REST
        }


@dataclass(frozen=True, slots=True)
class _Placement:
    split: dict[str, str]
    rejects: list[RejectedArticle]


def assign(
    cases: Sequence[Clustered],
    ledger: Iterable[LedgerEntry],
    sizes: Sizes,
    why_left: Mapping[str, str],
    *,
    not_in_test: Collection[str] = (),
) -> tuple[list[LedgerEntry], list[RejectedArticle]]:
    """The ledger after a release of these cases, and the new cases that fit in no split.

    Nothing new that is `not_in_test` gets a place there, and neither do its relatives.
    """
    before = {entry.pmcid: entry for entry in ledger}
    placed = _place(cases, before, sizes, not_in_test)
    released = [case for case in cases if case.pmcid in placed.split]
    was = {pmcid for pmcid, entry in before.items() if entry.left is None}
    changed = was != {case.pmcid for case in released}
    release = max(map(_known_release, before.values()), default=0) + changed
    entries = _entries(released, before, placed.split, release)
    here = {entry.pmcid for entry in entries}
    for pmcid in before.keys() - here:
        entries.append(_departed(before[pmcid], release, why_left))
    return sorted(entries, key=lambda e: e.number), placed.rejects


def _place(
    cases: Sequence[Clustered],
    before: Mapping[str, LedgerEntry],
    sizes: Sizes,
    not_in_test: Collection[str],
) -> _Placement:
    clusters: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        clusters[case.cluster].append(case.pmcid)
    placed = _Placement({}, [])
    new = []
    for cluster in sorted(clusters, key=order_key):
        splits = sorted({before[p].split for p in clusters[cluster] if p in before})
        if not splits:
            new.append(clusters[cluster])
        for pmcid in clusters[cluster] if splits else ():
            if pmcid in before:
                placed.split[pmcid] = before[pmcid].split
            elif len(splits) == 1:
                placed.split[pmcid] = splits[0]
            else:
                detail = f"its relatives lie in {' and '.join(splits)} already"
                reject = RejectedArticle(pmcid, "duplicate_across_splits", detail, "")
                placed.rejects.append(reject)
    barred = [bool(set(cluster) & set(not_in_test)) for cluster in new]
    places = {} if before else sizes.wanted(len(cases))
    _place_new(new, placed, places, sizes.rest, barred)
    return placed


def _place_new(
    clusters: Sequence[Sequence[str]],
    placed: _Placement,
    places: dict[str, int],
    rest: str,
    barred: Sequence[bool],
) -> None:
    """Fill the splits with whole clusters in order; later releases add to the rest only.

    However small a first release is, the rest gets the first cluster and each split the next.
    """
    homes = [rest] * len(clusters)
    for index, cluster in enumerate(clusters[1:], start=1):
        fits = [
            name
            for name in places
            if places[name] >= len(cluster) and not (barred[index] and name == TEST)
        ]
        if fits:
            homes[index] = fits[0]
            places[fits[0]] -= len(cluster)
    for name in places:
        spare = [
            index
            for index in range(1, len(homes))
            if homes[index] == rest and not (barred[index] and name == TEST)
        ]
        if name not in homes and spare:
            homes[spare[0]] = name
    for cluster, split in zip(clusters, homes, strict=True):
        placed.split.update(dict.fromkeys(cluster, split))


def _known_release(entry: LedgerEntry) -> int:
    left_in = 0 if entry.last_release is None else entry.last_release + 1
    return max(entry.first_release, left_in)


def _entries(
    released: Sequence[Clustered],
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
