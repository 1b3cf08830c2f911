"""No key, e-mail address or IP address is left in what is shown."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.pmc.redact import HIDDEN, redact

around = st.text(max_size=20)
apart = st.sampled_from(
    [" ", "=", '"', "'", ": ", "(", ")", "<", ">", "&", "; ", "\n", "[", "?", ","]
)
keys = st.text(alphabet="0123456789abcdef", min_size=36, max_size=36)
emails = st.emails().filter(lambda email: not set("""'&/?={}|%"`""") & set(email))
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@given(around, st.text(min_size=8, max_size=40).filter(lambda s: s not in HIDDEN), around)
def test_a_known_secret_is_gone_wherever_it_stands(before: str, secret: str, after: str) -> None:
    for form in (secret, quote(secret, safe="")):
        assert secret not in redact(before + form + after, [None, secret])


@given(around, apart, st.one_of(keys, emails, addresses), apart, around)
def test_what_looks_like_a_secret_is_gone(b: str, x: str, secret: str, y: str, a: str) -> None:
    assert secret not in redact(f"{b}{x}{secret}{y}{a}")


@given(emails)
def test_an_address_in_a_url_is_gone(email: str) -> None:
    hidden = redact(f"GET /x?email={quote(email)}&tool=casebook")
    assert hidden.startswith("GET /x?email=[redacted]")
    assert hidden.endswith("&tool=casebook")


@given(st.text(alphabet="0123456789abcdefghijklm-_", min_size=1, max_size=40))
def test_whatever_is_called_a_key_is_gone(key: str) -> None:
    for text in (f"/x?api_key={key}&y=1", json.dumps({"api-key": key, "count": "11"})):
        assert HIDDEN in redact(text)
        assert f"{key}&" not in redact(text)
        assert f'"{key}"' not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "API rate limit exceeded",
        "2026-06-16 14:17:07",
        '"case reports"[pt] AND 41884867:41884999[uid]',
        "PMC10009402.1.xml is not bccf40c02e0a5577b0f4361e78b94f49",
        "std::string at 10:30",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_long_run_of_letters_takes_no_time() -> None:
    assert redact("a" * 1_000_000)[:3] == "aaa"
    assert redact(":" * 100_000 + "@" * 100_000)
