"""Case reports by Europe PMC's search, the second route."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, Field

from extractors.pmc.answers import Answer, NotUsable
from extractors.pmc.errors import Untrustworthy
from extractors.pmc.search import merge
from extractors.pmc.web import Service
from schemas.found import Found, Window

ORIGIN = "europepmc"
PER_SECOND = 10.0
PAGE = 1000
QUERY = '(PUB_TYPE:"Case Reports" OR PUB_TYPE:"case-report") AND OPEN_ACCESS:y AND IN_EPMC:y'
_LEEWAY = 2
_PMCID = re.compile(r"PMC[1-9][0-9]*")


class _Record(BaseModel):
    id: str
    source: str
    pmid: str | None = None
    pmcid: str | None = None
    first_index_date: str | None = Field(None, alias="firstIndexDate")


class _Records(BaseModel):
    result: list[_Record]


class _Request(BaseModel):
    query: str = Field("", alias="queryString")


class _Page(BaseModel):
    hits: int = Field(alias="hitCount")
    next_cursor: str | None = Field(None, alias="nextCursorMark")
    request: _Request | None = None
    records: _Records = Field(alias="resultList")


@dataclass(frozen=True)
class EuropePmc:
    """Searches by the day on which Europe PMC first had an article.

    `left_out` counts what the searches of this object found and had no PMCID (`no_pmcid`).
    """

    service: Service
    page: int = PAGE
    rounds: int = 2
    left_out: Counter[str] = field(default_factory=Counter, compare=False)

    def search(self, window: Window) -> list[Found]:
        """Every case report of these days; asked from the start again if the hits do not add up."""
        hits = 0
        records: dict[tuple[str, str], _Record] = {}
        for _ in range(self.rounds):
            hits, records = self._paged(window)
            if hits == len(records):
                founds = [_found(record) for record in records.values()]
                self.left_out["no_pmcid"] += founds.count(None)
                return merge(found for found in founds if found)
        days = f"{window.since} to {window.until}"
        raise Untrustworthy(
            self.service.name, f"it counts {hits} case reports of {days} and sends {len(records)}"
        )

    def _paged(self, window: Window) -> tuple[int, dict[tuple[str, str], _Record]]:
        query = f"{QUERY} AND FIRST_IDATE:[{window.since} TO {window.until}]"
        records: dict[tuple[str, str], _Record] = {}
        seen, cursor = set(), "*"
        while True:
            page = self._asked(query, window, cursor)
            before = len(records)
            records |= {(record.source, record.id): record for record in page.records.result}
            seen.add(cursor)
            cursor = page.next_cursor or cursor
            if cursor in seen or not before < len(records) <= page.hits:
                return page.hits, records

    def _asked(self, query: str, window: Window, cursor: str) -> _Page:
        def read(answer: Answer) -> _Page:
            page = answer.shaped(_Page)
            if page.request and _folded(page.request.query) != _folded(query):
                raise NotUsable("it searches for something else", page.request.query)
            strange = [
                day for day in map(_first_day, page.records.result) if not _near(day, window)
            ]
            if strange:
                raise NotUsable(
                    f"asked for {window.since} to {window.until}, it sends {strange[0]}"
                )
            return page

        params = {
            "query": query,
            "format": "json",
            "resultType": "lite",
            "pageSize": str(self.page),
            "cursorMark": cursor,
        }
        return self.service.ask("search", params, read=read)


def _folded(query: str) -> str:
    return "".join(query.split()).lower()


def _first_day(record: _Record) -> date | None:
    try:
        return date.fromisoformat(record.first_index_date or "")
    except ValueError:
        return None


def _near(day: date | None, window: Window) -> bool:
    """Whether a day is of the window; its ends are those of somebody else's time zone."""
    return day is None or max((window.since - day).days, (day - window.until).days) <= _LEEWAY


def _found(record: _Record) -> Found | None:
    if not _PMCID.fullmatch(record.pmcid or ""):
        return None
    pmid, day = record.pmid or "", _first_day(record)
    return Found(
        pmcid=record.pmcid or "",
        pmid=int(pmid) if pmid.isascii() and pmid.isdigit() else None,
        first_seen=day.isoformat() if day else None,
        origins=(ORIGIN,),
    )
