"""What a build would do, found out by looking only: no lock, no server, no worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.arrivals import Arrivals, arrivals_of, leaving
from flows.commands.settings import SAMPLE
from flows.errors import Damaged, UsageError
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger
from flows.warehouse.runs import read_runs
from flows.warehouse.work import Work
from flows.warehouse.written import dataset_is_current, dataset_key, last_dataset
from schemas.run import Pending
from schemas.selector import Selector
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether there is something to do, and what is wanted but not had."""

    nothing_to_do: bool
    pending: list[Pending]


def survey(home: Home, selector: Selector, settings: Settings) -> Survey:
    """Look whether a build would do anything; a damaged result is work too."""
    work = Work(home, settings, home_ledger(home))
    try:
        arrivals = find_arrivals(selector, settings, work)
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


def find_arrivals(selector: Selector, settings: Settings, work: Work) -> Arrivals:
    """What the selector names and the home does not hold."""
    folder = SAMPLE if selector.sample else selector.xml
    if folder is None:
        raise UsageError("say what to build from: --sample, or --xml DIR")
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    if folder.resolve().is_relative_to(work.home.root.resolve()):
        raise UsageError(f"{folder} lies in the home {work.home.root}: keep articles elsewhere")
    known = {name: member for shard in work.members().values() for name, member in shard.items()}
    arrivals = arrivals_of(folder, known, max_mb=settings.max_article_mb, full=selector.full)
    found = {arrival.article for arrival in arrivals.new}
    lost = [pmcid for pmcid in work.lost() if pmcid not in found]
    if selector.full:
        return replace(arrivals, new=arrivals.new + [leaving(pmcid) for pmcid in lost])
    return replace(arrivals, pending=arrivals.pending + [_lost(pmcid) for pmcid in lost])


def _lost(pmcid: str) -> Pending:
    detail = "it was released, and its stored copy is gone: name its file again, or use --full"
    return Pending(source=pmcid, pmcid=pmcid, stage="fetch", reason="lost", detail=detail)
