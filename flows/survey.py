"""What a build would do, found out by looking only: no server, no worker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flows.arrivals import OF_PMC, Arrivals, arrivals_of, leaving
from flows.commands.settings import SAMPLE
from flows.errors import Damaged, UsageError
from flows.harvest import Harvest
from flows.searching import Tell
from flows.warehouse import searches
from flows.warehouse.home import Home
from flows.warehouse.runs import owed, read_runs
from flows.warehouse.taken_over import ledger_of
from flows.warehouse.work import Work
from flows.warehouse.written import dataset_is_current, dataset_key, last_dataset
from schemas.arrival import Member
from schemas.found import Window
from schemas.run import Pending
from schemas.selector import Selector
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether there is something to do, and what is wanted but not had."""

    nothing_to_do: bool
    arrivals: Arrivals | None

    @property
    def pending(self) -> list[Pending]:
        """What is wanted and not had."""
        return self.arrivals.pending if self.arrivals else []


_HANDED: dict[Path, Arrivals] = {}


@contextmanager
def handed_over(home: Home, found: Survey) -> Iterator[None]:
    """What a survey found, for the build that follows it in this process under the same lock."""
    if found.arrivals:
        _HANDED[home.root] = found.arrivals
    try:
        yield
    finally:
        _HANDED.pop(home.root, None)


def take_handed(home: Home) -> Arrivals | None:
    """What a survey found, once."""
    return _HANDED.pop(home.root, None)


def survey(home: Home, selector: Selector, settings: Settings, tell: Tell) -> Survey:
    """Look whether a build would do anything; a damaged result is work too."""
    ledger, adopted = ledger_of(home, settings)
    work = Work(home, settings, ledger, adopted=adopted)
    try:
        arrivals = find_arrivals(selector, settings, work, tell)
        idle = not arrivals.new and work.shards and _is_as_before(work) and not work.first_missing()
    except Damaged:
        return Survey(nothing_to_do=False, arrivals=None)
    return Survey(bool(idle) and _settled(work, arrivals.pending), arrivals)


def _is_as_before(work: Work) -> bool:
    """Whether it is known how many candidates are taken: for a target the last build found it."""
    target, runs = work.settings.target_cases, read_runs(work.home.runs)
    if target is None:
        return True
    taken = runs[-1].taken if runs and runs[-1].settings.get("target_cases") == target else None
    if taken is not None:
        work.take(taken)
    return taken is not None


def _settled(work: Work, pending: Sequence[Pending]) -> bool:
    """Whether the last build said and wrote all that another would."""
    home, runs = work.home, read_runs(work.home.runs)
    if not runs or runs[-1].state not in ("complete", "incomplete"):
        return False
    said = {(p.source, p.reason) for p in runs[-1].pending} == {
        (p.source, p.reason) for p in pending
    }
    written = dataset_is_current(home.dataset, last_dataset(runs), dataset_key(work))
    released = written and home.ledger.exists()
    withheld = runs[-1].withheld and not work.settings.allow_incomplete
    return said and home.catalogue.exists() and (released or withheld)


def find_arrivals(selector: Selector, settings: Settings, work: Work, tell: Tell) -> Arrivals:
    """What the selector names and the home does not hold."""
    known = {name: member for shard in work.members().values() for name, member in shard.items()}
    debts = owed(read_runs(work.home.runs))
    if selector.source in ("sample", "xml"):
        arrivals = _in_folder(selector, settings, work, known)
    else:
        wanted = [*work.lost(), *(debt.pmcid for debt in debts if debt.pmcid)]
        arrivals = Harvest(work.home, selector, settings, tell).arrivals(known, wanted, debts)
    found = {arrival.article for arrival in arrivals.new}
    lost = [pmcid for pmcid in work.lost() if pmcid not in found]
    said = {pending.source for pending in arrivals.pending}
    in_full = selector.full and not any(pending.of_service for pending in arrivals.pending)
    if not in_full:
        still = [d for d in debts if d.source not in said and _is_owed(d, selector, known, found)]
        arrivals = replace(arrivals, pending=arrivals.pending + still)
    if in_full:
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


def _is_owed(
    debt: Pending, selector: Selector, known: Mapping[str, Member], found: Collection[str]
) -> bool:
    """Whether this build leaves open what an earlier one did not get."""
    if debt.pmcid:
        if debt.pmcid in found:
            return False
        member = known.get(debt.pmcid)
        if selector.source in ("sample", "xml"):
            return member is None or member.source.startswith(OF_PMC)
        return selector.full and member is None
    if debt.stage != "search":
        return selector.source in ("sample", "xml")
    if asked := searches.named(debt.source):
        return selector.source != "search" or not _covers(selector, asked[1])
    return not (selector.pmcids and debt.source.startswith(selector.pmcids))


def _covers(selector: Selector, days: Window) -> bool:
    """Whether a search asks for days that were owed: with dates and --full only if they are its."""
    if not (selector.full and selector.since):
        return True
    return selector.since <= days.since and days.until <= (selector.until or days.until)


def _lost(pmcid: str) -> Pending:
    detail = "it was released, and its stored copy is gone: name its file again, or use --full"
    return Pending(source=pmcid, pmcid=pmcid, stage="fetch", reason="lost", detail=detail)
