"""Case reports by PubMed's search, which serves no more than 9,999 ids of any query."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from extractors.pmc.answers import Answer, NotUsable
from extractors.pmc.errors import Untrustworthy
from extractors.pmc.idconv import IdConverter
from extractors.pmc.search import merge
from extractors.pmc.web import Service
from schemas.found import Found, Window

ORIGIN = "pubmed"
CAP = 9_999
BATCH = 400
QUERY = '"case reports"[pt] AND "pubmed pmc open access"[filter]'
LAST_PMID = 999_999_999
_UNDERSTOOD = (
    re.compile(r'"?case reports"?\[(?:publication type|pt|ptyp)\]', re.I),
    re.compile(r'"?pubmed pmc open access"?\[(?:filter|sb)\]', re.I),
    re.compile(r"\[(?:date - entry|edat|entry date)\]", re.I),
)
_HARMLESS = ("No items found", "Restrictions achieved")
_PASSING = re.compile(r"rate limit|backend|tempora|time ?out|try again|unavailable|busy", re.I)
_PMCID = re.compile(r"(PMC[1-9][0-9]*)(?:\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})\b")


def per_second(api_key: str | None) -> float:
    """How often E-utilities may be asked."""
    return 10.0 if api_key else 3.0


class _Hits(BaseModel):
    count: int
    idlist: list[int]
    translation: str = Field(alias="querytranslation")
    errors: dict[str, list[str]] = Field({}, alias="errorlist")
    warnings: dict[str, list[str]] = Field({}, alias="warninglist")


class _Search(BaseModel):
    hits: _Hits = Field(alias="esearchresult")


class _Named(BaseModel):
    idtype: str
    value: str


class _Event(BaseModel):
    pubstatus: str
    date: str


class _Summary(BaseModel):
    articleids: list[_Named] = []
    history: list[_Event] = []


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a search: days, and on a single day a range of PMIDs."""

    since: date
    until: date
    first: int | None = None
    last: int = LAST_PMID

    def __str__(self) -> str:
        days = f"{self.since} to {self.until}"
        return days if self.first is None else f"{days}, PMIDs {self.first} to {self.last}"

    @property
    def term(self) -> str:
        if self.first is None:
            return QUERY
        return f"{QUERY} AND {self.first}:{self.last}[uid]"

    def halves(self) -> tuple[_Part, _Part] | None:
        """Two parts that make up this one; None if it is a single PMID of a single day."""
        if self.since < self.until:
            middle = self.since + (self.until - self.since) // 2
            return replace(self, until=middle), replace(self, since=middle + timedelta(days=1))
        first = 1 if self.first is None else self.first
        if first >= self.last:
            return None
        between = (first + self.last) // 2
        lower = replace(self, first=first, last=between)
        return lower, replace(self, first=between + 1)


@dataclass(frozen=True)
class Eutils:
    """Searches by the day on which PubMed got an article.

    `left_out` counts what the searches of this object found and PMC does not have (`no_pmcid`).
    """

    service: Service
    converter: IdConverter
    cap: int = CAP
    batch: int = BATCH
    rounds: int = 2
    left_out: Counter[str] = field(default_factory=Counter, compare=False)

    def search(self, window: Window, known: Mapping[int, str]) -> list[Found]:
        """Every case report of these days; those whose PMCID is known are not asked for again."""
        pmids = self.pmids(window)
        founds = [Found(known[pmid], pmid, None, (ORIGIN,)) for pmid in pmids if pmid in known]
        return merge([*founds, *self._converted([pmid for pmid in pmids if pmid not in known])])

    def pmids(self, window: Window) -> list[int]:
        """The PMIDs of these days, as many as PubMed counts and each of them once."""
        whole = _Part(window.since, window.until)
        pmids = list(self._within(whole, self._count(whole)))
        if len(set(pmids)) != len(pmids):
            raise self._distrusted(f"it names the same articles in separate parts of {whole}")
        return pmids

    def _within(self, part: _Part, count: int) -> Iterator[int]:
        if not count:
            return
        if count < self.cap:
            yield from self._ids(part, count)
            return
        for half, counted in self._halved(part, count):
            yield from self._within(half, counted)

    def _halved(self, part: _Part, count: int) -> list[tuple[_Part, int]]:
        """Both halves with their counts, which add up: asked anew if articles came meanwhile."""
        halves = part.halves()
        if halves is None:
            raise self._distrusted(f"it counts {count} articles of {part}")
        for again in range(self.rounds):
            whole = self._count(part) if again else count
            counted = [(half, self._count(half)) for half in halves]
            if sum(each for _, each in counted) == whole:
                return counted
        parts = " and ".join(str(each) for _, each in counted)
        raise self._distrusted(f"it counts {whole} articles of {part}, and {parts} in its halves")

    def _ids(self, part: _Part, count: int) -> list[int]:
        """The ids of a part, not fewer than were counted."""
        for _ in range(self.rounds):
            ids = self._asked(part, self.cap).idlist
            if len(ids) >= count:
                return ids
        raise self._distrusted(f"it counts {count} articles of {part} and names {len(ids)}")

    def _count(self, part: _Part) -> int:
        return self._asked(part, 0).count

    def _asked(self, part: _Part, most: int) -> _Hits:
        def read(answer: Answer) -> _Hits:
            _without_error(answer)
            hits = answer.shaped(_Search).hits
            _check_understood(hits, part)
            if most and len(set(hits.idlist)) != hits.count:
                named = len(set(hits.idlist))
                raise NotUsable(f"it counts {hits.count} articles of {part} and names {named}")
            return hits

        params = {
            "db": "pubmed",
            "term": part.term,
            "datetype": "edat",
            "mindate": _slashed(part.since),
            "maxdate": _slashed(part.until),
            "retmode": "json",
            "retmax": str(most),
        }
        return self.service.ask("esearch.fcgi", params, read=read, post=True, accept=(200, 400))

    def _converted(self, pmids: Sequence[int]) -> Iterator[Found]:
        """PMIDs with the PMCIDs of their summaries, or else of the converter."""
        without: dict[int, str | None] = {}
        for start in range(0, len(pmids), self.batch):
            batch = pmids[start : start + self.batch]
            for pmid, summary in self._summaries(batch).items():
                pmcid = _pmcid(summary.articleids)
                if pmcid:
                    yield Found(pmcid, pmid, _entered(summary.history), (ORIGIN,))
                else:
                    without[pmid] = _entered(summary.history)
        asked = self.converter.pmcids(map(str, without), "pmid") if without else {}
        for pmid, day in without.items():
            pmcid = asked[str(pmid)]
            if pmcid:
                yield Found(pmcid, pmid, day, (ORIGIN,))
            else:
                self.left_out["no_pmcid"] += 1

    def _summaries(self, pmids: Sequence[int]) -> dict[int, _Summary]:
        def read(answer: Answer) -> dict[int, _Summary]:
            result = _without_error(answer).get("result")
            if not isinstance(result, dict):
                raise NotUsable("it sends no summaries", answer.words, lasting=False)
            missed = [pmid for pmid in pmids if str(pmid) not in result]
            if missed:
                raise NotUsable(f"asked for {len(pmids)} articles, it lacks {missed[0]}")
            return {pmid: _summary(result[str(pmid)]) for pmid in pmids}

        params = {"db": "pubmed", "id": ",".join(map(str, pmids)), "retmode": "json"}
        return self.service.ask("esummary.fcgi", params, read=read, post=True, accept=(200, 400))

    def _distrusted(self, what: str) -> Untrustworthy:
        return Untrustworthy(self.service.name, what)


def _without_error(answer: Answer) -> dict[str, Any]:
    """The JSON, if it is not an error put where an answer should be, whatever the status is."""
    found: Any = answer.json()
    if not isinstance(found, dict):
        raise NotUsable("it sends no proper answer", answer.words, lasting=False)
    inner = found.get("esearchresult")
    said = found.get("error") or (inner.get("ERROR") if isinstance(inner, dict) else None)
    if said or answer.status != 200:
        words = str(said or answer.words)
        raise NotUsable("it reports an error", words, lasting=not _PASSING.search(words))
    return found


def _check_understood(hits: _Hits, part: _Part) -> None:
    """A search of which a part was dropped finds the wrong articles."""
    remarks = [
        f"{kind}: {', '.join(words)}"
        for listed in (hits.errors, hits.warnings)
        for kind, words in listed.items()
        if any(not word.startswith(_HARMLESS) for word in words)
    ]
    if remarks:
        raise NotUsable("it drops a part of the search", "; ".join(remarks))
    said = hits.translation
    dates_kept = all(_slashed(day) in said for day in (part.since, part.until))
    range_kept = part.first is None or re.search(
        rf"\b0*{part.first}\b.*:.*\b{part.last}\b.*\[(?:uid|pmid)\]", said, re.I
    )
    if not dates_kept or not range_kept or not all(tag.search(said) for tag in _UNDERSTOOD):
        raise NotUsable("it searches for something else", said)


def _slashed(day: date) -> str:
    return f"{day:%Y/%m/%d}"


def _summary(given: Any) -> _Summary:
    try:
        return _Summary.model_validate(given)
    except ValidationError:
        pass
    raise NotUsable("it sends no proper summaries", str(given), lasting=False)


def _pmcid(named: Iterable[_Named]) -> str | None:
    for each in named:
        if each.idtype == "pmc" and (found := _PMCID.fullmatch(each.value.strip())):
            return found[1]
    return None


def _entered(history: Iterable[_Event]) -> str | None:
    """The day on which PubMed got an article."""
    for event in history:
        if event.pubstatus == "entrez" and (found := _DAY.match(event.date)):
            year, month, day = found.groups()
            return f"{year}-{month:0>2}-{day:0>2}"
    return None
