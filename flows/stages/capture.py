"""Articles come into the home: their bytes are kept, and never got again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from extractors.pmc import files
from schemas.arrival import Arrival, Captured
from schemas.reject import Reject
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Read the files of the arrivals that make up a new shard."""
    max_mb = parameters["max_article_mb"]
    return StageResult([_captured(Arrival(**row), max_mb) for row in parameters["arrivals"]])


def _captured(arrival: Arrival, max_mb: int) -> Captured:
    loaded = _loaded(arrival, max_mb)
    problem = Reject(arrival.problem, arrival.detail or "") if arrival.problem else loaded.problem
    return Captured(
        article=arrival.article,
        source=arrival.source,
        pmcid=arrival.pmcid,
        version=arrival.version,
        digest=loaded.digest,
        gone=arrival.gone,
        xml=loaded.xml,
        xml_md5=hashlib.md5(loaded.xml, usedforsecurity=False).hexdigest() if loaded.xml else None,
        metadata=loaded.metadata,
        problem=problem.reason if problem else None,
        detail=problem.detail if problem else None,
    )


def _loaded(arrival: Arrival, max_mb: int) -> files.Loaded:
    if arrival.path is None:
        return files.Loaded(arrival.digest, None, None)
    return files.load(arrival.path, max_mb)


STAGE = Stage("capture", 1, run, Captured, needs=())
