"""Rows as Parquet files by split: sorted by PMCID, in fixed groups, a part of them in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from schemas.article import pmcid_number

ROWS_PER_GROUP = 500
ROWS_PER_FILE = 20_000
ROWS_IN_MEMORY = 2_000
_RANK = "rank of its PMCID"


class Spool:
    """Brings rows from any order into that of PMCIDs, by bins of which each fits in memory."""

    def __init__(self, folder: Path, schema: pa.Schema, pmcids: Iterable[str]) -> None:
        self._folder, self._schema = folder, schema.append(pa.field(_RANK, pa.int64()))
        order = sorted(pmcids, key=pmcid_number)
        self._ranks = {pmcid: rank for rank, pmcid in enumerate(order)}
        self._sinks = {
            number: pa.ipc.new_stream(str(self._path(number)), self._schema)
            for number in range(-(-len(order) // ROWS_IN_MEMORY))
        }

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.arrows"

    def add(self, table: pa.Table, pmcids: Iterable[str]) -> None:
        """Take in rows with their ids; those of ids that were not announced are left out."""
        ranks = [self._ranks.get(pmcid, -1) for pmcid in pmcids]
        ranked = table.append_column(_RANK, pa.array(ranks, pa.int64()))
        for number in sorted({rank // ROWS_IN_MEMORY for rank in ranks if rank >= 0}):
            mine = pa.array([rank // ROWS_IN_MEMORY == number for rank in ranks])
            self._sinks[number].write_table(ranked.filter(mine))

    def tables(self) -> Iterator[pa.Table]:
        """All rows in order; what has been read is gone."""
        for sink in self._sinks.values():
            sink.close()
        for number in self._sinks:
            table = pa.ipc.open_stream(self._path(number).read_bytes()).read_all()
            yield table.take(pa.compute.sort_indices(table[_RANK])).drop_columns([_RANK])
            self._path(number).unlink()


def write_split_files(
    data: Path,
    schema: pa.Schema,
    rows: Mapping[str, int],
    tables: Iterable[tuple[pa.Table, list[str]]],
) -> None:
    """Write tables, which come with the split of each of their rows; `rows` counts those."""
    writers = {name: _SplitWriter(data, schema, name, count) for name, count in rows.items()}
    for table, splits in tables:
        for name, writer in writers.items():
            writer.add(table.filter(pa.array([split == name for split in splits])))
    for writer in writers.values():
        writer.close()


class _SplitWriter:
    """The files of one split: fixed numbers of rows to a file and to a row group."""

    def __init__(self, folder: Path, schema: pa.Schema, split: str, rows: int) -> None:
        self._folder, self._schema, self._split = folder, schema, split
        self._files = max(1, -(-rows // ROWS_PER_FILE))
        self._number = 0
        self._waiting = schema.empty_table()
        self._written = 0
        self._writer = self._open()

    def add(self, table: pa.Table) -> None:
        """Append rows, a whole row group at a time."""
        self._waiting = pa.concat_tables([self._waiting, table])
        while self._waiting.num_rows >= ROWS_PER_GROUP:
            self._write(self._waiting.slice(0, ROWS_PER_GROUP))
            self._waiting = self._waiting.slice(ROWS_PER_GROUP)

    def close(self) -> None:
        """Write what is left."""
        if self._waiting.num_rows:
            self._write(self._waiting)
        self._writer.close()

    def _write(self, group: pa.Table) -> None:
        if self._written == ROWS_PER_FILE:
            self._writer.close()
            self._number, self._written = self._number + 1, 0
            self._writer = self._open()
        self._writer.write_table(group.combine_chunks(), row_group_size=ROWS_PER_GROUP)
        self._written += group.num_rows

    def _open(self) -> pq.ParquetWriter:
        name = f"{self._split}-{self._number:05}-of-{self._files:05}.parquet"
        return pq.ParquetWriter(
            self._folder / name,
            self._schema,
            compression="zstd",
            compression_level=3,
            use_content_defined_chunking=True,
            write_page_index=True,
        )
