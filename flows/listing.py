"""The articles that a list names, whatever kind of ids it holds."""

from __future__ import annotations

from collections.abc import Iterable

from extractors.datasets.errors import UnreadableSource
from extractors.pmc.errors import Unavailable
from extractors.pmc.ids import Kind
from extractors.pmc.lists import Missed, read_ids
from extractors.pmc.web import Patience
from flows.arrivals import Named
from flows.errors import UsageError
from flows.searching import Contact, converter
from schemas.arrival import Arrival
from schemas.found import Found
from schemas.run import UNAVAILABLE, Pending
from schemas.settings import Settings


def listed(source: str, settings: Settings) -> Named:
    """What a list names, and of what it names what is no article of PMC."""
    converter_if_needed = _LateConverter(settings)
    try:
        read = read_ids(source, converter_if_needed, patience=Patience(settings.attempts))
    except UnreadableSource as error:
        raise UsageError(str(error)) from None
    except Unavailable as error:
        return Named([], [_unlisted(source, f"{source} cannot be read now: {error}")], [])
    found = [Found(pmcid, origins=("list",)) for pmcid in read.pmcids]
    refused = [_refused(m) for m in read.missed if m.reason != UNAVAILABLE]
    pending = [
        _unlisted(f"{source}: {m.file}, line {m.line}: {m.text[:60]}", str(read.unavailable))
        for m in read.missed
        if m.reason == UNAVAILABLE
    ]
    return Named(found, pending, refused)


class _LateConverter:
    """The id converter, which is set up when the first list that needs one comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def pmcids(self, ids: Iterable[str], kind: Kind) -> dict[str, str | None]:
        """The PMCID of each, or None where PMC does not have the article."""
        asked = list(ids)
        if not asked:
            return {}
        return converter(self._settings, Contact.from_environment()).pmcids(asked, kind)


def _refused(missed: Missed) -> Arrival:
    """A line of a list that names no article of PMC."""
    where = f"{missed.file}, line {missed.line}"
    return Arrival(
        article=f"{where}: {missed.text[:60]}",
        source=f"{where}: {missed.text[:60]}",
        pmcid=None,
        version=None,
        digest=missed.reason,
        gone=False,
        problem=missed.reason,
        detail=f"{where} of the list",
    )


def _unlisted(source: str, why: str) -> Pending:
    detail = f"{why}: run `casebook retry`, or name the list again"
    return Pending(source=source, pmcid=None, stage="search", reason=UNAVAILABLE, detail=detail)
