"""The published reasoning is one string that other people's parsers split on newline and number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.case import DraftStatement, Statement

_FEWEST_WORDS = 4
_LIST_NUMBER = re.compile(r"(?<!\S)(\d{1,2})\.(?=\s)")


def diagnostic_reasoning(statements: Iterable[DraftStatement | Statement]) -> str:
    """`N. claim—“quote”`, one line a statement, numbered from 1 without gaps."""
    lines = [_line(item) for item in statements if item.claim.replace(".", "").split()]
    kept = [line for line in lines if len(line.split()) >= _FEWEST_WORDS]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(kept, start=1))


def _line(statement: DraftStatement | Statement) -> str:
    claim = " ".join(statement.claim.split()).rstrip(".")
    quote = " ".join(statement.quote.split())
    # "stage 2. The" reads as the next number to a parser that splits on digits and a stop.
    return _LIST_NUMBER.sub(lambda match: f"{match[1]} .", f"{claim}—“{quote}”")
