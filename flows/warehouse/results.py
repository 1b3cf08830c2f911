"""The store of stage results: each is named by what made it, so nothing is done twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import Damaged
from flows.warehouse.files import whole_folder, write_parquet
from schemas.arrow import arrow_schema, from_row, to_table
from schemas.reject import RejectedArticle
from schemas.stage import Stage, StageResult, Waiting

Record = TypeVar("Record")
ALL = "all"
PART = ".part"


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A Parquet file of a result, as it was written."""

    count: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Result:
    """A finished stage of a shard, or of all shards."""

    stage: str
    shard: str
    key: str
    rows: StoredTable
    rejects: StoredTable
    waiting: Mapping[str, Waiting] = field(default_factory=dict)

    @property
    def folder_name(self) -> str:
        """Where the result lies below its stage; one that waits for something is in part."""
        return f"{self.shard}.{self.key}{PART if self.waiting else ''}"


ShardResults = Mapping[str, Result]


def digest(value: Any) -> str:
    """A short name for a value that JSON can hold."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:20]


def result_key(stage: Stage, inputs: Sequence[ShardResults], parameters: Mapping[str, Any]) -> str:
    """The name of a result: its inputs' rows, the stage's version and what the stage is told."""
    contents = [[_content(shard[need], stage) for need in stage.needs] for shard in inputs]
    return digest([stage.name, stage.version, contents, parameters])


def _content(result: Result, stage: Stage) -> Any:
    """What a stage sees of a result: its rows, and the rejects where it takes them up."""
    if stage.takes_up_rejects and result.rejects.count:
        return [result.rows.digest, result.rejects.digest]
    return result.rows.digest


class ResultStore:
    """The folder `shards` of a home."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, result: Result) -> Path:
        """Where a result lies."""
        return self.root / result.stage / result.folder_name

    def find(self, stage: str, shard: str, key: str) -> Result | None:
        """The result of this name, if it was finished, or else the part of it that there is."""
        folder = self.root / stage / f"{shard}.{key}"
        return self._open(folder) or self._open(folder.with_name(f"{folder.name}{PART}"))

    def _open(self, folder: Path) -> Result | None:
        try:
            stored = json.loads((folder / "result.json").read_bytes())
            tables = {name: StoredTable(**stored[name]) for name in ("rows", "rejects")}
            waiting = {name: Waiting(**told) for name, told in stored["waiting"].items()}
            names = (stored["stage"], stored["shard"], stored["key"])
            result = Result(*names, tables["rows"], tables["rejects"], waiting)
        except FileNotFoundError:
            if folder.exists():
                raise Damaged(folder, "result.json is missing") from None
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Damaged(folder, "result.json cannot be read") from None
        for name, table in tables.items():
            path = folder / f"{name}.parquet"
            size = path.stat().st_size if path.exists() else 0
            if size != table.size:
                raise Damaged(folder, f"{path.name} has {size} bytes, not {table.size}")
        return result

    def save(
        self, stage: Stage, shard: str, key: str, made: StageResult, *, again: bool = False
    ) -> Result:
        """Keep what a stage made, whole; it replaces an earlier part, or what is made `again`."""
        whole = self.root / stage.name / f"{shard}.{key}"
        part = whole.with_name(f"{whole.name}{PART}")
        for earlier in (part, *((whole,) if again else ())):
            shutil.rmtree(earlier, ignore_errors=True)
        with whole_folder(part if made.waiting else whole) as draft:
            tables = {
                "rows": to_table(made.rows, stage.row),
                "rejects": to_table(made.rejects, RejectedArticle),
            }
            rows, rejects = (_write(t, draft / f"{name}.parquet") for name, t in tables.items())
            result = Result(stage.name, shard, key, rows, rejects, made.waiting)
            (draft / "result.json").write_text(json.dumps(asdict(result), indent=1) + "\n")
        return result

    def rows(self, result: Result, record: type[Record]) -> Iterator[Record]:
        """The rows of a result, as far as `record` has fields for them, checked by digest."""
        return _records(self.folder(result) / "rows.parquet", result.rows, record, check=True)

    def glance(self, result: Result, record: type[Record]) -> Iterator[Record]:
        """The same without reading, and so without checking, the columns that are not asked for."""
        return _records(self.folder(result) / "rows.parquet", result.rows, record, check=False)

    def has_form(self, result: Result, record: type) -> bool:
        """Whether the rows of a result are just such records."""
        try:
            schema = pq.read_schema(self.folder(result) / "rows.parquet")
        except (OSError, pa.ArrowException):
            return False
        return bool(schema.remove_metadata().equals(arrow_schema(record)))

    def latest(self, stage: str, shard: str) -> Result | None:
        """The fullest result that a stage has left of a shard; one that is damaged is none."""
        found = []
        for folder in sorted((self.root / stage).glob(f"{shard}.*")):
            with contextlib.suppress(Damaged):
                found.append(self._open(folder))
        whole = [result for result in found if result and not result.waiting]
        return max(whole, key=lambda result: result.rows.count, default=None)

    def rejects(self, result: Result) -> Iterator[RejectedArticle]:
        """The rejects of a result."""
        path = self.folder(result) / "rejects.parquet"
        return _records(path, result.rejects, RejectedArticle, check=True)

    def set_aside(self, folder: Path) -> Path:
        """Move a damaged result out of the way, for a person to look at."""
        target = self.root.parent / "damaged" / folder.parent.name / folder.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        return folder.rename(target)

    def rename(self, result: Result, key: str) -> Result:
        """The same result under the name that the next build will look for."""
        renamed = replace(result, key=key)
        if key != result.key:
            with whole_folder(self.folder(renamed)) as draft:
                shutil.copytree(self.folder(result), draft, dirs_exist_ok=True)
                (draft / "result.json").write_text(json.dumps(asdict(renamed), indent=1) + "\n")
        return renamed

    def sweep(self, stage: str, keep: set[str]) -> None:
        """Remove results of a stage that no build of this home would use any more."""
        for folder in (self.root / stage).glob("[!.]*"):
            if folder.name not in keep:
                shutil.rmtree(folder)


def _records(
    path: Path, stored: StoredTable, record: type[Record], *, check: bool
) -> Iterator[Record]:
    if not stored.count:
        return
    source: Any = path
    if check:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != stored.digest:
            raise Damaged(path.parent, f"{path.name} is not what was written")
        source = pa.BufferReader(content)
    try:
        table = pq.read_table(source, columns=arrow_schema(record).names)
    except (OSError, pa.ArrowException) as error:
        raise Damaged(path.parent, f"{path.name}: {error}") from None
    for batch in table.to_batches(max_chunksize=64):
        for row in batch.to_pylist():
            yield from_row(record, row)


def _write(table: pa.Table, path: Path) -> StoredTable:
    write_parquet(table, path)
    content = path.read_bytes()
    return StoredTable(table.num_rows, len(content), hashlib.sha256(content).hexdigest())


class StoredInputs:
    """The rows of earlier stages over one shard or more, one shard in memory at a time."""

    def __init__(
        self,
        store: ResultStore,
        shards: Sequence[ShardResults],
        before: Result | None = None,
    ) -> None:
        self._store = store
        self._shards = shards
        self._before = before

    def rows(self, stage: str, record: type[Record]) -> Iterator[Record]:
        """The rows of an earlier stage, as far as `record` has fields for them."""
        for shard in self._shards:
            if stage in shard:
                yield from self._store.rows(shard[stage], record)

    def rejects(self, stage: str) -> Iterator[RejectedArticle]:
        """The rejects of an earlier stage."""
        for shard in self._shards:
            yield from self._store.rejects(shard[stage])

    def before(self, record: type[Record]) -> Iterator[Record]:
        """The rows that the stage made the last time, unless they were of another form."""
        if self._before and self._store.has_form(self._before, record):
            yield from self._store.rows(self._before, record)

    def each(self) -> Iterator[StoredInputs]:
        """The same, one shard at a time, in the order in which shards arrived."""
        for shard in self._shards:
            yield StoredInputs(self._store, [shard])


class Glances(StoredInputs):
    """Inputs of which only small columns are looked at."""

    def rows(self, stage: str, record: type[Any]) -> Iterator[Any]:
        """The rows of an earlier stage, unchecked."""
        for shard in self._shards:
            yield from self._store.glance(shard[stage], record)

    def each(self) -> Iterator[Glances]:
        """The same, one shard at a time."""
        for shard in self._shards:
            yield Glances(self._store, [shard])
