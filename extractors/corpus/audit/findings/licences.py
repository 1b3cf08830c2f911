"""Whether the rows may be shared at all: licences and retractions, where anything tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row
from schemas.settings import SHARING_ADAPTATIONS

FINDINGS = (
    Finding(
        "licence_bars_sharing",
        "The article's licence does not permit sharing adaptations, which a prompt is.",
        ("licence",),
        required=True,
    ),
    Finding("licence_noncommercial", "The licence permits no commercial use.", ("licence",)),
    Finding("retracted", "The article is retracted.", ("retracted",), required=True),
)
_CREATIVE = re.compile(r"\bcc[\s_-]*(0|zero|by(?:[\s_-]+(?:nc|nd|sa))*)(?![a-z])", re.IGNORECASE)


def in_row(row: Row) -> Iterator[Look]:
    """What is known of the right to share this row."""
    code = licence_code(row.article.licence or "")
    yield Look("licence_bars_sharing", code not in SHARING_ADAPTATIONS, f"licence {code}")
    yield Look("licence_noncommercial", "NC" in code.split("-"), f"licence {code}")
    yield Look("retracted", row.article.retracted, "it is retracted")


def licence_code(written: str) -> str:
    """A Creative Commons licence as PMC writes it, whatever its version; others as they are."""
    found = _CREATIVE.search(written)
    if found is None:
        return " ".join(written.split()) or "none"
    kind = found[1].upper()
    if kind in ("0", "ZERO"):
        return "CC0"
    return "CC " + "-".join(re.split(r"[\s_-]+", kind))
