"""How a service is asked: again when that helps, never for ever, and without telling secrets."""

from __future__ import annotations

import io
import logging
import pickle
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from extractors.pmc.answers import Answer, NotUsable
from extractors.pmc.errors import ServiceFailed, Unavailable, Untrustworthy
from extractors.pmc.web import Service
from tests.extractors.pmc.serving import (
    QUICK,
    SECRETS,
    Asked,
    Said,
    answering,
    nobody,
    scripted,
    service,
)

GOOD = Said({"answer": 42})
LEAKY = f"{SECRETS['api_key']} of {SECRETS['email']} at 10.20.30.40 or 2001:db8::17 asks too often"
FAULTS = {
    "reset": Said(reset=True),
    "truncated": Said(b'{"answer": 4', length=1000),
    "cut": Said(b'{"answer": 4'),
    "429": Said({"error": LEAKY}, status=429),
    "429 until": Said(status=429, headers={"Retry-After": "0"}),
    "500": Said("<html><h1>Oops</h1></html>", status=500),
    "503": Said(status=503),
    "HTML": Said("<html><style>p {}</style><p>Back soon</p></html>"),
    "not gzip": Said(b"plain", headers={"Content-Encoding": "gzip"}),
}


def answer_of(answer: Answer) -> int:
    found: Any = answer.json()
    if "answer" not in found:
        raise NotUsable("it says nothing", str(found))
    return int(found["answer"])


def no_secrets_in(text: str) -> bool:
    lowered = text.lower()
    hidden = [*SECRETS.values(), "someone", "10.20.30.40", "2001:db8::17"]
    return not any(secret in lowered for secret in hidden)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_no_fault(fault: Said) -> None:
    with scripted(fault, fault, GOOD) as (url, asked):
        assert service(url).ask("x", read=answer_of) == 42
        assert len(asked) == 3


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_is_told_in_one_sentence(fault: Said) -> None:
    with scripted(fault) as (url, asked), pytest.raises(Unavailable) as caught:
        service(url).ask("x", read=answer_of)
    assert len(asked) == caught.value.attempts == QUICK.attempts
    message = str(caught.value)
    assert message.startswith("the service is unavailable: ")
    assert "\n" not in message
    assert no_secrets_in(message)
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_an_answer_that_cannot_be_right_is_quoted() -> None:
    with scripted(Said({"error": LEAKY})) as (url, asked), pytest.raises(Untrustworthy) as caught:
        service(url).ask("x", read=answer_of)
    assert len(asked) == QUICK.attempts
    assert "asks too often" in str(caught.value)
    assert no_secrets_in(str(caught.value) + repr(caught.value))
    assert pickle.loads(pickle.dumps(caught.value)).words == caught.value.words


def test_a_refusal_is_not_asked_again() -> None:
    with scripted(Said("API key invalid", status=403)) as (url, asked):
        with pytest.raises(Untrustworthy, match="status 403: “API key invalid”"):
            service(url).ask("x", read=answer_of)
        assert len(asked) == 1


def test_a_status_that_the_caller_accepts_is_his_to_judge() -> None:
    with scripted(Said(status=404)) as (url, _):
        assert service(url).ask("x", read=lambda a: a.status, accept=(200, 404)) == 404


def test_nobody_listening_is_unavailable_soon() -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"connection refused \(6 attempts"):
        service(nobody()).ask("x", read=answer_of)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("said", [Said(b"x" * 500, drip=0.02), Said(b"", length=5)])
def test_a_slow_answer_ends_with_the_time_there_is(said: Said) -> None:
    hasty = replace(QUICK, total=0.3, read=0.2, attempts=100)
    began = time.monotonic()
    with scripted(said) as (url, _), pytest.raises(Unavailable):
        service(url, hasty).ask("x", read=answer_of)
    assert time.monotonic() - began < 2


def test_retry_after_is_obeyed_within_bounds() -> None:
    patient = replace(QUICK, longest_wait=0.3)
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for header in ("3600", in_an_hour):
        busy = Said(status=429, headers={"Retry-After": header})
        began = time.monotonic()
        with scripted(busy, GOOD) as (url, _):
            assert service(url, patient).ask("x", read=answer_of) == 42
        assert 0.3 <= time.monotonic() - began < 1


@pytest.mark.parametrize("header", ["-5", "soon", "", "Mon, 99 Foo", "1e9", "²"])
def test_a_retry_after_that_says_nothing_is_passed_over(header: str) -> None:
    with scripted(Said(status=503, headers={"Retry-After": header}), GOOD) as (url, _):
        assert service(url).ask("x", read=answer_of) == 42


def test_threads_share_one_pace() -> None:
    moments: list[float] = []

    def says(_: Asked) -> Said:
        moments.append(time.monotonic())
        return GOOD

    with answering(says) as url:
        paced = service(url, per_second=50)
        ask = lambda: [paced.ask("x", read=answer_of) for _ in range(5)]  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(moments) == 20
    assert 19 / 50 <= moments[-1] - moments[0] < 2


def test_secrets_are_sent_and_nowhere_to_be_seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(Said(status=500), GOOD) as (url, asked):
        asking = service(url)
        asking.ask("x", {"id": "1"}, read=answer_of)
        asking.ask("x", {"id": "1"}, read=answer_of, post=True)
    assert all(request.params == {"id": "1", "tool": "casebook", **SECRETS} for request in asked)
    assert "/x?" in caplog.text
    assert no_secrets_in(caplog.text)
    assert no_secrets_in(repr(asking) + str(asking))


def test_an_error_has_no_context_with_secrets() -> None:
    with pytest.raises(ServiceFailed) as caught:
        service(nobody()).ask("x", read=answer_of)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_what_is_saved_is_whole() -> None:
    big = b"0123456789" * 100_000
    half = Said(big[:50_000], length=len(big))
    file = io.BytesIO(b"what was there before")
    with scripted(half, Said(status=503), Said(big)) as (url, _):
        assert service(url).save("x", file) == len(big)
    assert file.getvalue() == big


@pytest.mark.parametrize("url", ["", "eutils", "ftp://ncbi.nlm.nih.gov/", "https://"])
def test_an_address_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="the address of PubMed is no http"):
        Service("PubMed", url)
