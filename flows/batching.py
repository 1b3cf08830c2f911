"""Questions that come one by one, asked together by the Batch API."""

from __future__ import annotations

import asyncio

from extractors.llm.batch import Batches
from extractors.llm.client import Tally
from extractors.llm.outcomes import Outcome, ServiceDown
from extractors.llm.request import Request

# When no more questions came for so many seconds, those that wait go out together.
QUIET = 2.0


class Gathering:
    """Answers requests as a client does, by as few batches as it can."""

    def __init__(self, batches: Batches, poll: float) -> None:
        self._batches, self._quiet = batches, min(QUIET, poll)
        self._waiting: dict[str, tuple[Request, asyncio.Future[Outcome]]] = {}
        self._sending: asyncio.Task[None] | None = None
        self._sent = 0
        self._again = False

    async def ask(self, request: Request, *, again: bool = False) -> Outcome:
        """What the model answers, some day; raises as a client does."""
        known = self._batches.accounts.recall(request, again=again)
        if known is not None:
            return known
        self._again |= again
        if request.key not in self._waiting:
            future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            self._waiting[request.key] = (request, future)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await asyncio.shield(self._waiting[request.key][1])

    @property
    def tally(self) -> Tally:
        """Where the calls stand now."""
        accounts = self._batches.accounts
        return Tally(
            done=accounts.done,
            from_store=accounts.from_store,
            in_flight=self._sent,
            waiting=len(self._waiting),
            usage=accounts.usage,
            spent=accounts.spent,
            limit=0,
        )

    async def __aexit__(self, *_error: object) -> None:
        if self._sending is not None:
            self._sending.cancel()
        await self._batches.__aexit__(None, None, None)

    async def _send(self) -> None:
        while self._waiting:
            count = 0
            while count != len(self._waiting):
                count = len(self._waiting)
                await asyncio.sleep(self._quiet)
            taken, self._waiting = self._waiting, {}
            again, self._again = self._again, False
            self._sent = len(taken)
            try:
                outcomes = await self._batches.ask(
                    [request for request, _ in taken.values()], again=again
                )
            except Exception as error:  # whoever asked is to be told, whatever it is
                _tell(taken, error)
            else:
                for key, (_, future) in taken.items():
                    outcome = outcomes.get(key) or ServiceDown("the batch has no answer", 1)
                    _settle(future, outcome)
            self._sent = 0
        self._sending = None


def _tell(taken: dict[str, tuple[Request, asyncio.Future[Outcome]]], error: Exception) -> None:
    for _, future in taken.values():
        _settle(future, error)


def _settle(future: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
