"""JSON lines as batches, also where a column holds now one kind of value and now another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa


class JsonLines:
    """The rows of a file; `schema` is that of the first batch, and later ones may differ.

    A column of mixed kinds is text, what is no text in it being JSON. What is no JSON object ends
    the rows with an `ArrowInvalid` that names its line, behind the rows that came before.
    """

    def __init__(self, path: Path, rows: int) -> None:
        self._file = path.open("rb")
        self._batches = self._read(rows)
        try:
            self._first = next(self._batches, None)
        except BaseException:
            self.close()
            raise
        if self._first is None:
            self.close()
            raise pa.ArrowInvalid("it holds no rows")
        self.schema: pa.Schema = self._first.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        if self._first is not None:
            yield self._first
        yield from self._batches

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, rows: int) -> Iterator[pa.RecordBatch]:
        found = self._rows()
        wrong: list[pa.ArrowInvalid] = []

        def until_wrong() -> Iterator[dict[str, Any]]:
            try:
                yield from found
            except pa.ArrowInvalid as error:
                wrong.append(error)

        good = until_wrong()
        while chunk := list(islice(good, rows)):
            yield _batch(chunk)
        if wrong:
            raise wrong[0]

    def _rows(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self._file, 1):
            if not line.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise pa.ArrowInvalid(f"line {number} is no JSON: {error}") from None
            if not isinstance(row, dict):
                raise pa.ArrowInvalid(f"line {number} is JSON, but no object")
            yield row


def _batch(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [_column([row.get(name) for row in rows]) for name in names]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeError):
        return pa.array([_as_text(value) for value in values], pa.string())


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode(errors="replace").decode()
