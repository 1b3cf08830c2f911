"""The splits and numbers of a published dataset, as the ledger that others begin with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from extractors.datasets import Part, Place, UnreadableSource, batches, columns, find_dataset
from extractors.pmc.errors import Unavailable
from extractors.pmc.ids import identify
from extractors.pmc.web import Patience
from flows.errors import ServiceDown, UsageError
from flows.warehouse.home import Home
from flows.warehouse.ledger import COLUMNS, home_ledger, read_ledger
from schemas.article import pmcid_number
from schemas.settings import Settings
from schemas.split import LedgerEntry

NUMBER = "Unnamed: 0"
LEDGER = "ledger.csv"
# Splits name files and stand in cards.
_SPLIT = re.compile(r"\w+(?:\.\w+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a dataset as far as its membership goes."""

    pmcid: str
    split: str
    number: int | None
    cluster: str | None


def ledger_of(home: Home, settings: Settings) -> tuple[list[LedgerEntry], bool]:
    """The ledger that a build starts from, and whether it is another dataset's, taken over now."""
    ledger = home_ledger(home)
    if ledger or not settings.like:
        return ledger, False
    return membership(opened(settings.like, Patience(settings.attempts))), True


def opened(source: str, patience: Patience | None = None) -> Place:
    """A dataset that somebody named; what is wrong with it is said in a sentence."""
    try:
        return find_dataset(source, patience=replace(patience or Patience(), tell=_say))
    except UnreadableSource as error:
        raise UsageError(str(error)) from None
    except Unavailable as error:
        raise ServiceDown(f"{error.shortly()}: nothing was changed; try again later") from None


def _say(sentence: str) -> None:
    print(f"casebook: {sentence}", file=sys.stderr)


def membership(place: Place) -> list[LedgerEntry]:
    """Each id of a dataset with its split and number: from its ledger, if it has one."""
    try:
        entries = _told(place)
    except UnreadableSource as error:
        raise UsageError(str(error)) from None
    for entry in entries:
        if not _SPLIT.fullmatch(entry.split):
            raise UsageError(
                f"{place.named} has {entry.pmcid} in {entry.split!r}, which cannot name a split: "
                "use letters, digits and _"
            )
    return entries


def _told(place: Place) -> list[LedgerEntry]:
    if has_ledger(place):
        return read_ledger(place.root / LEDGER)
    if len(place.parts) == 1 and set(COLUMNS) <= set(_names(place.parts[0], place)):
        return read_ledger(place.parts[0].path)
    return _entries(place, list(_members(place)))


def has_ledger(place: Place) -> bool:
    """Whether a dataset keeps a ledger."""
    return not place.is_one_file and (place.root / LEDGER).is_file()


def _names(part: Part, place: Place) -> list[str]:
    return list(columns(part, place.named).names)


def _members(place: Place) -> Iterator[Member]:
    for part in place.parts:
        names = _names(part, place)
        if "pmcid" not in names:
            raise UnreadableSource(place.named, f"has no column pmcid in {part.name}")
        if not part.split and "split" not in names:
            raise UnreadableSource(
                place.named, f"does not say which split the rows of {part.name} are in"
            )
        wanted = ("pmcid", "split", "number", NUMBER, "cluster")
        for batch in batches(part, place.named, wanted):
            for row in batch.to_pylist():
                yield _member(row, part, place)


def _member(row: dict[str, Any], part: Part, place: Place) -> Member:
    split = row.get("split") or part.split
    told = str(row["pmcid"])
    if found := identify(told, "pmcid"):
        kind, pmcid = found
        if kind == "pmcid" and split:
            number = row.get("number", row.get(NUMBER))
            return Member(pmcid, str(split), whole(number), row.get("cluster"))
    what = "no split" if found else f"no PMCID but {told!r}"
    raise UnreadableSource(place.named, f"has a row with {what} in {part.name}: mend or remove it")


def whole(number: object) -> int | None:
    """A number as Parquet, JSON or CSV hold it."""
    text = str(number).removesuffix(".0")
    return int(text) if text.isdigit() else None


def _entries(place: Place, members: list[Member]) -> list[LedgerEntry]:
    by_id: dict[str, Member] = {}
    for member in members:
        other = by_id.setdefault(member.pmcid, member)
        if other.split != member.split:
            raise UnreadableSource(
                place.named, f"has {member.pmcid} in {other.split} and in {member.split}"
            )
    rows = sorted(by_id.values(), key=lambda member: pmcid_number(member.pmcid))
    numbers = [row.number for row in rows]
    numbered = None not in numbers and len(set(numbers)) == len(rows)
    entries = [
        LedgerEntry(
            pmcid=row.pmcid,
            number=row.number if numbered and row.number is not None else place_in_order,
            split=row.split,
            cluster=row.cluster or row.pmcid,
            first_release=1,
        )
        for place_in_order, row in enumerate(rows)
    ]
    return sorted(entries, key=lambda entry: entry.number)
