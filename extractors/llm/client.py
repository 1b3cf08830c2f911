"""The client of all calls to models: nothing is paid twice, or beyond the budget."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from extractors.llm.accounts import Accounts
from extractors.llm.call import Call, Line, Patience
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.outcomes import Outcome, Usage
from extractors.llm.prices import Prices
from extractors.llm.purse import Purse
from extractors.llm.request import Request
from extractors.llm.store import Store
from extractors.llm.tokens import Tokens
from extractors.llm.transport import Transport
from extractors.pmc.breaker import Breaker

_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the calls of a client stand.

    `done` counts calls that ended here, `waiting` those not under way yet; `spent` is in dollars,
    by this client; `limit` is how many calls may be in flight now.
    """

    done: int
    from_store: int
    in_flight: int
    waiting: int
    usage: Usage
    spent: float
    limit: int


class Client:
    """Answers requests, from the store or from a service; for one event loop.

    Clients that share a service share `limits`, those of one build a `purse` and `tokens`. Without
    a purse there is no budget. Leaving the block waits for calls that are under way.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        store: Store,
        *,
        payer: str,
        purse: Purse | None = None,
        limits: Limits | None = None,
        prices: Prices | None = None,
        tokens: Tokens | None = None,
        patience: Patience | None = None,
    ) -> None:
        patience = patience or Patience()
        self._line = Line(
            endpoint=endpoint,
            transport=Transport(endpoint),
            accounts=Accounts(store, payer, prices or Prices.load(), tokens or Tokens()),
            limits=limits or Limits(),
            purse=purse or Purse(spent=store.spent(payer)),
            patience=patience,
            breaker=Breaker(patience.gone_after, _FAILURES),
        )
        self._asking: dict[str, asyncio.Task[Outcome]] = {}

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None and not issubclass(kind, Exception):
            for task in self._asking.values():
                task.cancel()
        await self.close()

    async def ask(self, request: Request, *, again: bool = False) -> Outcome:
        """What the model answers, or why it does not; `again` asks anew what failed before.

        Raises `CallsStopped` (`BudgetSpent`, `OutOfQuota`, `Unusable`, `UnknownPrice`) where no
        further call is made, and `ServiceDown`; after either, the request is pending.
        """
        task = self._asking.get(request.key)
        if task is None:
            kept = self._line.accounts.recall(request, again=again)
            if kept is not None:
                return kept
            task = asyncio.create_task(Call(self._line, request).run())
            self._asking[request.key] = task
            task.add_done_callback(lambda done: self._asked(request.key, done))
        return await asyncio.shield(task)

    @property
    def tally(self) -> Tally:
        """Where the calls stand now."""
        line, accounts = self._line, self._line.accounts
        return Tally(
            done=accounts.done,
            from_store=accounts.from_store,
            in_flight=line.in_flight,
            waiting=len(self._asking) - line.in_flight,
            usage=accounts.usage,
            spent=accounts.spent,
            limit=line.limits.window,
        )

    async def close(self) -> None:
        """Wait for the calls under way, and close the connections."""
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        await self._line.transport.close()

    def _asked(self, key: str, task: asyncio.Task[Outcome]) -> None:
        del self._asking[key]
        if not task.cancelled():
            task.exception()  # Whoever asked has it; where nobody waits any more, nobody needs it.
