"""Which articles of a folder are new to a home, and the shards that they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from extractors.pmc import files
from flows.errors import UsageError
from flows.warehouse.results import digest
from flows.warehouse.work import Job
from schemas.arrival import Arrival, Member, order_key
from schemas.article import is_fictional
from schemas.run import Pending


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a folder holds that the home does not."""

    new: list[Arrival]
    pending: list[Pending]
    known: int


def arrivals_of(folder: Path, known: Mapping[str, Member], *, max_mb: int, full: bool) -> Arrivals:
    """Compare a folder with the articles of a home."""
    found: list[Arrival] = []
    pending: list[Pending] = []
    same: dict[str, str] = {}
    digests = {(member.source, member.digest): member for member in known.values()}
    for path in files.find(folder):
        source = files.source_name(path, folder)
        try:
            loaded = files.load(path, max_mb)
        except OSError as error:
            detail = f"{error.strerror}: mend the file and run `casebook retry`"
            pending.append(
                Pending(
                    source=source,
                    pmcid=None,
                    stage="fetch",
                    reason="unreadable_file",
                    detail=detail,
                )
            )
            continue
        if member := digests.get((source, loaded.digest)):
            same[member.article] = path
        else:
            found.append(_arrival(path, source, loaded))
    if not (found or pending or same):
        raise UsageError(f"{folder} holds no {', '.join(files.SUFFIXES)} file")
    settled = _settle_versions(found, known)
    new = _new(settled, known) + _outdone(settled, known, same)
    if full:
        here = same.keys() | {arrival.article for arrival in settled}
        new += [
            Arrival(**{**asdict(member), "gone": True})
            for name, member in known.items()
            if name not in here
        ]
    _require_one_world([*known.values(), *new])
    return Arrivals(new, pending, len(same))


def capture_jobs(
    store: Path, new: Iterable[Arrival], *, max_article_mb: int, first: int, size: int
) -> list[Job]:
    """The jobs that bring new articles into the home, a shard each."""
    ordered = sorted(new, key=lambda arrival: (order_key(arrival.article), arrival.source))
    jobs = []
    for number, start in enumerate(range(0, len(ordered), size), start=first):
        rows = [asdict(arrival) for arrival in ordered[start : start + size]]
        key = digest([[row["article"], row["digest"], row["gone"]] for row in rows])
        told = {"max_article_mb": max_article_mb, "arrivals": rows}
        jobs.append(Job(store, "capture", f"{number:05}", key, (), told))
    return jobs


def _arrival(path: str, source: str, loaded: files.Loaded) -> Arrival:
    ids = files.identify(loaded, source)
    problem = loaded.problem
    return Arrival(
        article=ids.pmcid or source,
        source=source,
        pmcid=ids.pmcid,
        version=ids.version,
        digest=loaded.digest,
        gone=False,
        path=path,
        problem=problem.reason if problem else None if ids.pmcid else "no_id",
        detail=problem.detail if problem else None if ids.pmcid else "it has no PMCID",
    )


def _settle_versions(found: Iterable[Arrival], known: Mapping[str, Member]) -> list[Arrival]:
    """Of one id given twice the higher version stays, the other is superseded."""
    best: dict[str, Member] = {}
    settled = []
    for arrival in sorted(found, key=lambda a: (-(a.version or 0), a.source)):
        there = best.get(arrival.article) or _higher(known.get(arrival.article), arrival)
        if there is None:
            best[arrival.article] = arrival
            settled.append(arrival)
        else:
            settled.append(_superseded(arrival, there))
    return settled


def _outdone(
    settled: Iterable[Arrival], known: Mapping[str, Member], same: Mapping[str, str]
) -> list[Arrival]:
    """Files that were current until a better one came to lie beside them."""
    return [
        _superseded(Arrival(**asdict(known[better.article]), path=same[better.article]), better)
        for better in settled
        if better.article in same
    ]


def _superseded(arrival: Arrival, better: Member) -> Arrival:
    detail = f"{better.source} is version {better.version or 'unknown'} of {arrival.article}"
    return replace(arrival, article=arrival.source, problem="superseded", detail=detail)


def _higher(known: Member | None, arrival: Arrival) -> Member | None:
    if known and (known.version or 0) > (arrival.version or 0) and known.source != arrival.source:
        return known
    return None


def _new(found: Iterable[Arrival], known: Mapping[str, Member]) -> list[Arrival]:
    """Leave out what the home holds already, under whatever file name."""
    return [
        arrival
        for arrival in found
        if arrival.article not in known or known[arrival.article].digest != arrival.digest
    ]


def leaving(pmcid: str) -> Arrival:
    """The note that an article which the home lacks is let go."""
    return Arrival(pmcid, source="", pmcid=pmcid, version=None, digest="", gone=True)


def _require_one_world(members: Iterable[Member]) -> None:
    named = [member.pmcid for member in members if member.pmcid and not member.gone]
    worlds: dict[bool, str] = {is_fictional(pmcid): pmcid for pmcid in named}
    if len(worlds) == 2:
        raise UsageError(
            f"a home holds fictional articles or real ones, never both: {worlds[True]} is "
            f"fictional, {worlds[False]} is not; name another folder with --home"
        )
