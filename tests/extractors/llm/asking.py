"""What the tests of calls ask, and a service that answers each call as it is told."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from extractors.llm.call import Patience
from extractors.llm.client import Client
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.prices import Price, Prices
from extractors.llm.request import Request
from extractors.llm.store import Store
from tests.fakes.serving import Meter, Response, as_json, listen
from tests.fakes.serving import Request as Asked

T = TypeVar("T")
MODEL = "fake-extract"
KEY = "sk-fake-casebook-8c1f6a27d04e"
PRICES = Prices({MODEL: Price(input=1.0, cached=0.1, output=4.0, batch=0.5)})
HASTY = Patience(attempts=4, first_wait=0.01, longest_wait=0.05, busy=20, gone_after=20)


class Word(BaseModel):
    """A word and a number."""

    model_config = ConfigDict(extra="forbid")

    word: str
    number: int


GOOD = '{"word": "fever", "number": 3}'


def request(number: int = 0, **changed: Any) -> Request:
    """A question, another one for each number."""
    asked: dict[str, Any] = {
        "model": MODEL,
        "messages": (
            {"role": "system", "content": "Answer."},
            {"role": "user", "content": f"Question {number}"},
        ),
        "answer": Word,
        "step": "score",
        "prompt": "1",
        "max_tokens": 100,
    }
    return Request(**asked | changed)


def said(
    content: str | None = GOOD, finish: str = "stop", refusal: str | None = None, **usage: int
) -> Response:
    """A chat completion."""
    counted = {"prompt_tokens": 20, "completion_tokens": 10, **usage}
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return as_json({"id": "x", "object": "chat.completion", "choices": [choice], "usage": counted})


def error(status: int, message: str = "no", code: str | None = None, **headers: str) -> Response:
    """An error as OpenAI tells it."""
    told = {"message": message, "type": None, "param": None, "code": code}
    return as_json({"error": told}, status, **headers)


class Service:
    """Answers with what it is told, the last of it again and again, and remembers what it got."""

    def __init__(self, *responses: Response | Callable[[Asked], Response]) -> None:
        self.responses = list(responses or [said()])
        self.bodies: list[Any] = []
        self.base_url = ""

    def __call__(self, asked: Asked) -> Response:
        self.bodies.append(json.loads(asked.body))
        following = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        return following(asked) if callable(following) else following

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return len(self.bodies)


@asynccontextmanager
async def serving(service: Service) -> AsyncIterator[Service]:
    """The service on a socket of this loop."""
    server = await listen(service, Meter())
    service.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield service
    finally:
        server.close()


@asynccontextmanager
async def client_of(service: Any, folder: Path, **settings: Any) -> AsyncIterator[Client]:
    """A client of it with a store in the folder."""
    endpoint = settings.pop("endpoint", None) or Endpoint(service.base_url, KEY, timeout=5)
    settings = {"payer": "test", "prices": PRICES, "patience": HASTY, **settings}
    settings.setdefault("limits", Limits(64, pause=0.01))
    with Store(folder / "calls.sqlite") as store:
        async with Client(endpoint, store, **settings) as client:
            yield client


def with_client(
    folder: Path, service: Service, use: Callable[[Client], Awaitable[T]], **settings: Any
) -> T:
    """Use a client of a service."""

    async def run() -> T:
        async with serving(service), client_of(service, folder, **settings) as client:
            return await use(client)

    return asyncio.run(run())


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def every(client: Client, requests: Iterable[Request]) -> list[Any]:
    """The outcomes of requests that are asked at once, or their exceptions."""
    return await asyncio.gather(*(client.ask(one) for one in requests), return_exceptions=True)
