"""One list of what several searches and lists named."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.found import Found


def merge(founds: Iterable[Found]) -> list[Found]:
    """Every article once, with all who named it and the earliest day, by the number of its id."""
    merged: dict[str, Found] = {}
    for found in founds:
        merged[found.pmcid] = _joined(merged.get(found.pmcid), found)
    return sorted(merged.values(), key=lambda found: int(found.pmcid.removeprefix("PMC")))


def _joined(one: Found | None, other: Found) -> Found:
    known = [one, other] if one else [other]
    days = [found.first_seen for found in known if found.first_seen]
    pmids = [found.pmid for found in known if found.pmid is not None]
    return Found(
        pmcid=other.pmcid,
        pmid=min(pmids, default=None),
        first_seen=min(days, default=None),
        origins=tuple(sorted({origin for found in known for origin in found.origins})),
    )
