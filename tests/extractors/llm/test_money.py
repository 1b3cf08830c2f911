"""Prices, and a purse that keeps within its budget."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from extractors.llm.outcomes import BudgetSpent, UnknownPrice, Usage
from extractors.llm.prices import Price, Prices
from extractors.llm.purse import Purse
from extractors.llm.tokens import Tokens
from tests.extractors.llm.asking import request

KNOWN = ["o4-mini", "o3", "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"]


@pytest.mark.parametrize("model", [*KNOWN, "gpt-5", "gpt-5-mini", "gpt-5-nano"])
def test_the_models_that_are_asked_most_have_prices(model: str) -> None:
    price = Prices.load().of(model)
    assert 0 < price.input < price.output
    assert price.cached is not None
    assert price.cached <= price.input


def test_cached_input_and_batches_cost_less_and_reasoning_costs_as_output() -> None:
    price = Price(input=2, cached=0.5, output=8, batch=0.5)
    usage = Usage(input=1_000_000, cached=400_000, output=100_000, reasoning=90_000)
    assert price.cost(usage) == pytest.approx(1.2 + 0.2 + 0.8)
    assert price.cost(usage, batch=True) == pytest.approx(1.1)
    assert Price(input=2, output=8).cost(Usage(input=10, cached=10)) == pytest.approx(2e-5)


def test_an_unknown_model_is_asked_for_its_price(tmp_path: Path) -> None:
    with pytest.raises(UnknownPrice, match="price of my-model is not known"):
        Prices.load().of("my-model")
    own = tmp_path / "prices.toml"
    own.write_text('["my-model"]\ninput = 0\noutput = 0\n[gpt-5]\ninput = 7\noutput = 9\n')
    prices = Prices.load(own)
    assert prices.of("my-model").cost(Usage(10**6, 0, 10**6)) == 0
    assert prices.of("gpt-5").input == 7
    assert prices.of("o3") == Prices.load().of("o3")


def test_a_dated_snapshot_costs_what_its_model_costs_unless_it_has_a_price() -> None:
    prices = Prices.load()
    assert prices.of("o4-mini-2025-04-16") == prices.of("o4-mini")
    assert prices.of("gpt-4o-2024-05-13") != prices.of("gpt-4o")
    with pytest.raises(UnknownPrice):
        prices.of("o4-mini-high")


@pytest.mark.parametrize(
    ("text", "says"),
    [("x = [", "no TOML"), ("[m]\ninput = -1\noutput = 1", "m.input"), ("[m]\nin = 1", "m.input")],
)
def test_a_file_of_prices_that_cannot_be_read_is_named(
    tmp_path: Path, text: str, says: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(ValueError, match=f"own.toml.*{says}"):
        Prices.load(own)


def test_calls_wait_for_others_to_settle_before_the_budget_is_called_spent() -> None:
    async def run() -> tuple[int, float]:
        purse = Purse(1.0)
        made = 0

        async def call() -> None:
            nonlocal made
            await purse.reserve(0.3)
            await asyncio.sleep(0)
            made += 1
            purse.settle(0.3, 0.05)

        ended = await asyncio.gather(*(call() for _ in range(100)), return_exceptions=True)
        assert all(one is None or isinstance(one, BudgetSpent) for one in ended)
        return made, purse.spent

    made, spent = asyncio.run(run())
    assert 1.0 - 0.3 < spent <= 1.0
    assert made == round(spent / 0.05)


def test_a_budget_holds_whatever_calls_cost_and_however_they_end() -> None:
    async def run(seed: int) -> None:
        pick = random.Random(seed)
        purse = Purse(1.0, spent=0.2)

        async def call() -> None:
            worst = pick.uniform(0, 0.2)
            await purse.reserve(worst)
            cost = 0.0
            try:
                await asyncio.sleep(pick.uniform(0, 0.002))
                cost = worst * pick.random()
            finally:
                purse.settle(worst, cost)
                assert purse.spent + purse.reserved <= 1.0 + 1e-9

        tasks = [asyncio.create_task(call()) for _ in range(80)]
        await asyncio.sleep(0.001)
        for task in pick.sample(tasks, 20):
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert purse.reserved == pytest.approx(0)

    for seed in range(10):
        asyncio.run(run(seed))


def test_nothing_starts_once_the_budget_is_spent() -> None:
    async def run() -> None:
        purse = Purse(1.0, spent=0.9)
        with pytest.raises(BudgetSpent, match=r"\$1.00 is spent: \$0.9000.*higher --budget"):
            await purse.reserve(0.2)
        with pytest.raises(BudgetSpent):
            await purse.reserve(0.01)
        await Purse().reserve(10**6)

    asyncio.run(run())


def test_tokens_are_trued_up_by_what_was_counted() -> None:
    tokens, asked = Tokens(), request(messages=({"role": "user", "content": "word " * 2000},))
    first = tokens.input(asked)
    assert tokens.output(asked) == asked.max_tokens
    for _ in range(50):
        tokens.learn(asked, Usage(input=2 * first, output=30))
    assert tokens.input(asked) == pytest.approx(2 * first, rel=0.05)
    assert tokens.output(asked) == 31
    assert Tokens().input(asked) == first
