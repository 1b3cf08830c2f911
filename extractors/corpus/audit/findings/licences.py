"""Who may use the rows, beyond what the check of licences demands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row

FINDINGS = (
    Finding("licence_noncommercial", "The licence permits no commercial use.", ("licence",)),
)
_NONCOMMERCIAL = re.compile(r"\bNC\b|non-?commercial", re.IGNORECASE)


def in_row(row: Row) -> Iterator[Look]:
    """Whether this row may be used in commerce."""
    licence = row.article.licence or ""
    yield Look("licence_noncommercial", bool(_NONCOMMERCIAL.search(licence)), f"licence {licence}")
