"""The models of a build: who drafts and who verifies, what may be spent, and where calls stand."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from extractors.cases.steps import Ask
from extractors.llm.batch import Batches
from extractors.llm.client import Client
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.outcomes import Outcome, UnknownPrice
from extractors.llm.prices import Prices
from extractors.llm.purse import Purse
from extractors.llm.request import Request
from extractors.llm.store import Store, UnusableStore
from extractors.llm.tokens import Tokens
from flows.batching import Gathering
from flows.errors import UsageError
from flows.warehouse.home import Home
from flows.warehouse.lock import Lock
from flows.warehouse.runs import read_runs
from schemas.run import Calls, RunSummary
from schemas.settings import Settings

MANY = 1_000_000
SECONDS_BETWEEN_LOOKS = 1.0
OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is served; the key comes from the environment and goes nowhere else."""

    role: str
    model: str
    endpoint: Endpoint
    effort: str | None


def servers(settings: Settings) -> tuple[Server, Server]:
    """The server of the model that drafts, and that of the model that verifies."""
    pair = (drafter(settings), _server(settings, "verify"))
    same = pair[0].model == pair[1].model
    if same and not settings.same_verifier:
        raise UsageError(
            f"{pair[0].model} would verify its own drafts: set CASEBOOK_VERIFY_MODEL to another "
            "model, or say --same-verifier, which the card will tell"
        )
    _require_price(pair[1], settings)
    return pair


def drafter(settings: Settings) -> Server:
    """The server of the model that drafts."""
    server = _server(settings, "extract")
    _require_price(server, settings)
    return server


def _require_price(server: Server, settings: Settings) -> None:
    try:
        prices_of(settings).of(server.model)
    except UnknownPrice as error:
        raise UsageError(f"{error} in a file that CASEBOOK_PRICES names") from None


def require_models(home: Home, settings: Settings, *, verifies: bool = True) -> None:
    """Say what is missing to ask models, before anything is done."""
    _asked_of(settings, verifies=verifies)
    path = store_of(home, settings)
    if not path.exists() or not path.stat().st_size:
        _require_nothing_lost(home, settings)
        return
    try:
        Store(path).close()
    except UnusableStore as error:
        raise UsageError(f"{error}; CASEBOOK_CALLS can name another") from None


def _require_nothing_lost(home: Home, settings: Settings) -> None:
    """A store that is not there must be new: one that is lost holds what was paid for."""
    paid = sum(run.calls.done for run in read_runs(home.runs) if run.calls)
    if paid and not settings.calls:
        raise UsageError(
            f"{store_of(home, settings)} is gone, with the answers to {paid:,} calls that were "
            "paid for: put it back, or name another file by CASEBOOK_CALLS to pay again"
        )


def prices_of(settings: Settings) -> Prices:
    """The price table, with what the user's file adds."""
    try:
        return Prices.load(settings.prices)
    except (OSError, ValueError) as error:
        raise UsageError(f"the price table cannot be read: {error}") from None


def store_of(home: Home, settings: Settings) -> Path:
    """Where answers are kept for ever."""
    return settings.calls or home.root / "calls.sqlite"


def request_of(ask: Ask, server: Server, settings: Settings) -> Request:
    """The request that a step makes of a model."""
    return Request(
        model=server.model,
        messages=tuple(ask.messages),
        answer=ask.answer,
        step=ask.step,
        prompt=ask.prompt,
        max_tokens=settings.max_tokens,
        effort=server.effort,
    )


def payer_of(home: Home, runs: list[RunSummary]) -> str:
    """Who pays: this home, since its last build that was complete; a budget holds as long."""
    complete = max((run.number for run in runs if run.state == "complete"), default=0)
    place = hashlib.sha256(str(home.root).encode()).hexdigest()[:12]
    return f"{place} {complete}"


def _asked_of(settings: Settings, *, verifies: bool) -> tuple[Server, Server]:
    """Both servers; where nothing is verified, that of the model that drafts stands for both."""
    return servers(settings) if verifies else (drafter(settings),) * 2


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
        self._drafts, self._verifies = _asked_of(settings, verifies=verifies)
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


def _server(settings: Settings, role: str) -> Server:
    model = getattr(settings, f"{role}_model")
    name = f"CASEBOOK_{role.upper()}"
    if not model:
        raise UsageError(f"--extractor llm needs a model: set {name}_MODEL")
    address = getattr(settings, f"{role}_base_url") or os.environ.get("OPENAI_BASE_URL") or OPENAI
    key = os.environ.get(f"{name}_API_KEY") or os.environ.get("OPENAI_API_KEY")
    if not key and address == OPENAI:
        raise UsageError(f"{address} needs a key: set OPENAI_API_KEY, or {name}_API_KEY")
    try:
        mode, patience = getattr(settings, f"{role}_mode"), settings.answer_seconds
        endpoint = Endpoint(address, key, mode, timeout=patience)
    except ValueError as error:
        raise UsageError(f"{name}_BASE_URL: {error}") from None
    return Server(role, model, endpoint, getattr(settings, f"{role}_effort"))
