"""What taking out markup leaves behind in a text: quotes of it are found by no plain search."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row

FINDINGS = (
    Finding(
        "stops_apart",
        "The text has spaces before stops or commas, as in `neoplasm . It`.",
        ("text",),
    ),
)
_APART = re.compile(r"\w[ \u00a0]+[.,;](?=[ \u00a0\n]|$)")
_AROUND = 40


def in_row(row: Row) -> Iterator[Look]:
    """The first stop that stands apart."""
    text = row.article.text
    found = _APART.search(text)
    if found is None:
        yield Look("stops_apart", hit=False)
        return
    count = sum(1 for _ in _APART.finditer(text))
    around = text[max(0, found.start() - _AROUND) : found.end() + _AROUND]
    yield Look("stops_apart", True, f"{count} times", around)
