"""One build at work in its home: it does what is missing, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from flows import release
from flows.arrivals import Arrivals, capture_jobs, not_captured
from flows.benchmarks import read_benchmarks
from flows.errors import FORBIDDEN, FULL, CasebookError, Damaged, StageFailed, StorageFailed
from flows.models import payer_of, require_models
from flows.runtime.pool import Pool
from flows.runtime.progress import Progress
from flows.stages import STAGES, asks_models, write
from flows.survey import find_arrivals, take_handed
from flows.warehouse.accounts import Accounts, take_account
from flows.warehouse.catalogue import write_catalogue
from flows.warehouse.files import clear_drafts
from flows.warehouse.home import Home
from flows.warehouse.jobs import Job, run_job
from flows.warehouse.ledger import write_ledger
from flows.warehouse.lock import now
from flows.warehouse.results import Result, ResultStore
from flows.warehouse.runs import read_runs, write_run
from flows.warehouse.taken_over import ledger_of
from flows.warehouse.work import Work
from flows.warehouse.written import dataset_is_current, dataset_key, last_dataset
from flows.waves import Waves
from schemas.run import Pending, RunSummary, Written
from schemas.selector import Selector
from schemas.settings import Settings
from schemas.stage import Stage

if TYPE_CHECKING:
    from flows.window import Window


class Outcome(Protocol):
    """What handing over a task gives: something to wait for."""

    def result(self) -> Any:
        """Wait for the task; raises what the task raised."""


CATALOGUED_EVERY = 1.0

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
        self._held: list[str] = []
        self._catalogued = -CATALOGUED_EVERY
        read_benchmarks(settings)
        if settings.extractor == "llm":
            require_models(self.home, settings)
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
        self._ledger, adopted = ledger_of(self.home, self.settings)
        self._work = Work(self.home, self.settings, self._ledger, self._set_aside, adopted=adopted)
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
        arrivals = take_handed(self.home) or self._find()
        self._pending = arrivals.pending
        # What is owed outlives a kill.
        write_run(self.home.runs, self._started.model_copy(update={"pending": (*self._pending,)}))
        first = max((int(shard) for shard in self._work.shards), default=0) + 1
        jobs = capture_jobs(self.home.store.root, arrivals.new, self.settings, first)
        # Of what is downloaded a kill may cost one shard.
        in_turn = self.selector.source in ("pmcids", "search")
        self._run("capture", jobs, known=arrivals.known, in_turn=in_turn)
        self._pending += not_captured(self._work, arrivals.new, self._refused)

    def _find(self) -> Arrivals:
        found: list[Arrivals] = []

        def find() -> None:
            found.append(find_arrivals(self.selector, self.settings, self._work, self.progress.say))

        self._hand("search: what is new or changed", find).result()
        return found[0]

    def waves(self) -> Iterator[None]:
        """Once over all candidates; towards a target of cases over a few, then as many as it takes.

        Where models could not be asked there is no telling how many more are needed.
        """
        target = self.settings.target_cases
        if target is None:
            yield
            return
        waves = Waves(target, len(self._work.queue[: self.settings.limit]))
        taken: int | None = waves.first
        while taken is not None:
            self.progress.say(f"taking {taken:,} candidates for {target:,} cases")
            self._work.take(taken)
            yield
            self._ask_no_failure_again()
            unasked = next(self._work.waiting(), None)
            taken = None if unasked else waves.after(taken, self._work.passed())

    def _ask_no_failure_again(self) -> None:
        """What models failed at is asked again by one wave, not by each."""
        self.settings = self.settings.model_copy(update={"ask_again": False})
        self._work.settings = self.settings
        if self.settings.extractor == "llm":
            self._window.settings = self.settings

    def run(self, stage: Stage) -> None:
        """Run a stage where its result is missing: over each shard, or over all at once."""
        if stage not in self._work.stages:
            return
        jobs = self._work.missing(stage)
        known = sum(result.rows.count for result in self._work.done[stage.name].values())
        self._run(stage.name, jobs, known)

    def ask(self, stage: Stage) -> None:
        """Run a stage by asking models, if models draft the cases; else as any other stage."""
        if stage not in self._work.stages:
            return
        if not asks_models(stage, self.settings):
            self.run(stage)
            return
        jobs = self._work.missing(stage)
        known = sum(result.rows.count for result in self._work.done[stage.name].values())
        self.progress.begin(stage.name, sum(job.articles for job in jobs), known)
        asked: set[str] = set()
        while jobs:
            asked |= {job.key for job in jobs}
            asking = self._hand(f"{stage.name} by models", partial(self._ask_models, stage, jobs))
            try:
                asking.result()
            finally:
                self._window.leave()
            # Where the verifier rejected a case, the next of its duplicates is to be asked about.
            jobs = [job for job in self._work.missing(stage) if job.key not in asked]
        self.progress.end()

    @cached_property
    def _window(self) -> Window:
        # The official client takes half a second to load, and rules never need it.
        from flows.window import Window

        payer = payer_of(self.home, self._runs)
        return Window(self.home, self.settings, payer, self._finished, self.progress)

    def _ask_models(self, stage: Stage, jobs: Sequence[Job]) -> None:
        self._window.ask(stage, jobs)
        self._catalogue()

    def write(self) -> None:
        """Settle the ledger and write the dataset, unless it is there as it would be."""
        self._pending += release.unasked(self._work)
        accounts = self._account()
        accounts.require_complete()
        self._accounts = accounts
        self._dataset = last_dataset(self._runs)
        before = release.kept(self._ledger)
        if release.must_wait(self._work, self._pending, before):
            self._held = release.retracted_now(self._work, before)
            return
        ledger = self._work.entries()
        write_ledger(self.home.ledger, ledger)
        self._work.rename_by_ledger(ledger)
        key = dataset_key(self._work)
        if not dataset_is_current(self.home.dataset, self._dataset, key):
            self.progress.begin("write", len(accounts.kept))
            self._hand("write the dataset", partial(self._write, accounts, key)).result()
            self.progress.end()

    def finish(self) -> RunSummary:
        """Say how the build ended."""
        summary = self._started.model_copy(
            update={
                "state": "incomplete" if self._pending else "complete",
                "finished": now(),
                "articles": release.counts(self._accounts),
                "done": dict(self._done),
                "funnel": self._accounts.funnel(),
                "splits": release.splits(self._work, self._accounts),
                "added": release.difference(self._work.ledger, self._ledger),
                "removed": release.difference(self._ledger, self._work.ledger),
                "held": tuple(self._held),
                "pending": tuple(self._pending),
                "calls": self._window.calls if self.settings.extractor == "llm" else None,
                "dataset": self._dataset,
                "taken": self._work.taken if self.settings.target_cases else None,
                "ledger_entries": 0 if self._work.adopted else len(self._work.ledger),
            }
        )
        write_run(self.home.runs, summary)
        write_catalogue(self._work, self._accounts, [*self._runs, summary])
        self._work.sweep()
        return summary

    def _catalogue(self) -> None:
        """Say where things stand, for who looks while a build runs."""
        if monotonic() - self._catalogued >= CATALOGUED_EVERY:
            write_catalogue(self._work, self._account(), [*self._runs, self._started])
            self._catalogued = monotonic()

    def _account(self) -> Accounts:
        return take_account(self._work, self._pending)

    def _write(self, accounts: Accounts, key: str) -> None:
        job = release.write_job(self._work, accounts)
        digests = self._pool.call(write.write_dataset, job)
        self._dataset = Written(key=key, files=digests)
        self._done["write"] += 1
        self.progress.advance(len(accounts.kept), 0)

    def _run(self, name: str, jobs: Sequence[Job], known: int, *, in_turn: bool = False) -> None:
        self.progress.begin(name, sum(job.articles for job in jobs), known)
        handed = (self._hand(_task_name(name, job), partial(self._do, job)) for job in jobs)
        outcomes = handed if in_turn else list(handed)
        errors = [error for outcome in outcomes if (error := _error_of(outcome))]
        if errors:
            raise self._failure(name, errors)
        self.progress.end()
        if jobs:
            self._catalogue()

    def _do(self, job: Job) -> None:
        if self._gone_silent and job.stage == "capture":
            return
        result = run_job(job) if STAGES[job.stage].here else self._pool.call(run_job, job)
        if job.stage == "capture":
            self._note_refusals(result)
        self._finished(job, result)

    def _finished(self, job: Job, result: Result) -> None:
        self._work.finish(result)
        self._done[job.stage] += 1
        self.progress.advance(job.articles - len(result.waiting), result.rejects.count)

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
                "error": str(error) or type(error).__name__
                if isinstance(error, Exception)
                else "stopped",
            }
        )
        try:
            write_run(self.home.runs, failed)
        except OSError as unwritten:
            self.progress.say(str(StorageFailed(unwritten, self.home.root)))


def _task_name(stage: str, job: Job) -> str:
    """A piece of work as a person reads it."""
    if not job.shard.isdecimal():
        return f"{stage}: all articles"
    many = "article" if job.articles == 1 else "articles"
    return f"{stage}: shard {int(job.shard)}, {job.articles:,} {many}"


def _error_of(outcome: Outcome) -> BaseException | None:
    try:
        outcome.result()
    except Exception as error:
        return error
    return None
