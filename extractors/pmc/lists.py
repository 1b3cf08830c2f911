"""Articles that somebody names: a file of ids, or another dataset by its column of PMCIDs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from extractors.datasets.errors import UnreadableSource
from extractors.pmc.errors import Unavailable
from extractors.pmc.ids import Kind, identify
from extractors.pmc.sources import Entry, entries
from extractors.pmc.web import Patience

_CONVERTED: tuple[Kind, ...] = ("pmid", "doi")


@dataclass(frozen=True, slots=True)
class Missed:
    """What was named and could not be had, why, and where it stands."""

    text: str
    reason: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The PMCIDs in the order in which they were named, and what is missing from them.

    Every entry of the source is one of `pmcids`, one of `missed`, or one that names an article
    which an earlier one had named (`repeated`). Where the converter was `unavailable`, what it was
    to convert is missed for that reason.
    """

    pmcids: tuple[str, ...]
    missed: tuple[Missed, ...] = ()
    repeated: int = 0
    unavailable: Unavailable | None = None


class Converter(Protocol):
    """What knows the PMCIDs of other ids."""

    def pmcids(self, ids: Iterable[str], kind: Kind) -> dict[str, str | None]:
        """The PMCID of each, or None where PMC does not have the article."""


def read_ids(
    source: str,
    converter: Converter,
    *,
    hub_url: str | None = None,
    patience: Patience | None = None,
) -> Listed:
    """The articles named by a file, a folder of Parquet, or `ORG/NAME[@REV]` on the Hub.

    `UnreadableSource` (a `ValueError`) says in a sentence what is wrong with the source;
    `Unavailable` comes from the Hub, and `Untrustworthy` from it or the converter.
    """
    found = list(entries(source, hub_url, patience))
    if not found:
        raise UnreadableSource(source, "names no articles")
    named = [identify(entry.text, entry.kind) for entry in found]
    if not any(named):
        first = found[0]
        raise UnreadableSource(
            source, f"names no articles (line {first.line} of {first.file} is “{first.text[:60]}”)"
        )
    pmcids: dict[tuple[Kind, str], str | None] = {}
    down: dict[Kind, Unavailable] = {}
    for kind in _CONVERTED:
        try:
            converted = converter.pmcids(_ids(named, kind), kind)
        except Unavailable as error:
            down[kind] = error
            continue
        pmcids |= {(kind, one): pmcid for one, pmcid in converted.items()}
    listed = _listed(zip(found, named, strict=True), pmcids, down)
    return replace(listed, unavailable=next(iter(down.values()), None))


def _ids(named: Iterable[tuple[Kind, str] | None], kind: Kind) -> list[str]:
    return [one[1] for one in named if one and one[0] == kind and "," not in one[1]]


def _listed(
    named: Iterable[tuple[Entry, tuple[Kind, str] | None]],
    converted: Mapping[tuple[Kind, str], str | None],
    down: Collection[Kind],
) -> Listed:
    pmcids: dict[str, None] = {}
    missed: list[Missed] = []
    repeated = 0
    for entry, one in named:
        pmcid = one[1] if one and one[0] == "pmcid" else converted.get(one) if one else None
        if pmcid is None:
            reason = _reason(entry, one, down)
            missed.append(Missed(entry.text, reason, entry.file, entry.line))
        elif pmcid in pmcids:
            repeated += 1
        else:
            pmcids[pmcid] = None
    return Listed(tuple(pmcids), tuple(missed), repeated)


def _reason(entry: Entry, one: tuple[Kind, str] | None, down: Collection[Kind]) -> str:
    if one is None:
        return "not_an_id" if entry.text else "empty"
    if "," in one[1]:
        return "comma_in_doi"
    return "unavailable" if one[0] in down else "not_in_pmc"
