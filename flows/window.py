"""Models at work for a build: one window of calls over all the shards of a stage."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

from extractors.llm.outcomes import Unusable
from extractors.llm.store import UnusableStore
from flows.asking import Models, in_turn
from flows.errors import CasebookError
from flows.runtime.progress import Progress
from flows.warehouse.home import Home
from flows.warehouse.jobs import Job
from flows.warehouse.results import Result, StoredInputs
from schemas.run import Calls
from schemas.settings import Settings
from schemas.stage import Asks, Stage

SHARDS_OPEN = 4
CALLS_TOLD_EVERY = 0.5


class Window:
    """Asks models for a build that pays as `payer`; each shard that is answered is `finished`."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        payer: str,
        finished: Callable[[Job, Result], None],
        progress: Progress,
    ) -> None:
        self._home, self.settings, self._payer = home, settings, payer
        self._finished, self._progress = finished, progress
        self._left = threading.Event()
        self.calls = Calls()

    def ask(self, stage: Stage, jobs: Sequence[Job]) -> None:
        """Ask about every shard, of which a few are open at a time."""
        self._left.clear()
        try:
            asyncio.run(self._ask_all(stage, jobs))
        except Unusable as error:
            raise CasebookError(f"{error}; what was answered is kept") from None
        except UnusableStore as error:
            raise CasebookError(f"{error}; mend that and run again") from None

    def leave(self) -> None:
        """Nobody waits any more: what is still asked is cancelled."""
        self._left.set()

    async def _ask_all(self, stage: Stage, jobs: Sequence[Job]) -> None:
        # One batch is to hold as much as there is.
        together = asyncio.Semaphore(len(jobs) if self.settings.batch else SHARDS_OPEN)
        async with (
            in_turn(self._home, self.settings, self._progress.say, self._left.is_set),
            Models(self._home, self.settings, self._payer) as models,
        ):
            asking = asyncio.gather(*(self._ask_shard(stage, j, models, together) for j in jobs))
            telling = asyncio.create_task(self._tell_calls(models, asking))
            try:
                await asking
            finally:
                telling.cancel()
                self.calls += models.calls
                self._progress.note(self.calls.sentence())

    async def _ask_shard(
        self, stage: Stage, job: Job, models: Models, together: asyncio.Semaphore
    ) -> None:
        async with together:
            store = self._home.store
            inputs = StoredInputs(store, job.inputs)
            made = await cast(Asks, stage.asks)(inputs, job.parameters, models)
            again = self.settings.ask_again
            result = store.save(stage, job.shard, job.key, made, again=again)
        self._finished(job, result)

    async def _tell_calls(self, models: Models, asking: asyncio.Future[Any]) -> None:
        """Tell where the calls stand, and stop them when nobody waits for them any more."""
        while True:
            await asyncio.sleep(CALLS_TOLD_EVERY)
            self._progress.note((self.calls + models.calls).sentence())
            if self._left.is_set():
                asking.cancel()
