"""The client of all calls, against services that answer one call after the other as told."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from extractors.llm.client import Client
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.outcomes import (
    Answered,
    BudgetSpent,
    CallsStopped,
    Failed,
    OutOfQuota,
    ServiceDown,
    UnknownPrice,
    Unusable,
    Usage,
)
from extractors.llm.prices import Prices
from extractors.llm.purse import Purse
from extractors.llm.store import Store, UnusableStore
from tests.extractors.llm.asking import (
    GOOD,
    HASTY,
    KEY,
    MODEL,
    Service,
    Word,
    client_of,
    error,
    every,
    full_disk,
    request,
    said,
    serving,
    with_client,
)
from tests.fakes.serving import Request as Asked
from tests.fakes.serving import Response

FEVER = Word(word="fever", number=3)


def test_an_answer_is_the_model_class_that_was_asked_for(tmp_path: Path) -> None:
    service = Service(said(prompt_tokens_details={"cached_tokens": 8}))
    answered = with_client(tmp_path, service, lambda client: client.ask(request(effort="low")))
    assert answered == Answered(FEVER, Usage(20, 8, 10, 0), from_store=False)
    body = service.bodies[0]
    assert body["model"] == MODEL
    assert body["max_completion_tokens"] == 100
    assert body["reasoning_effort"] == "low"
    assert "temperature" not in body
    assert body["response_format"]["json_schema"]["strict"] is True


def test_the_same_request_twice_is_one_call(tmp_path: Path) -> None:
    service = Service()

    async def use(client: Client) -> None:
        first = await every(client, [request()] * 5)
        later = await client.ask(request(step="verify"))
        assert first == [Answered(FEVER, Usage(20, 0, 10, 0), from_store=False)] * 5
        assert later == Answered(FEVER, Usage(20, 0, 10, 0), from_store=True)
        assert (client.tally.done, client.tally.from_store) == (1, 1)

    with_client(tmp_path, service, use)
    with_client(tmp_path, service, lambda client: client.ask(request()))
    assert service.calls == 1


def test_whoever_stops_waiting_does_not_stop_the_call(tmp_path: Path) -> None:
    service = Service(said())
    service.responses[0].delay = 0.1

    async def use(client: Client) -> None:
        asking = asyncio.create_task(client.ask(request()))
        await asyncio.sleep(0.03)
        asking.cancel()
        assert (await client.ask(request())).value == FEVER

    with_client(tmp_path, service, use)
    assert service.calls == 1


@pytest.mark.parametrize("mode", ["json", "text"])
def test_services_without_schemas_are_told_the_form_in_words(tmp_path: Path, mode: Any) -> None:
    service = Service(said(f"Here:\n```json\n{GOOD}\n```"))

    async def run() -> Any:
        async with serving(service):
            endpoint = Endpoint(service.base_url, mode=mode)
            async with client_of(service, tmp_path, endpoint=endpoint) as client:
                return await client.ask(request())

    assert asyncio.run(run()).value == FEVER
    body = service.bodies[0]
    assert '"number"' in body["messages"][0]["content"]
    assert body["max_tokens"] == 100
    assert body.get("response_format") == ({"type": "json_object"} if mode == "json" else None)


def test_a_truncated_answer_is_asked_for_once_more_with_more_room(tmp_path: Path) -> None:
    service = Service(said('{"word', "length"), said())
    assert with_client(tmp_path, service, lambda client: client.ask(request())).value == FEVER
    assert [body["max_completion_tokens"] for body in service.bodies] == [100, 200]


def test_a_malformed_answer_is_shown_to_the_model_once(tmp_path: Path) -> None:
    service = Service(said('{"word": "fever"}'), said())
    assert with_client(tmp_path, service, lambda client: client.ask(request())).value == FEVER
    *_, shown, correction = service.bodies[1]["messages"]
    assert shown == {"role": "assistant", "content": '{"word": "fever"}'}
    assert "number: Field required" in correction["content"]


@pytest.mark.parametrize(
    ("responses", "reason", "detail", "calls"),
    [
        ([said(None, refusal="I will not.")], "refused", "I will not.", 1),
        ([said("", "content_filter")], "refused", "filter", 1),
        ([said("", "length")], "truncated", "longer", 2),
        ([said("no")], "malformed", "no JSON object", 2),
        ([said('{"word', "length"), said("no")], "malformed", "no JSON", 3),
        ([error(400, "flagged", "invalid_prompt")], "refused", "flagged", 1),
        ([error(400, "too long", "context_length_exceeded")], "truncated", "too long", 1),
        ([error(429, "Request too large for x: Limit 9")], "truncated", "too large", 1),
    ],
)
def test_a_failure_has_its_reason_and_is_not_paid_for_again(
    tmp_path: Path, responses: list[Response], reason: str, detail: str, calls: int
) -> None:
    service = Service(*responses)
    failed = with_client(tmp_path, service, lambda client: client.ask(request()))
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.from_store) == (reason, False)
    assert detail in failed.detail
    assert service.calls == calls
    again = with_client(tmp_path, service, lambda client: client.ask(request()))
    assert (again.reason, again.detail, again.from_store) == (reason, failed.detail, True)
    assert service.calls == calls


def test_a_failure_is_replaced_when_it_is_asked_again_and_an_answer_never(tmp_path: Path) -> None:
    service = Service(said(None, refusal="No."), said(), said('{"word": "x", "number": 0}'))

    async def use(client: Client) -> None:
        assert isinstance(await client.ask(request()), Failed)
        assert isinstance(await client.ask(request()), Failed)
        assert (await client.ask(request(), again=True)).value == FEVER
        assert (await client.ask(request(), again=True)).from_store

    with_client(tmp_path, service, use)
    assert service.calls == 2


@pytest.mark.parametrize(
    "fault",
    [
        error(500),
        error(503),
        error(408),
        Response(b"<html>", 502, "text/html"),
        Response(b"<html>", 200, "text/html"),
        Response(b'{"choices": []}'),
        Response(b"null"),
        Response(b"", reset=True),
        Response(b"x" * 100, cut=True),
        Response(b"{}", delay=2),
    ],
    ids=lambda fault: f"{fault.status} {fault.body[:5]!r} {fault.reset or fault.cut}",
)
def test_what_passes_is_tried_again_and_what_lasts_leaves_the_request_pending(
    tmp_path: Path, fault: Response
) -> None:
    async def run(*responses: Response) -> tuple[Any, int]:
        service = Service(*responses)
        async with serving(service):
            endpoint = Endpoint(service.base_url, KEY, timeout=0.1)
            async with client_of(service, tmp_path, endpoint=endpoint) as client:
                (outcome,) = await every(client, [request()])
                return outcome, service.calls

    outcome, calls = asyncio.run(run(fault))
    assert isinstance(outcome, ServiceDown)
    assert calls == outcome.attempts == HASTY.attempts
    outcome, calls = asyncio.run(run(fault, fault, said()))
    assert outcome.value == FEVER
    assert calls == 3


def test_nobody_listening_leaves_the_request_pending(tmp_path: Path) -> None:
    async def run() -> Any:
        async with client_of(None, tmp_path, endpoint=Endpoint("http://127.0.0.1:9/v1")) as client:
            return (await every(client, [request()]))[0], client.tally

    outcome, tally = asyncio.run(run())
    assert str(outcome) == (
        "the model's service does not answer: no connection (4 attempts); the call stays pending"
    )
    assert tally.spent == 0


@pytest.mark.parametrize(
    "when",
    ["nan", "-5", "soon", "Wed, 21 Oct 99999 07:28:00 GMT", f"Wed, 21 Oct 2015 07:28:00 +{10**17}"],
)
def test_a_429_that_says_nothing_sensible_of_its_wait_is_asked_again(
    tmp_path: Path, when: str
) -> None:
    service = Service(error(429, "slow down", **{"retry-after": when}), said())
    answered = with_client(tmp_path, service, lambda client: client.ask(request()))
    assert isinstance(answered, Answered)


def test_a_429_spends_no_retry_and_its_wait_is_obeyed(tmp_path: Path) -> None:
    limited = error(429, "slow down", "rate_limit_exceeded", **{"retry-after-ms": "50"})
    service = Service(*[limited] * 8, said())
    began = time.monotonic()
    assert with_client(tmp_path, service, lambda client: client.ask(request())).value == FEVER
    assert service.calls == 9
    assert time.monotonic() - began >= 8 * 0.05


def test_a_service_that_never_gets_less_busy_leaves_the_request_pending(tmp_path: Path) -> None:
    service = Service(error(429))
    patience = HASTY.__class__(attempts=2, busy=0.1)

    async def use(client: Client) -> Any:
        return (await every(client, [request()]))[0]

    down = with_client(tmp_path, service, use, patience=patience)
    assert isinstance(down, ServiceDown)
    assert "less often" in str(down)


def test_a_wait_that_nobody_can_mean_ends_all_the_same(tmp_path: Path) -> None:
    service = Service(error(429, **{"Retry-After": "1e300"}))
    patience = HASTY.__class__(busy=0.1)

    async def use(client: Client) -> Any:
        return await every(client, [request(n) for n in range(3)])

    downs = with_client(tmp_path, service, use, patience=patience, limits=Limits(2))
    assert all(isinstance(down, ServiceDown) for down in downs)


def test_no_quota_stops_everything_at_once(tmp_path: Path) -> None:
    service = Service(said(), error(429, f"no money for {KEY}", "insufficient_quota"))

    async def use(client: Client) -> list[Any]:
        return await every(client, [request(n) for n in range(50)])

    outcomes = with_client(tmp_path, service, use, limits=Limits(2))
    assert isinstance(outcomes[0], Answered)
    assert all(isinstance(one, OutOfQuota) for one in outcomes[1:])
    assert service.calls <= 3
    assert "top it up" in str(outcomes[1])
    assert KEY not in str(outcomes[1])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_service_that_takes_no_such_call_stops_everything(tmp_path: Path, status: int) -> None:
    service = Service(error(status, f"Incorrect API key provided: {KEY}"))

    async def use(client: Client) -> list[Any]:
        return await every(client, [request(n) for n in range(50)])

    outcomes = with_client(tmp_path, service, use, limits=Limits(2))
    assert all(isinstance(one, Unusable) for one in outcomes)
    assert service.calls <= 2
    assert KEY not in str(outcomes[0])


def test_one_request_that_is_turned_away_is_refused_where_others_are_answered(
    tmp_path: Path,
) -> None:
    service = Service(said(), error(400, "strange"), said())

    async def use(client: Client) -> list[Any]:
        return [await client.ask(request(n)) for n in range(3)]

    outcomes = with_client(tmp_path, service, use)
    assert [type(one) for one in outcomes] == [Answered, Failed, Answered]
    assert outcomes[1].detail == "status 400: strange"


def test_a_model_without_a_price_is_not_called(tmp_path: Path) -> None:
    service = Service()
    with pytest.raises(UnknownPrice, match="my-model"):
        with_client(
            tmp_path,
            service,
            lambda client: client.ask(request(model="my-model")),
            prices=Prices.load(),
        )
    assert service.calls == 0


def test_everything_that_was_paid_is_in_the_accounts(tmp_path: Path) -> None:
    service = Service(said("no"), said(), error(500), said(None, refusal="No."))

    async def use(client: Client) -> float:
        await client.ask(request(0))
        await client.ask(request(1))
        return client.tally.spent

    spent = with_client(tmp_path, service, use)
    assert spent == pytest.approx(3 * (20 * 1 + 10 * 4) / 1e6)
    with Store(tmp_path / "calls.sqlite") as store:
        assert store.spent("test") == pytest.approx(spent)
        assert store.spent("other") == 0
    rows = sqlite3.connect(tmp_path / "calls.sqlite").execute("SELECT kind, cost > 0 FROM attempts")
    assert rows.fetchall() == [("malformed", 1), ("answered", 1), ("down", 0), ("refused", 1)]


def test_a_budget_is_carried_over_to_the_next_run(tmp_path: Path) -> None:
    service = Service()
    cost = (20 * 1 + 10 * 4) / 1e6
    dear = {"max_tokens": 10}

    async def use(client: Client) -> list[Any]:
        return await every(client, [request(n, **dear) for n in range(40)])

    purse = Purse(20 * cost)
    first = with_client(tmp_path, service, use, purse=purse)
    answered = [one for one in first if isinstance(one, Answered)]
    assert 0 < len(answered) < 20
    assert all(isinstance(one, (Answered, BudgetSpent)) for one in first)
    with Store(tmp_path / "calls.sqlite") as store:
        carried = store.spent("test")
    assert carried == pytest.approx(len(answered) * cost)
    later = with_client(tmp_path, service, use, purse=Purse(30 * cost, carried))
    assert len(answered) < sum(isinstance(one, Answered) for one in later) < 30
    assert service.calls == sum(isinstance(one, Answered) for one in later)


def test_keys_and_addresses_are_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mail = "jane.doe@hospital.example"
    service = Service(
        error(500, f"key {KEY} of {mail}"),
        said(json.dumps({"word": f"write to {mail}, {KEY}", "number": 1})),
        error(401, f"bad key {KEY}"),
    )
    asked = request(messages=({"role": "user", "content": f'Contact: "{mail}"\\n'},))

    async def use(client: Client) -> tuple[Any, Any]:
        first, again = await client.ask(asked), await client.ask(asked)
        assert first.value == again.value == Word(word="write to [redacted], [redacted]", number=1)
        with pytest.raises(CallsStopped) as stopped:
            await client.ask(request(1))
        return repr(client) + repr(vars(client)), stopped.value

    shown, stopped = with_client(tmp_path, service, use)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode(errors="replace")
    told = "".join(
        traceback.TracebackException.from_exception(stopped, capture_locals=True).format()
    )
    assert stopped.__context__ is None
    for text in (shown, written, told, str(stopped), caplog.text):
        assert KEY not in text
    assert mail not in written
    assert service.bodies[0]["messages"][-1]["content"] == f'Contact: "{mail}"\\n'


def test_leaving_waits_for_calls_under_way_and_an_interrupt_does_not(tmp_path: Path) -> None:
    service = Service(said())
    service.responses[0].delay = 0.3

    async def begin(client: Client) -> None:
        asking = asyncio.create_task(client.ask(request()))
        await asyncio.sleep(0.05)
        asking.cancel()

    with_client(tmp_path, service, begin)
    with Store(tmp_path / "calls.sqlite") as store:
        assert store.holds([request().key]) == {request().key}

    async def interrupted(client: Client) -> None:
        asking = asyncio.create_task(client.ask(request(1)))
        await asyncio.sleep(0.05)
        assert not asking.done()
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        with_client(tmp_path, service, interrupted)
    assert time.monotonic() - began < 0.3
    with Store(tmp_path / "calls.sqlite") as store:
        assert store.holds([request(1).key]) == set()
        assert store.spent("test") > (20 + 40) / 1e6


def test_nothing_more_is_asked_once_an_answer_could_not_be_kept(tmp_path: Path) -> None:
    service = Service()

    async def use(client: Client) -> list[Any]:
        with full_disk(300_000):
            return await every(client, [request(n) for n in range(400)])

    outcomes = with_client(tmp_path, service, use, limits=Limits(8))
    answered = sum(isinstance(one, Answered) for one in outcomes)
    assert 0 < answered < service.calls <= answered + 8
    assert all(isinstance(one, (Answered, UnusableStore)) for one in outcomes)


def test_a_budget_holds_where_long_answers_come_too_late(tmp_path: Path) -> None:
    """What nobody waited for may have been answered at any length, and paid."""
    paid = []

    def answer(asked: Asked) -> Response:
        late = len(paid) > 4 and len(paid) % 4 == 0
        paid.append((20 + 4 * (100 if late else 3)) / 1e6)
        return Response(b"{}", delay=0.2) if late else said(completion_tokens=3)

    service, purse = Service(answer), Purse(0.01)

    async def run() -> list[Any]:
        async with serving(service):
            endpoint = Endpoint(service.base_url, KEY, timeout=0.05)
            settings = {"endpoint": endpoint, "purse": purse, "limits": Limits(4)}
            async with client_of(service, tmp_path, **settings) as client:
                return await every(client, [request(n) for n in range(600)])

    assert any(isinstance(one, BudgetSpent) for one in asyncio.run(run()))
    assert 0.005 < sum(paid) <= purse.spent <= 0.01
