"""Whether the quotes of the reasons stand in the article and in the prompt, by two measures."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row
from extractors.grounding.quotes import has_ellipsis, locate

_REASONS = "diagnostic_reasoning|statements"
FINDINGS = (
    Finding(
        "quote_not_found",
        "The text holds the quote nowhere, also where ellipses may leave words out, and case, "
        "spaces, dashes and a few letters may differ.",
        (_REASONS, "text"),
        "quotes",
        required=True,
    ),
    Finding(
        "quote_not_contained",
        "The text does not hold the quote letter for letter.",
        (_REASONS, "text"),
        "quotes",
    ),
    Finding("quote_with_ellipsis", "The quote leaves words out.", (_REASONS,), "quotes"),
    Finding(
        "quote_not_found_in_prompt",
        "The prompt does not show the quote, by the same measure as `quote_not_found`: no fault, "
        "unless every reason is meant to rest on the prompt.",
        (_REASONS, "case_prompt"),
        "quotes",
    ),
    Finding(
        "quote_not_contained_in_prompt",
        "The prompt does not hold the quote letter for letter.",
        (_REASONS, "case_prompt"),
        "quotes",
    ),
    Finding(
        "reason_without_quote",
        "A reason has no quote that could prove it.",
        (_REASONS,),
        "reasons",
        required=True,
    ),
    Finding(
        "reasons_misnumbered",
        "The reasons are not lines numbered from 1 on without gaps.",
        ("diagnostic_reasoning",),
    ),
)


def in_row(row: Row) -> Iterator[Look]:
    """Each reason and each of its quotes."""
    numbers = [reason.number for reason in row.reasons]
    wrong = numbers != list(range(1, len(numbers) + 1))
    said = f"numbered {', '.join(str(n or '-') for n in numbers[:12])}" if wrong else ""
    yield Look("reasons_misnumbered", wrong, said)
    for reason in row.reasons:
        yield Look("reason_without_quote", not reason.quotes, "no quote is given", reason.claim)
        for quote in reason.quotes:
            yield from _places(quote, row)


def _places(quote: str, row: Row) -> Iterator[Look]:
    yield Look("quote_with_ellipsis", has_ellipsis(quote), "words are left out", quote)
    for where, text in (("", row.article.text), ("_in_prompt", row.case.case_prompt)):
        if text:
            contained = quote in text
            found = contained or locate(quote, text) is not None
            yield Look(
                f"quote_not_contained{where}", not contained, "it is not there as it stands", quote
            )
            yield Look(f"quote_not_found{where}", not found, "it is nowhere", quote)
