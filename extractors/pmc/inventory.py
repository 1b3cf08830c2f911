"""PMC's daily inventory of its bucket, kept as one small file to look things up in and compare."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extractors.pmc.answers import NotUsable
from extractors.pmc.bucket import Bucket, Stored
from extractors.pmc.errors import Untrustworthy
from extractors.pmc.objects import SERVICE, Missing

Kind = Literal["new", "changed", "vanished"]
KINDS: tuple[Kind, ...] = ("new", "changed", "vanished")
PREFIX = "inventory-reports/pmc-oa-opendata/metadata/"
SCHEMA = "Bucket, Key, LastModifiedDate, ETag"
DRAFT = ".casebook-draft-"
MEMORY, THREADS = "500MB", 2
# What reading an inventory raises that is damaged.
UNREADABLE = (duckdb.Error, pa.ArrowException)
_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\dZ")
_PMCID = re.compile(r"PMC[1-9][0-9]{0,11}")
_GROUPS_AT_ONCE = 12
_LAST = 1 << 62

_REDUCE = r"""
COPY (
    SELECT
        CASE WHEN parts.number = '' OR etag IS NULL THEN error('a row for ' || key)
             ELSE parts.number::BIGINT END AS number,
        parts.version::SMALLINT AS version,
        etag,
        modified
    FROM (
        SELECT
            regexp_extract(
                key, '^metadata/PMC([1-9][0-9]{0,11})\.([1-9][0-9]{0,3})\.json$',
                ['number', 'version']
            ) AS parts,
            key, etag, modified
        FROM read_csv(
            $shards, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
            columns = {
                'bucket': 'VARCHAR', 'key': 'VARCHAR', 'modified': 'TIMESTAMP', 'etag': 'VARCHAR'
            }
        )
        WHERE suffix(key, '.json')
    )
    ORDER BY number, version
) TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)
"""
_STATES = """
SELECT number, version, etag, modified
FROM read_parquet($path) SEMI JOIN asked USING (number)
ORDER BY number, version
"""
_DIFFERENCE = """
SELECT
    number,
    version,
    (CASE WHEN was.etag IS NULL THEN 0 WHEN is_now.etag IS NULL THEN 2 ELSE 1 END)::TINYINT AS kind
FROM (FROM read_parquet($old) WHERE number >= $first AND number < $last) AS was
FULL JOIN (FROM read_parquet($new) WHERE number >= $first AND number < $last) AS is_now
USING (number, version)
WHERE was.etag IS DISTINCT FROM is_now.etag
ORDER BY number, version
"""


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of an inventory, as its manifest names it."""

    key: str
    md5: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the bucket held on a date: number, version, ETag and last change of each JSON."""

    path: Path

    @property
    def date(self) -> str:
        """When PMC took it."""
        return self.path.stem

    def states(self, pmcids: Iterable[str]) -> dict[str, tuple[Stored, ...]]:
        """All versions of each article, the highest last; none where there were none."""
        found: dict[str, tuple[Stored, ...]] = dict.fromkeys(pmcids, ())
        numbers = [int(pmcid[3:]) for pmcid in found if _PMCID.fullmatch(pmcid)]
        with _database(self.path.parent) as database:
            database.register("asked", pa.table({"number": pa.array(numbers, pa.int64())}))
            rows = database.execute(_STATES, {"path": str(self.path)}).fetchall()
        for number, version, etag, modified in rows:
            found[f"PMC{number}"] += (Stored(version, etag, modified.replace(tzinfo=UTC)),)
        return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of the versions in one inventory until another."""

    counts: dict[Kind, int]
    _rows: pa.Table = field(repr=False)

    def versions(self, kind: Kind) -> Iterator[tuple[str, int]]:
        """The PMCIDs and versions of one kind, in the order of their numbers."""
        for batch in self._rows.to_batches(max_chunksize=10_000):
            columns = (batch.column(name).to_pylist() for name in ("number", "version", "kind"))
            for number, version, found in zip(*columns, strict=True):
                if KINDS[found] == kind:
                    yield f"PMC{number}", version


def kept(folder: Path) -> list[Inventory]:
    """The inventories in a folder, the newest last."""
    return [Inventory(path) for path in sorted(folder.glob("*.parquet"))]


def keep_newest(bucket: Bucket, folder: Path) -> Inventory:
    """The newest inventory that is whole; got from the bucket unless it is in the folder.

    The newest may still be in the making: then its manifest or a shard is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for date in _dates(bucket):
        inventory = Inventory(folder / f"{date}.parquet")
        if inventory.path.exists():
            return inventory
        try:
            shards = shards_of(bucket, date)
            with tempfile.TemporaryDirectory(prefix=DRAFT, dir=folder) as draft:
                reduce(_saved(bucket, shards, Path(draft)), inventory.path)
        except Missing:
            continue
        return inventory
    raise Missing("a whole inventory")


def shards_of(bucket: Bucket, date: str) -> list[Shard]:
    """The files of an inventory, by its manifest. Raises `Missing` where there is none."""
    found: list[Shard] = []

    def check(body: bytes, _etag: str) -> None:
        try:
            manifest = json.loads(body)
            schema = manifest["fileSchema"]
            found[:] = [Shard(str(f["key"]), str(f["MD5checksum"])) for f in manifest["files"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotUsable("it is no manifest") from error
        if schema != SCHEMA or not found:
            files = f"{len(found)} files of the columns {schema}"
            raise Untrustworthy(SERVICE, f"the inventory of {date} has {files}, not {SCHEMA}")

    bucket.objects.get(f"{PREFIX}{date}/manifest.json", check)
    return found


def reduce(shards: Sequence[Path], target: Path) -> None:
    """Write what shards say into one file in the order of numbers, whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=DRAFT, dir=target.parent) as folder:
        draft = Path(folder) / target.name
        with _database(Path(folder)) as database:
            asked = {"shards": [str(path) for path in shards], "target": str(draft)}
            try:
                database.execute(_REDUCE, asked).fetchall()
            except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
                what = "a row of its inventory is not as agreed"
                raise Untrustworthy(SERVICE, what, str(error).splitlines()[0]) from None
        _sync(draft)
        draft.replace(target)
    _sync(target.parent)


def diff(old: Inventory, new: Inventory) -> Difference:
    """Compare two inventories, a range of numbers at a time, so that memory stays small."""
    paths = {"old": str(old.path), "new": str(new.path)}
    with _database(new.path.parent) as database:
        parts = [
            database.sql(
                _DIFFERENCE, params={**paths, "first": first, "last": last}
            ).to_arrow_table()
            for first, last in pairwise(_cuts(new.path))
        ]
    rows = pa.concat_tables(parts)
    counted = {
        found["values"]: found["counts"] for found in rows["kind"].value_counts().to_pylist()
    }
    return Difference({kind: counted.get(n, 0) for n, kind in enumerate(KINDS)}, rows)


def _dates(bucket: Bucket) -> list[str]:
    """The dates of all inventories, the newest first; beside them lie folders of another kind."""
    names = (name[len(PREFIX) :].rstrip("/") for name in bucket.objects.folders(PREFIX))
    return sorted(filter(_DATED.fullmatch, names), reverse=True)


def _saved(bucket: Bucket, shards: Sequence[Shard], folder: Path) -> list[Path]:
    paths = []
    for number, shard in enumerate(shards):
        paths.append(folder / f"{number}.csv.gz")
        with paths[-1].open("w+b") as file:
            bucket.objects.save(shard.key, file, shard.md5)
    return paths


def _cuts(path: Path) -> list[int]:
    """Numbers between which lies as much as is compared at once."""
    metadata = pq.read_metadata(path)
    groups = range(_GROUPS_AT_ONCE, metadata.num_row_groups, _GROUPS_AT_ONCE)
    firsts = (metadata.row_group(group).column(0).statistics.min for group in groups)
    return [0, *sorted(set(firsts)), _LAST]


@contextmanager
def _database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB within its limits; what does not fit goes into a folder that is removed again."""
    with tempfile.TemporaryDirectory(prefix=DRAFT, dir=folder) as spill:
        config: dict[str, str | int | bool | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": THREADS,
            "preserve_insertion_order": False,
            "temp_directory": spill,
        }
        with duckdb.connect(config=config) as database:
            database.execute("SET enable_progress_bar = false")
            yield database


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
