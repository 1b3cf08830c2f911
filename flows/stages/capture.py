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
    """Read the files of the arrivals that make up a new shard, those that are still the same."""
    max_mb = parameters["max_article_mb"]
    arrivals = [Arrival(**row) for row in parameters["arrivals"]]
    captured = (_captured(arrival, max_mb) for arrival in arrivals)
    return StageResult([row for row in captured if row is not None])


def _captured(arrival: Arrival, max_mb: int) -> Captured | None:
    try:
        loaded = _loaded(arrival, max_mb)
    except OSError:
        return None
    if loaded.digest != arrival.digest:
        return None
    problem = Reject(arrival.problem, arrival.detail or "") if arrival.problem else loaded.problem
    return Captured(
        article=arrival.article,
        source=arrival.source,
        pmcid=arrival.pmcid,
        version=arrival.version,
        digest=loaded.digest,
        gone=arrival.gone,
        problem=problem.reason if problem else None,
        xml=loaded.xml,
        xml_md5=hashlib.md5(loaded.xml, usedforsecurity=False).hexdigest() if loaded.xml else None,
        metadata=loaded.metadata,
        detail=problem.detail if problem else None,
    )


def _loaded(arrival: Arrival, max_mb: int) -> files.Loaded:
    if arrival.path is None:
        return files.Loaded(arrival.digest, None, None)
    return files.load(arrival.path, max_mb)


STAGE = Stage("capture", 1, run, Captured, needs=())
