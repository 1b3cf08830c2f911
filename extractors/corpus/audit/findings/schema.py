"""Whether the columns are those of the reference and hold what they are for."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.corpus.audit.findings import Corpus, Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import BEARING, Row
from schemas.published import REFERENCE_COLUMNS

_NAMES = tuple(column.name for column in REFERENCE_COLUMNS)
FINDINGS = (
    Finding("column_missing", "A column of the reference is not there.", (), "columns"),
    Finding(
        "column_type",
        "A column has another type than the published table gives it.",
        (),
        "columns",
        required=True,
    ),
    Finding(
        "value_missing",
        f"A row has nothing in {', '.join(BEARING[:-1])} or {BEARING[-1]}.",
        (),
        required=True,
    ),
    Finding(
        "value_unusable",
        "A row has a value that is not what its column is for.",
        (),
        required=True,
    ),
    Finding("id_unusual", "The id is not one of PubMed Central.", ("pmcid",)),
)


def in_row(row: Row) -> Iterator[Look]:
    """The values of the row."""
    missing = [name for name in BEARING if name in row.empty]
    yield Look("value_missing", bool(missing), f"no {', '.join(missing)}")
    yield Look("value_unusable", bool(row.unusable), f"in {', '.join(row.unusable)}")
    number = (row.pmcid or "").removeprefix("PMC")
    usual = number.isascii() and number.isdigit() and row.pmcid != number
    yield Look("id_unusual", not usual, "not PMC and a number", row.pmcid or "")


def across(corpus: Corpus) -> Iterator[Look]:
    """The columns themselves."""
    seen = {column.name for column in corpus.columns}
    for name in _NAMES:
        yield Look("column_missing", name not in seen, f"there is no {name}", rows=0)
    for column in corpus.columns:
        if column.expected:
            said = f"{column.name} is {' and '.join(column.types)}, not {column.expected}"
            yield Look("column_type", column.wrong, said, rows=0)
