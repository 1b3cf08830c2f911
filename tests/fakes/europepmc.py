"""Europe PMC's search, for the one query that a harvester of case reports asks."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.fakes.behaviour import Settings
from tests.fakes.serving import Request, Response, as_json
from tests.fakes.world import Article, World

_VERSION = "6.9"
_CLAUSE = re.compile(
    r'(?P<type>PUB_TYPE:"?case[ -]reports?"?)|(?P<open>OPEN_ACCESS:y\b)|(?P<held>IN_EPMC:y\b)'
    r"|(?P<dates>FIRST_IDATE:\[(?P<since>[\d-]+) TO (?P<until>[\d-]+)\])",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"\bAND\b|\bOR\b|[()\s]")


class EuropePmc:
    """Answers `/europepmc/webservices/rest/search`."""

    name = "europepmc"

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._found: dict[tuple[str, int], list[Article]] = {}

    def kind(self, request: Request) -> str:
        """`search`."""
        return "search" if request.path.rstrip("/").endswith("/search") else "unknown"

    def limited(self, request: Request) -> Response | None:
        """No limit is published."""
        return None

    def answer(self, request: Request) -> Response:
        """One page; a page that asks where the last one ended is empty and repeats its cursor."""
        params = request.params
        if self.kind(request) != "search" or "query" not in params:
            return as_json({"version": _VERSION, "errCode": 404, "errMsg": "Not found"}, 404)
        found = self._find(params["query"])
        cursor = params.get("cursorMark") or "*"
        start = _place(cursor)
        if start is None:
            return as_json({"version": _VERSION, "errCode": 400, "errMsg": "cursorMark"}, 400)
        size = min(int(params.get("pageSize") or 25), 1000)
        page = found[start : start + size]
        kind = params.get("resultType") or "lite"
        tell = _core if kind == "core" else _lite
        answer = {
            "version": _VERSION,
            "hitCount": len(found) + self._settings.lying_counts,
            "nextCursorMark": _mark(start + len(page)) if page else cursor,
            "request": {
                "queryString": params["query"],
                "resultType": kind,
                "cursorMark": cursor,
                "pageSize": size,
                "sort": "",
                "synonym": False,
            },
            "resultList": {"result": [tell(article) for article in page]},
        }
        return as_json(answer)

    def _find(self, query: str) -> list[Article]:
        asked = (query, self._world.revision)
        if asked not in self._found:
            if len(self._found) > 32:
                self._found.clear()
            test = self._test(query)
            found = [article for article in self._world.entered() if test(article)]
            found.sort(key=lambda article: (article.first_indexed, article.number), reverse=True)
            self._found[asked] = found
        return self._found[asked]

    def _test(self, query: str) -> Callable[[Article], bool]:
        """What a query asks; anything that is not known finds nothing."""
        if _JOINTS.sub("", _CLAUSE.sub("", query)):
            return lambda _: False
        asked: dict[str, re.Match[str]] = {}
        for match in _CLAUSE.finditer(query):
            asked[next(name for name in ("type", "open", "held", "dates") if match[name])] = match
        today = self._world.today
        since, until = date.min, today
        if dates := asked.get("dates"):
            since = date.fromisoformat(dates["since"])
            until = min(today, date.fromisoformat(dates["until"]))
        typed = "type" in asked
        public = "open" in asked

        def test(article: Article) -> bool:
            return (
                article.in_europepmc
                and since <= article.first_indexed <= until
                and (not public or article.open_access)
                and (not typed or (article.typed is not None and article.typed <= today))
            )

        return test


def _mark(place: int) -> str:
    return base64.b64encode(f"AoIIQYg13Sg:{place}".encode()).decode()


def _place(cursor: str) -> int | None:
    if cursor == "*":
        return 0
    try:
        return int(base64.b64decode(cursor).decode().partition(":")[2])
    except ValueError:
        return None


def _lite(article: Article) -> dict[str, Any]:
    ids = {"id": article.pmcid, "source": "PMC"}
    if article.pmid:
        ids = {"id": str(article.pmid), "source": "MED", "pmid": str(article.pmid)}
    if article.doi:
        ids["doi"] = article.doi
    return ids | {
        "pmcid": article.pmcid,
        "title": "A fictional article.",
        "pubYear": str(article.entered.year),
        "isOpenAccess": "Y" if article.open_access else "N",
        "inEPMC": "Y",
        "inPMC": "Y",
        "firstIndexDate": article.first_indexed.isoformat(),
        "firstPublicationDate": article.entered.isoformat(),
    }


def _core(article: Article) -> dict[str, Any]:
    return _lite(article) | {
        "pubTypeList": {"pubType": ["case-report", "Journal Article"]},
        "language": "eng",
        "license": "cc by",
        "authMan": "N",
    }
