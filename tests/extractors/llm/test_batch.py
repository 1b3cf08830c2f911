"""Batches: the same answers into the same store, whatever ends a batch or the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from extractors.llm.batch import Batches, Size
from extractors.llm.endpoint import Endpoint
from extractors.llm.outcomes import (
    Answered,
    BudgetSpent,
    Failed,
    OutOfQuota,
    ServiceDown,
    Unusable,
)
from extractors.llm.purse import Purse
from extractors.llm.store import Store
from tests.extractors.llm.asking import GOOD, HASTY, PRICES, client_of, every, request
from tests.fakes.running import RunningModels, running_models


@pytest.fixture(scope="module")
def running() -> Iterator[RunningModels]:
    """One fake for all of these tests."""
    with running_models() as models:
        yield models


@pytest.fixture
def models(running: RunningModels) -> RunningModels:
    """The fake as new."""
    running.admin.settings(
        canned=GOOD,
        batch_seconds=0.05,
        batch_share=1.0,
        batch_end="completed",
        quota_tokens=None,
        content_share=1.0,
        odd_line="",
        latency=0,
        models=["fake-extract", "fake-other"],
    )
    running.admin.faults()
    running.admin.counts(reset=True)
    return running


@asynccontextmanager
async def batches_of(
    models: RunningModels, folder: Path, **settings: Any
) -> AsyncIterator[Batches]:
    """Batches with a store in the folder."""
    settings = {"payer": "test", "prices": PRICES, "patience": HASTY, "poll": 0.02, **settings}
    with Store(folder / "calls.sqlite") as store:
        async with Batches(Endpoint(models.base_url, models.key), store, **settings) as batches:
            yield batches


def ask(models: RunningModels, folder: Path, numbers: range, **settings: Any) -> list[Any]:
    """The outcomes of requests, in their order."""

    async def run() -> list[Any]:
        asked = [request(n) for n in numbers]
        async with batches_of(models, folder, **settings) as batches:
            outcomes = await batches.ask(asked)
        assert outcomes.keys() == {one.key for one in asked}
        return [outcomes[one.key] for one in asked]

    return asyncio.run(run())


def test_a_batch_answers_as_calls_do_and_only_what_the_store_does_not_hold(
    models: RunningModels, tmp_path: Path
) -> None:
    first = ask(models, tmp_path, range(30))
    assert all(isinstance(one, Answered) and not one.from_store for one in first)
    more = ask(models, tmp_path, range(40))
    assert [one.from_store for one in more] == [True] * 30 + [False] * 10
    counts = models.admin.counts()
    assert (counts["lines"], counts["batches.create"], counts["chat"]) == (40, 2, 0)

    async def call() -> list[Any]:
        endpoint = Endpoint(models.base_url, models.key)
        async with client_of(None, tmp_path, endpoint=endpoint) as client:
            return await every(client, [request(n) for n in range(40)])

    assert [one.value for one in asyncio.run(call())] == [one.value for one in more]
    assert models.admin.counts()["chat"] == 0


def test_batches_cost_less(models: RunningModels, tmp_path: Path) -> None:
    ask(models, tmp_path, range(10))
    told = models.admin.counts()
    fresh = told["tokens.prompt"] - told["tokens.cached"]
    whole = (fresh + 0.1 * told["tokens.cached"] + 4 * told["tokens.completion"]) / 1e6
    with Store(tmp_path / "calls.sqlite") as store:
        assert store.spent("test") == pytest.approx(whole / 2)


def test_large_questions_and_several_models_are_several_batches(
    models: RunningModels, tmp_path: Path
) -> None:
    prices = PRICES.with_({"fake-other": PRICES.of("fake-extract")})
    asked = [request(n, model=("fake-extract", "fake-other")[n % 2]) for n in range(50)]

    async def run() -> Any:
        async with batches_of(models, tmp_path, size=Size(requests=10), prices=prices) as batches:
            return await batches.ask(asked)

    assert all(isinstance(one, Answered) for one in asyncio.run(run()).values())
    assert models.admin.counts()["batches.create"] == 6


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_a_batch_did_not_get_to_is_submitted_again(
    models: RunningModels, tmp_path: Path, end: str
) -> None:
    models.admin.settings(batch_end=end, batch_share=0.5)
    outcomes = ask(models, tmp_path, range(10))
    assert all(isinstance(one, (Answered, ServiceDown)) for one in outcomes)
    assert sum(isinstance(one, Answered) for one in outcomes) >= 8
    assert models.admin.counts()["answered.again"] == 0
    assert all(isinstance(one, Answered) for one in _later(models, tmp_path))


def _later(models: RunningModels, folder: Path) -> list[Any]:
    models.admin.settings(batch_end="completed", batch_share=1.0)
    return ask(models, folder, range(10))


def test_a_batch_that_fails_again_and_again_leaves_its_requests_pending(
    models: RunningModels, tmp_path: Path
) -> None:
    models.admin.settings(batch_end="failed")
    outcomes = ask(models, tmp_path, range(10))
    assert all(isinstance(one, ServiceDown) for one in outcomes)
    assert models.admin.counts()["batches.create"] == HASTY.attempts
    assert all(isinstance(one, Answered) for one in _later(models, tmp_path))


def test_lines_that_fail_are_submitted_again_and_bad_answers_get_their_second_chance(
    models: RunningModels, tmp_path: Path
) -> None:
    models.admin.faults(0.3, services=["lines"], seed=3)
    outcomes = ask(models, tmp_path, range(80))
    kinds = {type(one) for one in outcomes}
    assert kinds <= {Answered, Failed, ServiceDown}
    assert sum(isinstance(one, Answered) for one in outcomes) > 60
    assert any(isinstance(one, Failed) and one.reason == "refused" for one in outcomes)
    calls = models.admin.counts()["lines"]
    again = ask(models, tmp_path, range(80))
    ended = [one for one in again if getattr(one, "from_store", False)]
    assert len(ended) == sum(not isinstance(one, ServiceDown) for one in outcomes)
    assert calls >= 100


@pytest.mark.parametrize("service", ["files", "batches"])
def test_faults_on_the_way_submit_nothing_twice(
    models: RunningModels, tmp_path: Path, service: str
) -> None:
    kinds = ["500", "reset", "half", "html", "429"]
    models.admin.faults(0.3, kinds=kinds, services=[service], seed=4)
    patience = HASTY.__class__(attempts=30, first_wait=0.01, longest_wait=0.02)
    outcomes = ask(models, tmp_path, range(30), size=Size(requests=10), patience=patience)
    assert all(isinstance(one, Answered) for one in outcomes)
    assert models.admin.counts()["answered.again"] == 0


def test_a_batch_is_taken_up_again_after_days(models: RunningModels, tmp_path: Path) -> None:
    models.admin.settings(batch_seconds=0.6)

    async def leave() -> float:
        async with batches_of(models, tmp_path, purse=(purse := Purse(1.0))) as batches:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(batches.ask([request(n) for n in range(20)]), 0.3)
            return purse.reserved

    async def other() -> Purse:
        async with batches_of(models, tmp_path, purse=(purse := Purse(1.0))) as batches:
            await batches.ask([request(100)])
        return purse

    reserved = asyncio.run(leave())
    assert reserved > 0
    assert asyncio.run(other()).reserved == pytest.approx(reserved)
    outcomes = ask(models, tmp_path, range(15))
    assert all(isinstance(one, Answered) for one in outcomes)
    assert all(isinstance(one, Answered) for one in ask(models, tmp_path, range(20)))
    assert models.admin.counts()["lines"] == 21
    assert asyncio.run(other()).reserved == 0


def test_a_process_that_ends_before_it_hears_of_its_batch_finds_it(
    models: RunningModels, tmp_path: Path
) -> None:
    ask(models, tmp_path, range(10))
    with Store(tmp_path / "calls.sqlite") as store:
        store.write(
            lambda connection: [
                connection.execute("UPDATE batches SET batch = NULL, ended = 0"),
                connection.execute("UPDATE batched SET line = NULL, used = 0"),
                connection.execute("DELETE FROM calls"),
            ]
        ).result()
    assert all(isinstance(one, Answered) for one in ask(models, tmp_path, range(10)))
    assert models.admin.counts()["lines"] == 10


def test_a_batch_that_was_never_created_is_submitted_anew(
    models: RunningModels, tmp_path: Path
) -> None:
    models.admin.faults(1.0, kinds=["500"], services=["batches"])
    with pytest.raises(ServiceDown):
        ask(models, tmp_path, range(5))
    models.admin.faults()
    assert all(isinstance(one, Answered) for one in ask(models, tmp_path, range(5)))
    assert models.admin.counts()["lines"] == 5


@pytest.mark.parametrize("share", [0.0, 0.52, 0.99])
def test_a_file_of_answers_that_is_cut_leaves_its_batch_to_be_read_another_time(
    models: RunningModels, tmp_path: Path, share: float
) -> None:
    models.admin.settings(content_share=share)
    with pytest.raises(ServiceDown, match=r"of 20 answers of a batch only \d+ can be read"):
        ask(models, tmp_path, range(20))
    models.admin.settings(content_share=1.0)
    assert all(isinstance(one, Answered) for one in ask(models, tmp_path, range(20)))
    assert models.admin.counts()["lines"] == 20


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        "not JSON",
        '{"response": null}',
        '{"custom_id": "KEY", "response": "x", "error": null}',
        '{"custom_id": "KEY", "response": {"status_code": null}, "error": "boom"}',
        '{"custom_id": "KEY", "response": {"status_code": 400, "body": {"error": "boom"}}}',
        '{"custom_id": "KEY", "response": {"status_code": 200, "body": [1]}, "error": null}',
        '{"custom_id": "of-another", "response": {"status_code": 200, "body": {}}, "error": null}',
    ],
)
def test_a_line_of_any_form_stands_in_no_other_lines_way(
    models: RunningModels, tmp_path: Path, line: str
) -> None:
    models.admin.settings(odd_line=line.replace("KEY", request(0).key) + "\n")
    assert all(isinstance(one, Answered) for one in ask(models, tmp_path, range(5)))
    assert models.admin.counts()["lines"] == 5


def test_a_budget_is_kept_and_what_fits_into_it_is_answered(
    models: RunningModels, tmp_path: Path
) -> None:
    purse = Purse(30 * 0.0001)
    with pytest.raises(BudgetSpent):
        ask(models, tmp_path, range(100), purse=purse)
    assert 0 < purse.spent <= 30 * 0.0001
    assert purse.reserved == pytest.approx(0)
    with Store(tmp_path / "calls.sqlite") as store:
        held = store.holds(request(n).key for n in range(100))
        assert store.spent("test") == pytest.approx(purse.spent)
    assert len(held) == models.admin.counts()["answered"] > 10
    ask(models, tmp_path, range(100))
    assert models.admin.counts()["answered.again"] == 0


def test_what_no_batch_can_mend_stops_everything(models: RunningModels, tmp_path: Path) -> None:
    models.admin.settings(models=["fake-other"])
    with pytest.raises(Unusable, match="fake-extract"):
        ask(models, tmp_path, range(5))
    models.admin.settings(models=["fake-extract"], quota_tokens=0)
    with pytest.raises(OutOfQuota):
        ask(models, tmp_path, range(5, 10))
