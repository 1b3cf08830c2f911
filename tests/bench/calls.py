"""Calls to a model, 256 in flight, beside a bare loop with the official client."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import openai

from extractors.cases.answers import Verified
from extractors.llm.client import Client
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.outcomes import Answered
from extractors.llm.prices import Price, Prices
from extractors.llm.purse import Purse
from extractors.llm.request import Request
from extractors.llm.store import Store
from tests.bench import Row
from tests.fakes.models.behaviour import EXTRACT_MODEL
from tests.fakes.running import RunningModels, running_models

IN_FLIGHT = 256
CALLS = int(os.environ.get("BENCH_CALLS", "1280"))
_ROUNDS = 3
_WAITING = 64  # Calls that are ready when another ends, as a stage has them.
_QUICK, _SLOW = 0.5, 2.0
_ARTICLE = "A 40-year-old woman came with fever, a rash and pain in both knees. " * 400
_FLAG = {"flag": "unfaithful", "statement": None, "evidence": "a rash", "reason": "x " * 150}
_ANSWER = json.dumps({"flags": [_FLAG] * 10})
_PRICES = Prices({EXTRACT_MODEL: Price(input=1, output=4)})


@dataclass(frozen=True, slots=True)
class Took:
    """What a number of calls took: seconds, and processor time here and at the fake."""

    calls: int
    seconds: float
    cpu: float
    fake_cpu: float

    def __add__(self, other: Took) -> Took:
        return Took(
            self.calls + other.calls,
            self.seconds + other.seconds,
            self.cpu + other.cpu,
            self.fake_cpu + other.fake_cpu,
        )

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds

    @property
    def each(self) -> float:
        """Milliseconds of processor time a call, here."""
        return self.cpu / self.calls * 1e3

    @property
    def fake_each(self) -> float:
        """Milliseconds of processor time a call, at the fake."""
        return self.fake_cpu / self.calls * 1e3


def rows() -> Iterator[Row]:
    """First far from what a processor can do, then close to it."""
    with running_models(settings={"canned": _ANSWER}) as models:
        _ask(models, _QUICK, "warm", IN_FLIGHT, bare=False)
        slow = _ask(models, _SLOW, "slow", 2 * CALLS, bare=False)
        slow_bare = _ask(models, _SLOW, "slow bare", 2 * CALLS, bare=True)
        ideal = IN_FLIGHT / _SLOW
        yield Row(
            f"{IN_FLIGHT} in flight at {_SLOW:g} s, share of the ideal {ideal:.0f}/s",
            f"{slow.rate / ideal:.0%}",
            "90 % or more",
            f"{slow.rate:.0f} calls/s, {len(_ARTICLE) >> 10} kB asked, {len(_ANSWER) >> 10} kB "
            f"answered; a bare loop {slow_bare.rate / ideal:.0%}; the fake's own "
            f"{slow.fake_each:.1f} ms a call",
        )
        bare = ours = Took(0, 0, 0, 0)
        for number in range(_ROUNDS):
            bare += _ask(models, _QUICK, f"bare{number}", CALLS, bare=True)
            ours += _ask(models, _QUICK, f"ours{number}", CALLS, bare=False)
    yield Row(
        f"{IN_FLIGHT} in flight at {_QUICK:g} s, share of a bare loop",
        f"{ours.rate / bare.rate:.0%}",
        "80 % or more",
        f"{ours.rate:.0f} and {bare.rate:.0f} calls/s, {_ROUNDS} rounds in turns",
    )
    yield Row(
        "own processor time beyond the bare loop",
        f"{ours.each - bare.each:.2f} ms a call",
        "2 ms or less",
        f"{ours.each:.2f} and {bare.each:.2f} ms; the fake's own {ours.fake_each:.2f} "
        f"and {bare.fake_each:.2f} ms",
    )


def _ask(models: RunningModels, latency: float, name: str, calls: int, *, bare: bool) -> Took:
    models.admin.settings(latency=latency)
    models.admin.counts(reset=True)
    asked = [_request(f"{name} {n}") for n in range(calls)]
    start, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_bare(models, asked) if bare else _ours(models, asked))
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    return Took(calls, seconds, used, models.admin.counts()["cpu_seconds"])


def _request(name: str) -> Request:
    messages = (
        {"role": "system", "content": "You judge cases."},
        {"role": "user", "content": f"{name}\n{_ARTICLE}"},
    )
    return Request(EXTRACT_MODEL, messages, Verified, "verify", "1", 8000)


async def _ours(models: RunningModels, asked: list[Request]) -> None:
    endpoint = Endpoint(models.base_url, models.key)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "calls.sqlite")) as store:
        async with Client(
            endpoint,
            store,
            payer="bench",
            prices=_PRICES,
            purse=Purse(1e6),
            limits=Limits(IN_FLIGHT),
        ) as client:
            following = iter(asked)

            async def work() -> None:
                for one in following:
                    assert isinstance(await client.ask(one), Answered), "a call was not answered"

            await asyncio.gather(*(work() for _ in range(IN_FLIGHT + _WAITING)))


async def _bare(models: RunningModels, asked: list[Request]) -> None:
    """What a script does that keeps nothing: create, and parse what comes."""
    endpoint = Endpoint(models.base_url, models.key)
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    following = iter(asked)
    async with openai.AsyncOpenAI(
        base_url=models.base_url,
        api_key=models.key,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(limits=limits),
    ) as client:

        async def work() -> None:
            for one in following:
                body = endpoint.body(one, one.max_tokens)
                completion = await client.chat.completions.create(**body)
                one.answer.model_validate_json(completion.choices[0].message.content or "")

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
