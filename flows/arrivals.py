"""Which articles of a folder are new to a home, and the shards that they become."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from extractors.pmc import files
from flows.errors import UsageError
from flows.stages import capture
from flows.warehouse.jobs import Job
from flows.warehouse.results import digest
from flows.warehouse.work import Work
from schemas.arrival import Arrival, Member, order_key
from schemas.article import is_fictional
from schemas.found import Found
from schemas.run import UNAVAILABLE, Pending
from schemas.settings import Settings

OF_PMC = "pmc:"


@dataclass(frozen=True, slots=True)
class Named:
    """The articles that were asked for, what could not be asked, and what is no article of PMC."""

    found: list[Found]
    pending: list[Pending]
    refused: list[Arrival]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a folder holds that the home does not."""

    new: list[Arrival]
    pending: list[Pending]
    known: int


def arrivals_of(folder: Path, known: Mapping[str, Member], *, max_mb: int, full: bool) -> Arrivals:
    """Compare a folder with the articles of a home."""
    listing = _Listing(folder, max_mb, {(m.source, m.digest): m for m in known.values()})
    if not (listing.items or listing.pending):
        raise UsageError(f"{folder} holds no {', '.join(files.SUFFIXES)} file")
    staying = {n: m for n, m in known.items() if not full or listing.unseen(m.source)}
    settled = _settle_versions(listing.items, staying, listing.bare)
    new = [arrival for arrival in settled if not _is_known(arrival, known)]
    outcomes = {arrival.article for arrival in settled}
    left = [
        member
        for name, member in known.items()
        if name not in outcomes
        and (member.source in listing.sources or (full and not listing.unseen(member.source)))
    ]
    require_one_world([*known.values(), *new])
    gone = [Arrival.again(member, gone=True) for member in left]
    return Arrivals(new + gone, listing.pending, len(settled) - len(new))


class _Listing:
    """The articles of a folder as they are now, and what of it could not be seen."""

    def __init__(self, folder: Path, max_mb: int, known: Mapping[tuple[str, str], Member]) -> None:
        self.items: list[Arrival] = []
        self.bare: set[str] = set()
        self.pending: list[Pending] = []
        self._folder = folder
        for path in files.find(folder, self._unreadable):
            source = files.source_name(path, folder)
            try:
                loaded = files.load(path, max_mb)
            except OSError as error:
                self._unreadable(error, path)
                continue
            if loaded.metadata is None:
                self.bare.add(source)
            member = known.get((source, loaded.digest))
            self.items.append(
                _arrival_again(path, member) if member else _arrival(path, source, loaded)
            )
        self.sources = {item.source for item in self.items}

    def unseen(self, source: str) -> bool:
        """Whether a file may be there although it could not be seen."""
        return any(
            source == pending.source or source.startswith(f"{pending.source}/")
            for pending in self.pending
        )

    def _unreadable(self, error: OSError, path: str | None = None) -> None:
        source = files.source_name(path or str(error.filename), self._folder)
        detail = f"{error.strerror}: mend it and run `casebook retry`"
        self.pending.append(
            Pending(
                source=source, pmcid=None, stage="fetch", reason="unreadable_file", detail=detail
            )
        )


def capture_jobs(store: Path, new: Iterable[Arrival], settings: Settings, first: int) -> list[Job]:
    """The jobs that bring new articles into the home, a shard each."""
    ordered = sorted(new, key=lambda arrival: (order_key(arrival.article), arrival.source))
    told = {name: getattr(settings, name) for name in capture.STAGE.settings}
    size, jobs = settings.shard_size, []
    for number, start in enumerate(range(0, len(ordered), size), start=first):
        batch = ordered[start : start + size]
        key = digest([[a.article, a.digest, a.gone, a.problem] for a in batch])
        arrivals = [asdict(arrival) for arrival in batch]
        jobs.append(Job(store, "capture", f"{number:05}", key, (), {**told, "arrivals": arrivals}))
    return jobs


def not_captured(
    work: Work, new: Iterable[Arrival], refused: Mapping[str, str]
) -> Iterator[Pending]:
    """The arrivals that did not come in after all; `refused` says why where a service did."""
    here = {name: member for members in work.words().values() for name, member in members.items()}
    for arrival in new:
        member = here.get(arrival.article)
        if member and _state(member) == _state(arrival):
            continue
        if arrival.versions:
            detail = refused.get(arrival.article, "PMC's bucket does not answer")
            yield unavailable(arrival, detail)
        else:
            yield _pending(arrival, "changed", "it changed while it was read")


def unavailable(arrival: Arrival, why: str) -> Pending:
    """An article that is wanted and that PMC does not serve now."""
    return _pending(arrival, UNAVAILABLE, why)


def _pending(arrival: Arrival, reason: str, why: str) -> Pending:
    return Pending(
        source=arrival.source,
        pmcid=arrival.pmcid,
        stage="fetch",
        reason=reason,
        detail=f"{why}: run `casebook retry`",
    )


def _state(member: Member) -> str:
    """The digest of what there was, whatever part of it was wanted."""
    return member.digest.partition(" ")[0]


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


def _arrival_again(path: str, member: Member) -> Arrival:
    """A file that has not changed, to be judged anew beside those that have."""
    problem = None if member.problem == "superseded" else member.problem
    name = member.pmcid or member.source
    return Arrival.again(member, article=name, problem=problem, path=path)


def _settle_versions(
    items: Iterable[Arrival], known: Mapping[str, Member], bare: Collection[str]
) -> list[Arrival]:
    """Of one id given twice the higher version stays, the other is superseded."""
    items = sorted(items, key=lambda a: (a.problem is not None, -(a.version or 0), a.source))
    sources = {item.source for item in items}
    best: dict[str, Member] = {}
    settled = []
    for arrival in items:
        there = best.get(arrival.article)
        there = there or _higher(known.get(arrival.article), arrival, sources, bare)
        if there is None:
            best[arrival.article] = arrival
            settled.append(arrival)
        else:
            settled.append(_superseded(arrival, there))
    return settled


def _higher(
    known: Member | None, arrival: Arrival, sources: Collection[str], bare: Collection[str]
) -> Member | None:
    """A better version from elsewhere that the home holds.

    What PMC's bucket gave came with metadata, which a file without any does not overrule.
    """
    if known is None or known.source in sources or known.problem:
        return None
    theirs, ours = arrival.version or 0, known.version or 0
    better = ours >= theirs if _rules(known, arrival, bare) else ours > theirs
    return known if arrival.problem or better else None


def _rules(known: Member, arrival: Arrival, bare: Collection[str]) -> bool:
    return known.source.startswith(OF_PMC) and arrival.source in bare


def _superseded(arrival: Arrival, better: Member) -> Arrival:
    detail = f"{better.source} is version {better.version or 'unknown'} of {arrival.article}"
    return replace(arrival, article=arrival.source, problem="superseded", detail=detail)


def _is_known(arrival: Arrival, known: Mapping[str, Member]) -> bool:
    member = known.get(arrival.article)
    return member is not None and (member.digest, member.problem) == (
        arrival.digest,
        arrival.problem,
    )


def leaving(pmcid: str) -> Arrival:
    """The note that an article which the home lacks is let go."""
    return Arrival(pmcid, source="", pmcid=pmcid, version=None, digest="", gone=True, problem=None)


def require_one_world(members: Iterable[Member]) -> None:
    """Stop where a home would hold fictional articles and real ones."""
    named = [member.pmcid for member in members if member.pmcid and not member.gone]
    worlds: dict[bool, str] = {is_fictional(pmcid): pmcid for pmcid in named}
    if len(worlds) == 2:
        raise UsageError(
            f"a home holds fictional articles or real ones, never both: {worlds[True]} is "
            f"fictional, {worlds[False]} is not; name another folder with --home"
        )
