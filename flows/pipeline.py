"""One build at work in its home: it does what is missing, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from flows.arrivals import capture_jobs, not_captured
from flows.errors import FORBIDDEN, FULL, CasebookError, Damaged, StageFailed, StorageFailed
from flows.hub import changelog
from flows.hub.card import card
from flows.runtime.pool import Pool
from flows.runtime.progress import Progress
from flows.stages import write
from flows.survey import find_arrivals
from flows.warehouse.accounts import Accounts, take_account
from flows.warehouse.catalogue import write_catalogue
from flows.warehouse.files import clear_drafts
from flows.warehouse.home import Home, now
from flows.warehouse.ledger import home_ledger, ledger_bytes, write_ledger
from flows.warehouse.results import Result, ResultStore
from flows.warehouse.runs import read_runs, write_run
from flows.warehouse.work import Job, Work, run_job
from flows.warehouse.written import dataset_is_current, dataset_key, last_dataset, steps
from schemas.run import Pending, RunSummary, Written
from schemas.selector import Selector
from schemas.settings import Settings
from schemas.split import LedgerEntry
from schemas.stage import Stage


class Outcome(Protocol):
    """What handing over a task gives: something to wait for."""

    def result(self) -> Any:
        """Wait for the task; raises what the task raised."""


Hand = Callable[[str, Callable[[], None]], Outcome]


class Build:
    """A build: entered, it holds its home; left, its summary says how it ended."""

    def __init__(
        self,
        selector: Selector,
        settings: Settings,
        hand: Hand,
        progress: Progress | None = None,
    ) -> None:
        self.selector = selector
        self.settings = settings
        self.home = Home(settings.home or Path())
        self.progress = progress or Progress()
        self._hand = hand
        self._done: Counter[str] = Counter()
        self._pending: list[Pending] = []
        self._refused: dict[str, str] = {}
        self._gone_silent = False

    def __enter__(self) -> Build:
        with ExitStack() as stack:
            stack.enter_context(self.home.locked())
            stack.enter_context(self.progress)
            self._pool = stack.enter_context(Pool(self.settings.workers, self.settings.cluster))
            self._start()
            self._stack = stack.pop_all()
        return self

    def _start(self) -> None:
        clear_drafts(self.home.root)
        self._runs = read_runs(self.home.runs)
        self._ledger = home_ledger(self.home)
        self._work = Work(self.home, self.settings, self._ledger, self._set_aside)
        self._started = RunSummary(
            number=max((run.number for run in self._runs), default=0) + 1,
            state="running",
            started=now(),
            selector=self.selector,
            settings=self.settings.model_dump(mode="json"),
        )
        write_run(self.home.runs, self._started)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if isinstance(error, Damaged):
                self._set_aside(self.home.store, error)
            if error is not None:
                self._note_failure(error)
        finally:
            self._stack.__exit__(kind, error, traceback)

    def search(self) -> None:
        """Find the articles that are new, and take them in as new shards."""
        arrivals = find_arrivals(self.selector, self.settings, self._work, self.progress.say)
        self._pending = arrivals.pending
        first = max((int(shard) for shard in self._work.shards), default=0) + 1
        jobs = capture_jobs(self.home.store.root, arrivals.new, self.settings, first)
        # Of what is downloaded a kill may cost one shard.
        in_turn = self.selector.source in ("pmcids", "search")
        self._run("capture", jobs, known=arrivals.known, in_turn=in_turn)
        self._pending += not_captured(self._work, arrivals.new, self._refused)

    def run(self, stage: Stage) -> None:
        """Run a stage where its result is missing: over each shard, or over all at once."""
        jobs = self._work.missing(stage)
        known = sum(result.rows.count for result in self._work.done[stage.name].values())
        self._run(stage.name, jobs, known)

    def write(self) -> None:
        """Settle the ledger and write the dataset, unless it is there as it would be."""
        accounts = take_account(self._work, self._pending)
        accounts.require_complete()
        ledger = self._work.entries()
        write_ledger(self.home.ledger, ledger)
        self._work.rename_by_ledger(ledger)
        self._accounts = accounts
        self._dataset = last_dataset(self._runs)
        key = dataset_key(self._work)
        if not dataset_is_current(self.home.dataset, self._dataset, key):
            self.progress.begin("write", len(accounts.kept))
            self._hand("write", partial(self._write, accounts, key)).result()
            self.progress.end()

    def finish(self) -> RunSummary:
        """Say how the build ended."""
        summary = self._started.model_copy(
            update={
                "state": "incomplete" if self._pending else "complete",
                "finished": now(),
                "articles": self._counts(),
                "done": dict(self._done),
                "funnel": self._accounts.funnel(),
                "splits": dict(sorted(Counter(e.split for e in self._accounts.kept).items())),
                "added": _difference(self._work.ledger, self._ledger),
                "removed": _difference(self._ledger, self._work.ledger),
                "pending": tuple(self._pending),
                "dataset": self._dataset,
                "ledger_entries": len(self._work.ledger),
            }
        )
        write_run(self.home.runs, summary)
        write_catalogue(self._work, self._accounts, [*self._runs, summary])
        self._work.sweep()
        return summary

    def _counts(self) -> dict[str, int]:
        states = Counter(account.state for account in self._accounts.articles)
        return {"arrived": states.total(), **dict(sorted(states.items()))}

    def _write(self, accounts: Accounts, key: str) -> None:
        job = write.WriteJob(
            store=self.home.store.root,
            shards=self._work.shard_results(write.NEEDS),
            entries=accounts.kept,
            steps=steps(self.settings),
            texts={
                "README.md": card(self._work, accounts),
                "ledger.csv": ledger_bytes(self._work.ledger),
                changelog.FILE: changelog.changelog(self._work.ledger),
            },
            target=self.home.dataset,
        )
        digests = self._pool.call(write.write_dataset, job)
        self._dataset = Written(key=key, files=digests)
        self._done["write"] += 1
        self.progress.advance(len(accounts.kept), 0)

    def _run(self, name: str, jobs: Sequence[Job], known: int, *, in_turn: bool = False) -> None:
        self.progress.begin(name, sum(job.articles for job in jobs), known)
        handed = (self._hand(f"{name} {job.shard}", partial(self._do, job)) for job in jobs)
        outcomes = handed if in_turn else list(handed)
        errors = [error for outcome in outcomes if (error := _error_of(outcome))]
        if errors:
            raise self._failure(name, errors)
        self.progress.end()
        if jobs:
            write_catalogue(
                self._work, take_account(self._work, self._pending), [*self._runs, self._started]
            )

    def _do(self, job: Job) -> None:
        if self._gone_silent:
            return
        result = self._pool.call(run_job, job)
        self._work.finish(result)
        if job.stage == "capture":
            self._note_refusals(result)
        self._done[job.stage] += 1
        self.progress.advance(job.articles, result.rejects.count)

    def _note_refusals(self, result: Result) -> None:
        """What a service did not serve; where it served nothing, the rest is not asked for."""
        refusals = list(self.home.store.rejects(result))
        self._refused |= {refusal.article: refusal.detail for refusal in refusals}
        self._gone_silent = bool(refusals) and not result.rows.count

    def _failure(self, name: str, errors: Sequence[BaseException]) -> BaseException:
        first = errors[0]
        if isinstance(first, (CasebookError, KeyboardInterrupt)):
            return first
        if isinstance(first, OSError) and first.errno in (*FULL, *FORBIDDEN):
            return StorageFailed(first, self.home.root)
        return StageFailed(
            f"stage {name} failed on {len(errors)} shards, first with "
            f"{type(first).__name__}: {first}; what is finished is kept"
        ).with_traceback(first.__traceback__)

    def _set_aside(self, store: ResultStore, damage: Damaged) -> None:
        moved = store.set_aside(damage.folder)
        self.progress.say(f"{damage}; the damaged one is now {moved}")

    def _note_failure(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            error = StorageFailed(error, self.home.root)
        failed = self._started.model_copy(
            update={
                "state": "failed",
                "finished": now(),
                "done": dict(self._done),
                "pending": tuple(self._pending),
                "error": str(error) or type(error).__name__,
            }
        )
        try:
            write_run(self.home.runs, failed)
        except OSError as unwritten:
            self.progress.say(str(StorageFailed(unwritten, self.home.root)))


def _error_of(outcome: Outcome) -> BaseException | None:
    try:
        outcome.result()
    except Exception as error:
        return error
    return None


def _difference(these: Sequence[LedgerEntry], those: Sequence[LedgerEntry]) -> tuple[str, ...]:
    """The cases that are in one release and not in the other."""
    there = {entry.pmcid for entry in those if entry.left is None}
    return tuple(e.pmcid for e in these if e.left is None and e.pmcid not in there)
