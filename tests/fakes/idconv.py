"""PMC's id converter: one id type a call, at most 200 ids."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from tests.fakes.serving import Request, Response, as_json
from tests.fakes.world import Article, World

_MOST = 200
_SHAPES = {
    "pmid": re.compile(r"\d+"),
    "pmcid": re.compile(r"(?:PMC)?(\d+)(?:\.\d+)?", re.IGNORECASE),
    "doi": re.compile(r"10\.\S+/\S+"),
}


class IdConverter:
    """Answers `/tools/idconv/api/v1/articles/`."""

    name = "idconv"

    def __init__(self, world: World) -> None:
        self._world = world

    def kind(self, request: Request) -> str:
        """`articles`."""
        return "articles" if request.path.rstrip("/").endswith("/articles") else "unknown"

    def limited(self, request: Request) -> Response | None:
        """No limit is published."""
        return None

    def answer(self, request: Request) -> Response:
        """What the ids are in the other ways of naming an article."""
        params = request.params
        ids = [one.strip() for one in params.get("ids", "").split(",") if one.strip()]
        idtype = params.get("idtype") or _guess(ids)
        if self.kind(request) != "articles":
            return self._refused("not found", 404)
        if params.get("format") != "json":
            return self._refused("only format=json in this fake", 400)
        if not 0 < len(ids) <= _MOST:
            return self._refused(f"ids: 1 to {_MOST} ids a request", 400)
        if idtype not in _SHAPES or not all(map(_SHAPES[idtype].fullmatch, ids)):
            return self._refused(f"ids: not all are of the type {idtype}", 400)
        warnings = [
            f"query param `{name}` is missing." for name in ("email", "tool") if name not in params
        ]
        asked = {"format": "json", "idtype": idtype, "ids": ids, "versions": "no"}
        if warnings:
            asked["warnings"] = warnings
        records = [self._record(idtype, one) for one in ids]
        return as_json(
            {"status": "ok", "response-date": self._now(), "request": asked, "records": records}
        )

    def _record(self, idtype: str, asked: str) -> dict[str, Any]:
        article = self._named(idtype, asked)
        if article is None:
            told = int(asked) if idtype == "pmid" else asked
            problem = {"status": "error", "errmsg": "Identifier not found in PMC"}
            return {idtype: told, "requested-id": asked} | problem
        ids = {"doi": article.doi, "pmcid": article.pmcid, "pmid": article.pmid}
        return {name: value for name, value in ids.items() if value} | {"requested-id": asked}

    def _named(self, idtype: str, asked: str) -> Article | None:
        if idtype == "pmid":
            article = self._world.by_pmid.get(int(asked))
        elif idtype == "doi":
            article = self._world.by_doi.get(asked.lower())
        else:
            match = _SHAPES["pmcid"].fullmatch(asked)
            article = self._world.by_number.get(int(match[1])) if match else None
        return self._world.held(article.number) if article else None

    def _refused(self, why: str, status: int) -> Response:
        return as_json({"status": "error", "response-date": self._now(), "message": why}, status)

    def _now(self) -> str:
        return datetime.combine(self._world.today, time(12)).isoformat(" ")


def _guess(ids: list[str]) -> str:
    return next((kind for kind, shape in _SHAPES.items() if ids and shape.fullmatch(ids[0])), "")
