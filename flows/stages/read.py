"""XML becomes an Article with clean text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.cases.gates import gate
from extractors.jats import Unreadable, read
from schemas.arrival import Fetched
from schemas.article import Article, Ids
from schemas.reject import Reject
from schemas.stage import Inputs, Stage, StageResult


@dataclass(frozen=True, slots=True)
class _Raw:
    article: str
    xml: bytes | None


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Read every article that was admitted."""
    admitted = {row.pmcid: row for row in inputs.rows("fetch", Fetched)}
    made = StageResult()
    for raw in inputs.rows("capture", _Raw):
        if raw.article in admitted:
            made.add(raw.article, _read(raw.xml or b"", admitted[raw.article]))
    return made


def _read(xml: bytes, fetched: Fetched) -> Article | Reject:
    try:
        article = read(xml)
    except Unreadable as error:
        return Reject("unreadable", str(error))
    ids = Ids(fetched.pmcid, fetched.version, fetched.pmid, fetched.doi)
    return gate(article) or dataclasses.replace(article, ids=ids, licence=fetched.licence)


STAGE = Stage("read", 2, run, Article, needs=("capture", "fetch"))
