"""What a build would do, found out by looking only: no lock, no server, no worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.arrivals import UNAVAILABLE, Arrivals, arrivals_of, leaving
from flows.commands.settings import SAMPLE
from flows.errors import Damaged, UsageError
from flows.harvest import Harvest, Tell
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger
from flows.warehouse.runs import read_runs
from flows.warehouse.work import Work
from flows.warehouse.written import dataset_is_current, dataset_key, last_dataset
from schemas.arrival import Member
from schemas.run import Pending
from schemas.selector import Selector
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether there is something to do, and what is wanted but not had."""

    nothing_to_do: bool
    pending: list[Pending]


def survey(home: Home, selector: Selector, settings: Settings, tell: Tell) -> Survey:
    """Look whether a build would do anything; a damaged result is work too."""
    work = Work(home, settings, home_ledger(home))
    try:
        arrivals = find_arrivals(selector, settings, work, tell)
        idle = not arrivals.new and work.shards and not work.first_missing()
    except Damaged:
        return Survey(nothing_to_do=False, pending=[])
    return Survey(bool(idle) and _settled(work, arrivals.pending), arrivals.pending)


def _settled(work: Work, pending: Sequence[Pending]) -> bool:
    """Whether the last build said and wrote all that another would."""
    home, runs = work.home, read_runs(work.home.runs)
    if not runs or runs[-1].state not in ("complete", "incomplete"):
        return False
    said = {(p.source, p.reason) for p in runs[-1].pending} == {
        (p.source, p.reason) for p in pending
    }
    written = dataset_is_current(home.dataset, last_dataset(runs), dataset_key(work))
    return said and written and home.ledger.exists() and home.catalogue.exists()


def find_arrivals(selector: Selector, settings: Settings, work: Work, tell: Tell) -> Arrivals:
    """What the selector names and the home does not hold."""
    known = {name: member for shard in work.members().values() for name, member in shard.items()}
    if selector.source in ("sample", "xml"):
        arrivals = _in_folder(selector, settings, work, known)
    else:
        wanted = [*work.lost(), *_waiting(work.home)]
        arrivals = Harvest(work.home, selector, settings, tell).arrivals(known, wanted)
    found = {arrival.article for arrival in arrivals.new}
    lost = [pmcid for pmcid in work.lost() if pmcid not in found]
    if selector.full:
        return replace(arrivals, new=arrivals.new + [leaving(pmcid) for pmcid in lost])
    return replace(arrivals, pending=arrivals.pending + [_lost(pmcid) for pmcid in lost])


def _in_folder(
    selector: Selector, settings: Settings, work: Work, known: Mapping[str, Member]
) -> Arrivals:
    folder = selector.xml or SAMPLE
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    if folder.resolve().is_relative_to(work.home.root.resolve()):
        raise UsageError(f"{folder} lies in the home {work.home.root}: keep articles elsewhere")
    return arrivals_of(folder, known, max_mb=settings.max_article_mb, full=selector.full)


def _waiting(home: Home) -> list[str]:
    """What the last build wanted and PMC did not serve."""
    pending = read_runs(home.runs)[-1].pending if home.runs.is_dir() else ()
    return [p.pmcid for p in pending if p.reason == UNAVAILABLE and p.pmcid]


def _lost(pmcid: str) -> Pending:
    detail = "it was released, and its stored copy is gone: name its file again, or use --full"
    return Pending(source=pmcid, pmcid=pmcid, stage="fetch", reason="lost", detail=detail)
