"""Articles come into the home: their bytes are kept, and never got again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from extractors.pmc import files
from extractors.pmc.admit import barred
from extractors.pmc.bucket import Barred, Bucket, Downloaded, Failed, Outcome
from extractors.pmc.objects import Patience
from flows.warehouse.results import digest
from schemas.arrival import Arrival, Captured
from schemas.metadata import Metadata
from schemas.reject import Reject, RejectedArticle
from schemas.stage import Inputs, Stage, StageResult

MANY, DOUBTED_SHARE, LEAST = 20, 0.1, 3


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Get the arrivals that make up a new shard: from files, or from PMC's bucket.

    What the bucket does not serve now is among the rejects, and stays pending.
    """
    arrivals = [Arrival(**row) for row in parameters["arrivals"]]
    outcomes = _download([a for a in arrivals if a.versions], parameters)
    made = StageResult()
    for arrival in arrivals:
        outcome = outcomes.get(arrival.article)
        if isinstance(outcome, Failed) and outcome.why == "unavailable":
            refusal = RejectedArticle(arrival.article, outcome.why, outcome.detail, "")
            made.rejects.append(refusal)
        elif outcome:
            made.rows.append(_downloaded(arrival, outcome, policy_of(parameters)))
        elif captured := _from_file(arrival, parameters["max_article_mb"]):
            made.rows.append(captured)
    return made


def policy_of(settings: Mapping[str, Any]) -> str:
    """A name for what decides whether an article's XML is worth a download."""
    return digest([settings["licences"], settings["manuscripts"]])


def barred_digest(state: str, policy: str) -> str:
    """The digest of an article of which only the metadata was got, under some policy."""
    return f"{state} {policy}"


def _download(arrivals: Sequence[Arrival], parameters: Mapping[str, Any]) -> dict[str, Outcome]:
    if not arrivals:
        return {}
    outcomes: dict[str, Outcome] = {}
    bucket = Bucket(
        parameters["bucket_url"],
        parameters["connections"],
        Patience(parameters["attempts"]),
        max_bytes=parameters["max_article_mb"] << 20,
    )
    bucket.fetch_many(
        ((arrival.article, arrival.versions) for arrival in arrivals),
        lambda outcome: outcomes.__setitem__(outcome.pmcid, outcome),
        _admits(parameters),
    )
    return _believed(outcomes)


def _believed(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """What so many articles lack at once says nothing of them, but of who serves them."""
    doubtful = {
        pmcid: outcome
        for pmcid, outcome in outcomes.items()
        if isinstance(outcome, Failed) and outcome.why in ("corrupt", "missing")
    }
    count, few = len(outcomes), len(outcomes) < MANY
    if len(doubtful) > count * DOUBTED_SHARE if not few else len(doubtful) == count >= LEAST:
        return outcomes | {
            pmcid: replace(outcome, why="unavailable") for pmcid, outcome in doubtful.items()
        }
    return outcomes


def _admits(parameters: Mapping[str, Any]) -> Callable[[Metadata], bool]:
    licences, manuscripts = parameters["licences"], parameters["manuscripts"]
    return lambda metadata: barred(metadata, metadata.pmcid, licences, manuscripts) is None


def _downloaded(arrival: Arrival, outcome: Outcome, policy: str) -> Captured:
    if isinstance(outcome, Failed):
        reason = "not_in_bucket" if outcome.why == "missing" else outcome.why
        return _captured(arrival, files.Loaded(arrival.digest, None, None), reason, outcome.detail)
    xml = outcome.xml if isinstance(outcome, Downloaded) else None
    state = barred_digest(arrival.digest, policy) if isinstance(outcome, Barred) else arrival.digest
    loaded = files.Loaded(state, xml, outcome.metadata)
    return _captured(arrival, loaded, None, None, version=outcome.version)


def _from_file(arrival: Arrival, max_mb: int) -> Captured | None:
    """An article whose file is still the same."""
    try:
        loaded = _loaded(arrival, max_mb)
    except OSError:
        return None
    if loaded.digest != arrival.digest:
        return None
    told = Reject(arrival.problem, arrival.detail or "") if arrival.problem else None
    problem = told or loaded.problem
    if problem is None:
        return _captured(arrival, loaded, None, None)
    return _captured(arrival, loaded, problem.reason, problem.detail)


def _loaded(arrival: Arrival, max_mb: int) -> files.Loaded:
    if arrival.path is None:
        return files.Loaded(arrival.digest, None, None)
    return files.load(arrival.path, max_mb)


def _captured(
    arrival: Arrival,
    loaded: files.Loaded,
    problem: str | None,
    detail: str | None,
    version: int | None = None,
) -> Captured:
    return Captured(
        article=arrival.article,
        source=arrival.source,
        pmcid=arrival.pmcid,
        version=version or arrival.version,
        digest=loaded.digest,
        gone=arrival.gone,
        problem=problem,
        xml=loaded.xml,
        xml_md5=hashlib.md5(loaded.xml, usedforsecurity=False).hexdigest() if loaded.xml else None,
        metadata=loaded.metadata,
        detail=detail,
        first_seen=arrival.first_seen,
        origins=arrival.origins,
    )


STAGE = Stage(
    "capture",
    2,
    run,
    Captured,
    needs=(),
    settings=("max_article_mb", "bucket_url", "connections", "attempts", "licences", "manuscripts"),
)
