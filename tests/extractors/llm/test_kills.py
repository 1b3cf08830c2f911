"""Killed at any moment, the calls go on where they were; and faults of all kinds end every call."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.outcomes import Answered, BudgetSpent, Failed, ServiceDown
from extractors.llm.purse import Purse
from extractors.llm.store import Store
from tests.extractors.llm.asking import GOOD, PRICES, client_of, every, request
from tests.extractors.llm.many import asking
from tests.fakes.running import running_models

_A_SECOND, _TO_BEGIN = 200.0, 0.3  # What a loaded machine does, and needs for its connections.


def killed_again_and_again(
    folder: Path, seed: int, count: int, kills: int, in_flight: int, latency: float
) -> str:
    """Ask until all is answered, killed so often on the way; nothing is lost, little paid twice."""
    pick, store = random.Random(seed), folder / "calls.sqlite"
    with running_models(settings={"canned": GOOD, "latency": latency, "spread": 0.9}) as models:
        share = max(latency * count / in_flight, count / _A_SECOND) / kills
        for _ in range(kills):
            with asking(models, store, count, in_flight):
                time.sleep(pick.uniform(0, _TO_BEGIN + latency + 1.5 * share))
        with asking(models, store, count, in_flight) as process:
            out, _ = process.communicate(timeout=120)
        counts = models.admin.counts()
    assert out == f"{{'Answered': {count}}}\n"
    with sqlite3.connect(store) as database:
        kept = database.execute("SELECT count(*) FROM calls WHERE outcome = 'answered'").fetchone()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert kept == (count,)
    assert counts["answered.distinct"] == count
    assert counts["answered.again"] <= kills * in_flight
    return f"{count} answers kept, {counts['answered.again']:.0f} paid again by {kills} kills"


def test_kills_lose_no_answer_and_only_calls_in_flight_are_paid_again(tmp_path: Path) -> None:
    killed_again_and_again(tmp_path, 1, count=50, kills=2, in_flight=16, latency=0.1)


def test_a_budget_holds_where_twice_the_tokens_come_back_that_were_expected(tmp_path: Path) -> None:
    prices = {"input": 100.0, "output": 400.0}
    settings = {"canned": GOOD, "latency": 0.01, "usage_factor": 2.0}
    price = PRICES.of("fake-extract").model_copy(update=prices)

    async def run(base_url: str, key: str) -> None:
        purse, limits = Purse(1.0), Limits(16)
        async with client_of(
            None,
            tmp_path,
            endpoint=Endpoint(base_url, key),
            purse=purse,
            limits=limits,
            prices=PRICES.with_({"fake-extract": price}),
        ) as client:
            asked = [request(n, max_tokens=20) for n in range(300)]
            outcomes = await every(client, asked)
            dearest = max(price.cost(one.usage) for one in outcomes if isinstance(one, Answered))
        kinds = Counter(type(one) for one in outcomes)
        assert set(kinds) == {Answered, BudgetSpent}
        assert 0.9 < purse.spent <= 1.0 + 16 * dearest

    with running_models(settings=settings) as models:
        asyncio.run(run(models.base_url, models.key))
        told = models.admin.counts()
    with Store(tmp_path / "calls.sqlite") as store:
        spent = store.spent("test")
    paid = (told["tokens.prompt"] * 100 + told["tokens.completion"] * 400) / 1e6
    assert spent == pytest.approx(paid)
    assert paid <= 1.0 + 16 * paid / told["answered"]


def test_faults_of_all_kinds_end_every_request_in_one_of_its_states(tmp_path: Path) -> None:
    async def run(base_url: str, key: str) -> list[object]:
        endpoint = Endpoint(base_url, key, timeout=0.5)
        limits = Limits(64, pause=0.02)
        async with client_of(None, tmp_path, endpoint=endpoint, limits=limits) as client:
            return await every(client, [request(n) for n in range(150)])

    settings = {"canned": GOOD, "retry_after": 0.05, "slow_seconds": 0.2}
    with running_models(seed=5, settings=settings, faults=0.3) as models:
        outcomes = asyncio.run(run(models.base_url, models.key))
        counts = models.admin.counts()
    kinds = Counter(type(one) for one in outcomes)
    assert set(kinds) <= {Answered, Failed, ServiceDown}
    assert kinds[Answered] > 120
    assert sum(number for name, number in counts.items() if name.startswith("fault.")) > 40
    with Store(tmp_path / "calls.sqlite") as store:
        ended = kinds[Answered] + kinds[Failed]
        assert len(store.holds(request(n).key for n in range(150))) == ended
