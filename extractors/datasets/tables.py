"""The rows of a dataset, a batch at a time, whatever form its files have."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from extractors.datasets.errors import UnreadableSource
from extractors.datasets.json_lines import JsonLines
from extractors.datasets.places import FORMS, Part
from extractors.language.counts import counted

ROWS = 1_000
_BLOCK = 1 << 24
_PAGE = 1 << 20
_AS_CSV = (".txt",)


def columns(part: Part, source: str) -> pa.Schema:
    """The columns of a data file and their types."""
    try:
        with _opened(part, None) as reader:
            schema = reader.schema
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(part, source, error) from None
    return schema


def batches(
    part: Part, source: str, wanted: Collection[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a data file in order; `wanted` columns alone, as far as they are there."""
    rows = 0
    try:
        with _opened(part, wanted) as reader:
            for batch in reader:
                for start in range(0, batch.num_rows, ROWS):
                    yield batch.slice(start, ROWS)
                rows += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(part, source, error, rows) from None


def _unreadable(part: Part, source: str, error: Exception, rows: int = 0) -> UnreadableSource:
    why = (str(error).splitlines() or [type(error).__name__])[0]
    if "straddling object" in why:
        why = f"a row is longer than {_BLOCK >> 20} MB: is a quotation mark not closed?"
    where = "" if source.endswith(part.name) else f" in {part.name}"
    far = f", but for {counted(rows, 'row', 'rows')}" if rows else ""
    return UnreadableSource(source, f"cannot be read{where}{far} ({why})")


class _Reader:
    """Batches with a schema, of a file that is closed behind them."""

    def __init__(self, schema: pa.Schema, rows: Iterator[pa.RecordBatch], file: Any) -> None:
        self.schema, self._rows, self._file = schema, rows, file

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self._rows


def _opened(part: Part, wanted: Collection[str] | None) -> _Reader:
    suffix = part.path.suffix.lower()
    if suffix and suffix not in (*sum(FORMS, ()), *_AS_CSV):
        raise pa.ArrowInvalid(
            f"by its name it is none of {', '.join(sum(FORMS, ()))}: convert it to one of them, "
            "or name it by what it holds"
        )
    if suffix in FORMS[0]:
        return _parquet(part, wanted)
    if suffix in FORMS[1]:
        return _chosen(JsonLines(part.path, ROWS), wanted)
    return _chosen(_Csv(part, "\t" if suffix == ".tsv" else ","), wanted)


def _parquet(part: Part, wanted: Collection[str] | None) -> _Reader:
    # Else all of a row group is fetched before its first row is handed on.
    file = pq.ParquetFile(part.path, pre_buffer=False, buffer_size=_PAGE)
    schema = file.schema_arrow
    _require_single(schema.names)
    names = [name for name in schema.names if wanted is None or name in wanted]
    shown = pa.schema([schema.field(name) for name in names])
    return _Reader(shown, file.iter_batches(ROWS, columns=names), file)


def _require_single(names: Collection[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise pa.ArrowInvalid(f"it has more than one column {twice[0]}: rename one of them")


def _chosen(reader: Any, wanted: Collection[str] | None) -> _Reader:
    _require_single(reader.schema.names)
    names = [name for name in reader.schema.names if wanted is None or name in wanted]
    schema = pa.schema([reader.schema.field(name) for name in names])
    return _Reader(schema, (_only(batch, names) for batch in reader), reader)


def _only(batch: pa.RecordBatch, names: list[str]) -> pa.RecordBatch:
    return batch.select([name for name in names if name in batch.schema.names])


def _require_text(part: Part) -> None:
    """Bytes that are no text are said so before anybody looks for cells in them."""
    with part.path.open("rb") as file:
        try:
            getincrementaldecoder("utf-8")().decode(file.read(_PAGE))
        except UnicodeDecodeError as error:
            why = f"invalid UTF8 at byte {error.start:,}: save it as UTF-8"
            raise pa.ArrowInvalid(why) from None


class _Csv:
    """Cells are text until somebody knows better, but for the numbers of rows.

    Rows with more or fewer cells than the head are passed over, and told of at the end.
    """

    def __init__(self, part: Part, delimiter: str) -> None:
        _require_text(part)
        self._odd: list[pyarrow.csv.InvalidRow] = []
        parse = pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=self._pass_over
        )
        read = pyarrow.csv.ReadOptions(block_size=_BLOCK, use_threads=False)
        with pyarrow.csv.open_csv(part.path, read, parse) as first:
            names = first.schema.names
        convert = pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in names if name != "Unnamed: 0"},
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=False,
        )
        self._odd.clear()
        self._reader = pyarrow.csv.open_csv(part.path, read, parse, convert)
        self.schema = self._reader.schema

    def _pass_over(self, row: pyarrow.csv.InvalidRow) -> str:
        self._odd.append(row)
        return "skip"

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        yield from self._reader
        if self._odd:
            first = self._odd[0]
            where = f"line {first.number}" if first.number else "the first of them"
            rows = counted(len(self._odd), "row has", "rows have")
            raise pa.ArrowInvalid(
                f"{rows} another number of cells than the head: {where} has "
                f"{first.actual_columns}, not {first.expected_columns}"
            )

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
