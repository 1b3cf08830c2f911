"""The columns of a dataset beside those of the published table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.corpus.audit.report import ColumnSeen
from extractors.corpus.audit.rows import READ
from extractors.corpus.audit.short import short
from schemas.published import COLUMNS

# Types that hold the same values, as Arrow writes them.
_SAME = {"large_string": "string", "string_view": "string", "int32": "int64", "int16": "int64"}
_EXPECTED = {column.name: str(column.type) for column in COLUMNS}


def columns_seen(
    schemas: Sequence[tuple[str, Mapping[str, str]]], empty: Counter[str]
) -> tuple[ColumnSeen, ...]:
    """Every column of any file: those of the published table first, in its order.

    A file's `form` is text where its cells have no types of their own, as in CSV.
    """
    names = dict.fromkeys(name for _, schema in schemas for name in schema)
    known = [name for name in _EXPECTED if name in names]
    return tuple(
        _seen(name, schemas, empty[name] if name in READ else None)
        for name in (*known, *sorted(names.keys() - _EXPECTED.keys()))
    )


def _seen(
    name: str, schemas: Sequence[tuple[str, Mapping[str, str]]], empty: int | None
) -> ColumnSeen:
    expected = _EXPECTED.get(name)
    types: dict[str, bool] = {}
    for form, schema in schemas:
        if name in schema:
            written = _plain(schema[name])
            wrong = expected is not None and form != "text" and not _fits(written, expected)
            types[written] = types.get(written, False) or wrong
    return ColumnSeen(
        short(name), tuple(sorted(map(short, types))), expected, any(types.values()), empty
    )


def _plain(written: str) -> str:
    if written.startswith("dictionary<values=string"):
        return "string"
    return _SAME.get(written, written)


def _fits(written: str, expected: str) -> bool:
    """Whether a type can hold what is expected; of nested ones the outermost must agree."""
    if written in (expected, "null"):
        return True
    return written.split("<")[0].removeprefix("large_") == expected.split("<")[0] != written
