"""Hides e-mail addresses in what is kept, so that no store ever holds a person's."""

from __future__ import annotations

import json
import re
from typing import Any

from extractors.pmc.redact import HIDDEN

_PART = r"[^\s\"'<>()\[\]{},;:=&?/|@\\]"
_ADDRESS = re.compile(rf"(?<!{_PART}){_PART}++@{_PART}*[^\W_]\.{_PART}*[^\W_]")


def without_addresses(value: Any) -> Any:
    """The same JSON value, with the addresses in its texts hidden; also in JSON within a text."""
    if isinstance(value, list):
        return [without_addresses(one) for one in value]
    if isinstance(value, dict):
        return {name: without_addresses(one) for name, one in value.items()}
    if not isinstance(value, str) or "@" not in value:
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.dumps(without_addresses(json.loads(value)), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
    return _ADDRESS.sub(HIDDEN, value)
