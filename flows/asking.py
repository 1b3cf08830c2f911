"""Both models of a build while they are asked: one store, one purse, one build at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType

from extractors.cases.steps import Ask
from extractors.llm.batch import Batches
from extractors.llm.client import Client
from extractors.llm.limits import Limits
from extractors.llm.outcomes import Outcome
from extractors.llm.prices import Prices
from extractors.llm.purse import Purse
from extractors.llm.store import Store
from extractors.llm.tokens import Tokens
from flows.batching import Gathering
from flows.models import Server, asked_of, prices_of, request_of, store_of
from flows.warehouse.home import Home
from flows.warehouse.lock import Lock
from schemas.run import Calls
from schemas.settings import Settings

MANY = 1_000_000
SECONDS_BETWEEN_LOOKS = 1.0


@asynccontextmanager
async def in_turn(
    home: Home,
    settings: Settings,
    tell: Callable[[str], None],
    is_left: Callable[[], bool] = lambda: False,
) -> AsyncIterator[None]:
    """Ask while nobody else asks through the same store: two at once would both pay."""
    store = store_of(home, settings)
    lock = Lock(store.with_name(f"{store.name}.lock"))
    told = False
    while not lock.take():
        if not told:
            tell(
                f"waiting for {lock.holder()}, which asks models through the same {store}; "
                "CASEBOOK_CALLS can name another"
            )
        told = True
        if is_left():
            raise asyncio.CancelledError
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        lock.release()


class Models:
    """Both models with one store and one purse; entered, they can be asked."""

    def __init__(
        self, home: Home, settings: Settings, payer: str, *, verifies: bool = True
    ) -> None:
        self._settings = settings
        self._drafts, self._verifies = asked_of(settings, verifies=verifies)
        # A batch is to hold as much as there is.
        self.window = MANY if settings.batch else settings.in_flight
        store_of(home, settings).parent.mkdir(parents=True, exist_ok=True)
        self._store = Store(store_of(home, settings))
        self._store.require_room()
        self._purse = Purse(settings.budget, spent=self._store.spent(payer))
        self._payer = payer

    async def __aenter__(self) -> Models:
        prices, tokens = prices_of(self._settings), Tokens()
        self.open = asyncio.Semaphore(self.window)
        self._clients = {
            server.role: self._client(server, prices, tokens)
            for server in (self._drafts, self._verifies)
        }
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for client in self._clients.values():
            await client.__aexit__(kind, error, traceback)
        self._store.close()

    async def extract(self, ask: Ask) -> Outcome:
        """Ask the model that drafts."""
        return await self._asked(self._drafts, ask)

    async def verify(self, ask: Ask) -> Outcome:
        """Ask the model that verifies."""
        return await self._asked(self._verifies, ask)

    @property
    def calls(self) -> Calls:
        """Where the calls of both stand."""
        tallies = [client.tally for client in self._clients.values()]
        return Calls(
            done=sum(t.done for t in tallies),
            from_store=sum(t.from_store for t in tallies),
            in_flight=sum(t.in_flight for t in tallies),
            tokens=sum(t.usage.total for t in tallies),
            spent=round(sum(t.spent for t in tallies), 6),
            limit=max(t.limit for t in tallies),
        )

    def _client(self, server: Server, prices: Prices, tokens: Tokens) -> Client | Gathering:
        settings = self._settings
        if settings.batch:
            batches = Batches(
                server.endpoint,
                self._store,
                payer=self._payer,
                purse=self._purse,
                prices=prices,
                tokens=tokens,
                poll=settings.batch_poll,
            )
            return Gathering(batches, settings.batch_poll)
        return Client(
            server.endpoint,
            self._store,
            payer=self._payer,
            purse=self._purse,
            limits=Limits(
                in_flight=settings.in_flight,
                requests_per_minute=settings.requests_a_minute,
                tokens_per_minute=settings.tokens_a_minute,
            ),
            prices=prices,
            tokens=tokens,
        )

    async def _asked(self, server: Server, ask: Ask) -> Outcome:
        request = request_of(ask, server, self._settings)
        return await self._clients[server.role].ask(request, again=self._settings.ask_again)
