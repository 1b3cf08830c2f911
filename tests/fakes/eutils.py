"""E-utilities on PubMed: ESearch with its cap, ESummary with the ids and the entry date."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from tests.fakes.behaviour import Settings, too_many
from tests.fakes.serving import Request, Response, as_json
from tests.fakes.terms import Parsed, Terms, first_day, last_day
from tests.fakes.world import Article, World

# Requests that are sent a third of a second apart do not arrive so.
_SECOND = 0.9
_MOST_SUMMARIES = 500


class Eutils:
    """Answers `/entrez/eutils/*.fcgi`."""

    name = "eutils"

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._lately: dict[str, deque[float]] = {}
        self._found: dict[tuple[Any, ...], list[Article]] = {}

    def kind(self, request: Request) -> str:
        """`esearch` or `esummary`."""
        return request.path.rpartition("/")[2].removesuffix(".fcgi")

    def limited(self, request: Request) -> Response | None:
        """The 429 of a client that asks too often."""
        if not self._settings.limits:
            return None
        key = request.params.get("api_key", "")
        limit = self._settings.limits[bool(key)]
        lately = self._lately.setdefault(key, deque())
        now = time.monotonic()
        while lately and now - lately[0] > _SECOND:
            lately.popleft()
        if len(lately) >= limit:
            return too_many(request, self._settings.retry_after)
        lately.append(now)
        return None

    def answer(self, request: Request) -> Response:
        """The answer to one request."""
        params = request.params
        kind = self.kind(request)
        if kind not in ("esearch", "esummary"):
            return Response(b"<html><body>404 Not Found</body></html>", 404, "text/html")
        if params.get("db") != "pubmed" or params.get("retmode") != "json":
            told = "Invalid db name specified, or retmode other than json: not in this fake"
            return _esearch({"ERROR": told}, 400)
        return self._search(params) if kind == "esearch" else self._summaries(params)

    def _search(self, params: dict[str, str]) -> Response:
        start = int(params.get("retstart") or 0)
        cap = self._settings.cap
        if start >= cap:
            return _esearch({"ERROR": _BEYOND.format(last=cap - 1, cap=cap)})
        parsed, found = self._find(params)
        wanted = min(int(params.get("retmax") or 20), cap - start)
        ids = [str(article.pmid) for article in found[start : start + wanted]]
        result: dict[str, Any] = {
            "count": str(len(found) + self._settings.lying_counts),
            "retmax": str(len(ids)),
            "retstart": str(start),
            "idlist": ids,
            "translationset": [],
            "querytranslation": parsed.translation,
        }
        return _esearch(result | _remarks(parsed, found))

    def _find(self, params: dict[str, str]) -> tuple[Parsed, list[Article]]:
        """What a term means, and the articles it finds, newest first."""
        world, settings = self._world, self._settings
        parsed = Terms(world.today, settings.dropped_tag, silently=settings.dropped_silently).read(
            params.get("term", "")
        )
        since, until = first_day(params.get("mindate", "")), last_day(params.get("maxdate", ""))
        dated = since is not None and until is not None and settings.dropped_tag != "edat"
        if dated:
            window = f"{params['mindate']}:{params['maxdate']}[Date - Entry]"
            parsed.translation = " AND ".join(filter(None, (parsed.translation, window)))
        days = (since, until) if dated else ()
        asked = (params.get("term"), days, world.revision, settings.dropped_tag)
        if asked not in self._found:
            if len(self._found) > 32:
                self._found.clear()
            known = world.entered(since, until) if dated else world.entered()
            test = parsed.test or (lambda _: False)
            found = [article for article in known if article.in_pubmed and test(article)]
            self._found[asked] = sorted(found, key=lambda article: article.pmid or 0, reverse=True)
        return parsed, self._found[asked]

    def _summaries(self, params: dict[str, str]) -> Response:
        ids = [one.strip() for one in params.get("id", "").split(",") if one.strip()]
        header = {"type": "esummary", "version": "0.3"}
        if len(ids) > _MOST_SUMMARIES:
            told = f"Too many UIDs in request. Maximum number of UIDs is {_MOST_SUMMARIES}"
            return as_json({"header": header, "error": f"{told} for JSON format output."})
        records = {uid: self._summary(uid) for uid in ids}
        return as_json({"header": header, "result": {"uids": list(records), **records}})

    def _summary(self, uid: str) -> dict[str, Any]:
        article = self._world.by_pmid.get(int(uid)) if uid.isdigit() else None
        if article is None or article.entered > self._world.today or not article.in_pubmed:
            return {"uid": uid, "error": "cannot get document summary"}
        typed = article.typed is not None and article.typed <= self._world.today
        entrez = f"{article.entered:%Y/%m/%d} 06:00"
        medline = f"{article.typed or article.entered:%Y/%m/%d} 06:01"
        return {
            "uid": uid,
            "pubdate": f"{article.entered:%Y %b %d}",
            "title": "A fictional article.",
            "pubtype": ["Case Reports", "Journal Article"] if typed else ["Journal Article"],
            "articleids": _article_ids(article),
            "history": [
                {"pubstatus": "pubmed", "date": entrez},
                {"pubstatus": "medline", "date": medline},
                {"pubstatus": "entrez", "date": entrez},
            ],
        }


_BEYOND = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than {last}. For PubMed, "
    "ESearch can only retrieve the first {cap:,} records matching the query. To obtain more than "
    "{cap:,} PubMed records, consider using EDirect that contains additional logic to batch PubMed "
    "search results automatically so that an arbitrary number can be retrieved."
)


def _esearch(result: dict[str, Any], status: int = 200) -> Response:
    header = {"type": "esearch", "version": "0.3"}
    return as_json({"header": header, "esearchresult": result}, status)


def _remarks(parsed: Parsed, found: Sequence[Article]) -> dict[str, Any]:
    """What ESearch says of words and fields that it did not know."""
    remarks: dict[str, Any] = {}
    if parsed.unknown_fields or parsed.unknown_phrases:
        quoted = [words for words in parsed.unknown_phrases if words.startswith('"')]
        remarks["errorlist"] = {
            "phrasesnotfound": [words for words in parsed.unknown_phrases if words not in quoted],
            "fieldsnotfound": parsed.unknown_fields,
        }
        remarks["warninglist"] = _warnings(quoted)
    if not found:
        warnings = remarks.setdefault("warninglist", _warnings())
        warnings["outputmessages"].append("No items found.")
    return remarks


def _warnings(quoted: Sequence[str] = ()) -> dict[str, list[str]]:
    return {"phrasesignored": [], "quotedphrasesnotfound": [*quoted], "outputmessages": []}


def _article_ids(article: Article) -> list[dict[str, Any]]:
    ids = [
        {"idtype": "pubmed", "idtypen": 1, "value": str(article.pmid)},
        {"idtype": "pmc", "idtypen": 8, "value": article.pmcid},
        {"idtype": "pmcid", "idtypen": 5, "value": f"pmc-id: {article.pmcid};"},
    ]
    if article.doi:
        ids.append({"idtype": "doi", "idtypen": 3, "value": article.doi})
    return ids
