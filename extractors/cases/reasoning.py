"""The published reasoning is one string that other people's parsers split on newline and number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.case import DraftStatement, Statement

_FEWEST_WORDS = 4
_LIST_NUMBER = re.compile(r"(?<!\S)(\d{1,2})\.(?=\s)")

_NUMBER = re.compile(r"(?<!\S)(\d{1,3})[.)](?=\s)")
_OPEN, _CLOSE = '“„‟«»"‘”', '”“‟»«"’'
_DASH = r"[—–―‒‑−-]+|:"
_AFTER_DASH = re.compile(rf"\s*(?:{_DASH})\s*(?=[{_OPEN}]|'(?!s\b))")
_QUOTED = re.compile(rf"(?:[{_OPEN}]|(?<!\w)')(.*)(?:[{_CLOSE}]|'(?!\w))", re.DOTALL)
# Two quotes for one claim: one ends and the next begins with little between.
_NEXT_QUOTE = re.compile(r"[”»\"]\s*(?:and|or|[,;/&+…]|\.{3}|\[…\])?\s*[“„«\"](?=\S)")


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as a published string gives it; `number` is None where the string has none."""

    number: int | None
    claim: str
    quotes: tuple[str, ...]


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


def read_reasons(reasoning: str) -> tuple[Reason, ...]:
    """The reasons of a published string, whatever dashes and quotation marks it is written with."""
    marks = _numbers(reasoning)
    if not marks:
        return tuple(_reason(None, line) for line in reasoning.splitlines() if line.strip())
    ends = [*(mark.start() for mark in marks[1:]), len(reasoning)]
    return tuple(
        _reason(int(mark[1]), reasoning[mark.end() : end])
        for mark, end in zip(marks, ends, strict=True)
    )


def _numbers(reasoning: str) -> list[re.Match[str]]:
    """The numbers that open a reason: those of lines, or in one line those that count up."""
    found = list(_NUMBER.finditer(reasoning))
    at_lines = [mark for mark in found if not reasoning[: mark.start()].rpartition("\n")[2].strip()]
    if len(at_lines) > 1:
        return at_lines
    counted: list[re.Match[str]] = []
    for mark in found:
        if int(mark[1]) == len(counted) + 1:
            counted.append(mark)
    return counted or at_lines


def _reason(number: int | None, written: str) -> Reason:
    written = written.strip()
    dash = _AFTER_DASH.search(written)
    quoted = _QUOTED.search(written, dash.end() if dash else 0)
    if quoted is None:
        return Reason(number, written, ())
    claim = written[: dash.start() if dash else quoted.start()]
    quotes = (part.strip() for part in _NEXT_QUOTE.split(quoted[1]))
    return Reason(number, claim.strip(" \t\n—–-:"), tuple(filter(None, quotes)))
