"""The usual good case with something planted in it, and what a check says of it."""

from __future__ import annotations

from dataclasses import replace

from schemas.case import Case
from schemas.reject import Reject
from tests.extractors.fictional import a_case, article

SOURCE = article()
GOOD = a_case(SOURCE)


def with_line(line: str) -> Case:
    """The case with a sentence more at the end of its prompt."""
    return replace(GOOD, case_prompt=f"{GOOD.case_prompt} {line}")


def reason(found: Reject | None) -> str | None:
    """The reason of a reject, or nothing."""
    return found.reason if found else None
