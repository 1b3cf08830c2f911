"""What services echo and people should not see: keys, e-mail addresses, IP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"
_KEY = re.compile(r"""(api[_-]?key(?:["']|%22)?\s*[:=]\s*(?:["']|%22)?)[^\s"'&<>,;]+""", re.I)
_NCBI_KEY = re.compile(r"(?<![0-9a-z])[0-9a-f]{36}(?![0-9a-z])", re.I)
_PART = r"""[^\s"'<>()\[\]{},;:=&?/|@]"""
_EMAIL = re.compile(rf"(?<!{_PART})(?:(?!%40){_PART})++(?:@|%40){_PART}++", re.I)
_IPV4 = re.compile(r"(?<![0-9])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9])")
_IPV6 = re.compile(r"(?<![\w:])(?=[0-9a-f]*:)[0-9a-f:]*(?:::|(?::[0-9a-f]+){4})[0-9a-f:.]*", re.I)


def redact(text: str, secrets: Iterable[str | None] = ()) -> str:
    """The text without the secrets that are known, and without whatever looks like one."""
    known = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(known, key=len, reverse=True):
        text = re.sub(re.escape(form), HIDDEN, text, flags=re.I)
    text = _KEY.sub(rf"\1{HIDDEN}", text)
    for pattern in (_NCBI_KEY, _EMAIL, _IPV6, _IPV4):
        text = pattern.sub(HIDDEN, text)
    return text


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it was set, and as it stands in a URL."""
    return secret, quote(secret, safe=""), quote_plus(secret), quote(secret)
