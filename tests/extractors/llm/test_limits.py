"""Limits: what is set, what the service says, and what it puts up with."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from extractors.llm.client import Client
from extractors.llm.limits import Limits, seconds_of
from extractors.llm.outcomes import Answered
from tests.extractors.llm.asking import (
    MODEL,
    PRICES,
    Service,
    client_of,
    every,
    request,
    said,
    serving,
    with_client,
)
from tests.fakes.serving import Request as Asked
from tests.fakes.serving import Response, as_json


def test_no_more_are_in_flight_than_may_be(tmp_path: Path) -> None:
    now, most = 0, 0

    def answer(_asked: Asked) -> Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        answered = said()
        answered.delay = 0.02
        asyncio.get_running_loop().call_later(0.02, leave)
        return answered

    def leave() -> None:
        nonlocal now
        now -= 1

    async def use(client: Client) -> list[Any]:
        return await every(client, [request(n) for n in range(40)])

    outcomes = with_client(tmp_path, Service(answer), use, limits=Limits(7))
    assert all(isinstance(one, Answered) for one in outcomes)
    assert 5 <= most <= 7


@pytest.mark.parametrize(
    "limits",
    [Limits(100, requests_per_minute=1200), Limits(100, tokens_per_minute=1200 * 110)],
    ids=["requests", "tokens"],
)
def test_a_limit_a_minute_spreads_the_calls(limits: Limits) -> None:
    async def run() -> float:
        began = time.monotonic()

        async def call() -> None:
            limits.leave(await limits.enter(110), 110)

        await asyncio.gather(*(call() for _ in range(80)))
        return time.monotonic() - began

    assert 0.95 <= asyncio.run(run()) < 3


def test_tokens_that_were_not_used_are_given_back_and_others_taken() -> None:
    async def run(used: float) -> float:
        limits = Limits(1, tokens_per_minute=60_000)
        began = time.monotonic()
        for _ in range(4):
            limits.leave(await limits.enter(1000), used)
        return time.monotonic() - began

    thrifty, wasteful = asyncio.run(run(0)), asyncio.run(run(1300))
    assert thrifty < 0.2
    assert wasteful > 0.8


def test_the_window_is_halved_once_a_round_and_grows_again() -> None:
    async def run() -> None:
        limits = Limits(64, pause=0.001)
        tickets = [await limits.enter(1) for _ in range(64)]
        for ticket in tickets[:10]:
            limits.too_much(ticket)
        assert limits.window == 32
        for ticket in tickets:
            limits.leave(ticket, 1)
        limits.too_much(await limits.enter(1))
        assert limits.window == 1
        grown = []
        for _ in range(600):
            limits.went_well()
            grown.append(limits.window)
        assert grown == sorted(grown)
        assert limits.window == 64
        assert grown[2] < 16

    asyncio.run(run())


def test_limits_are_read_from_the_answers_where_they_are_lower_than_ones_own() -> None:
    async def run() -> None:
        limits = Limits(4, requests_per_minute=100)
        limits.read({"x-ratelimit-limit-requests": "500", "x-ratelimit-limit-tokens": "30000"})
        assert (limits.requests_per_minute, limits.tokens_per_minute) == (100, 30000)
        limits.read({"x-ratelimit-limit-requests": "50", "x-ratelimit-limit-tokens": "much"})
        assert (limits.requests_per_minute, limits.tokens_per_minute) == (50, 30000)
        limits = Limits(4)
        limits.read({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"})
        began = time.monotonic()
        await limits.enter(1)
        assert time.monotonic() - began >= 0.11

    asyncio.run(run())


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("6m0s", 360), ("120ms", 0.12), ("1h2m3.5s", 3723.5), ("7", 7), ("soon", 0), (None, 0)],
)
def test_durations_are_read_as_services_write_them(told: str | None, seconds: float) -> None:
    assert seconds_of(told) == pytest.approx(seconds)


def test_who_stops_waiting_gives_the_turn_to_the_next() -> None:
    async def run() -> None:
        limits = Limits(1)
        first = await limits.enter(1)
        waiting = [asyncio.create_task(limits.enter(1)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        limits.leave(first, 1)
        waiting[1].cancel()  # It has been given its turn, and never takes it.
        ticket = await asyncio.wait_for(waiting[2], 1)
        assert limits.in_flight == 1
        limits.leave(ticket, 1)

    asyncio.run(run())


def test_a_service_that_takes_few_at_once_is_asked_no_more_than_it_takes(tmp_path: Path) -> None:
    now = 0

    def answer(_asked: Asked) -> Response:
        nonlocal now
        if now >= 8:
            return as_json({"error": {"message": "busy"}}, 429, **{"retry-after-ms": "20"})
        now += 1
        asyncio.get_running_loop().call_later(0.02, leave)
        answered = said()
        answered.delay = 0.02
        return answered

    def leave() -> None:
        nonlocal now
        now -= 1

    async def run() -> tuple[list[Any], int]:
        async with serving(Service(answer)) as service:
            limits = Limits(64, pause=0.02)
            async with client_of(service, tmp_path, limits=limits, prices=PRICES) as client:
                return await every(client, [request(n) for n in range(200)]), service.calls

    outcomes, calls = asyncio.run(run())
    assert all(isinstance(one, Answered) for one in outcomes)
    assert calls < 500
    assert PRICES.of(MODEL)
