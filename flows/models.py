"""The models of a build: who drafts and who verifies, what may be spent, and where calls stand."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from extractors.cases.steps import Ask
from extractors.llm.endpoint import Endpoint
from extractors.llm.outcomes import UnknownPrice
from extractors.llm.prices import Prices
from extractors.llm.request import Request
from extractors.llm.store import Store, UnusableStore
from flows.errors import UsageError
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.run import RunSummary
from schemas.settings import Settings

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
    asked_of(settings, verifies=verifies)
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


def asked_of(settings: Settings, *, verifies: bool) -> tuple[Server, Server]:
    """Both servers; where nothing is verified, that of the model that drafts stands for both."""
    return servers(settings) if verifies else (drafter(settings),) * 2


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
