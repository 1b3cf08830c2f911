"""The dataset is written: Parquet files by split, card and ledger, all of them or none."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.cases.reasoning import diagnostic_reasoning
from extractors.cases.steps import marked
from flows.errors import UsageError
from flows.stages.current import current_rows
from flows.warehouse.files import TEMPORARY, file_digest, sync
from flows.warehouse.results import Result, ResultStore, ShardResults, StoredInputs
from schemas.arrival import Fetched
from schemas.arrow import to_row
from schemas.article import Article, pmcid_number
from schemas.case import Case, Verdict, Verification
from schemas.published import PUBLISHED, article_link
from schemas.split import LedgerEntry
from schemas.stage import Inputs

VERSION = 3
NEEDS = ("capture", "fetch", "read", "cases", "verify")
ROWS_PER_GROUP = 500
ROWS_PER_FILE = 20_000
ROWS_IN_MEMORY = 2_000


@dataclass(frozen=True, slots=True)
class WriteJob:
    """What a dataset is written from."""

    store: Path
    shards: Sequence[ShardResults]
    entries: Sequence[LedgerEntry]
    steps: Sequence[Any]
    texts: Mapping[str, bytes]
    target: Path
    verified_again: Sequence[Result] = ()


def write_dataset(job: WriteJob) -> dict[str, str]:
    """Write a dataset beside the old one and put it in its place; the digests of its files."""
    job.target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=job.target.parent) as folder:
        draft = Path(folder, "dataset")
        (draft / "data").mkdir(parents=True)
        _write_splits(job, draft / "data", Path(folder))
        for name, content in job.texts.items():
            (draft / name).write_bytes(content)
        files = sorted(path for path in draft.rglob("*") if path.is_file())
        for path in [*files, draft / "data", draft]:
            sync(path)
        digests = {path.relative_to(draft).as_posix(): file_digest(path) for path in files}
        if job.target.exists():
            _require_ours(job)
            job.target.rename(Path(folder, "old"))
        draft.rename(job.target)
        sync(job.target.parent)
    return digests


def _require_ours(job: WriteJob) -> None:
    """What lies where the dataset goes is replaced only if it is a dataset."""
    strangers = {path.name for path in job.target.iterdir()} - {*job.texts, "data"}
    if strangers:
        raise UsageError(
            f"{job.target} holds {min(strangers)}, which Casebook did not write: move it"
        )


def _write_splits(job: WriteJob, data: Path, spool: Path) -> None:
    entries = sorted(job.entries, key=lambda entry: pmcid_number(entry.pmcid))
    bins = {entry.pmcid: rank // ROWS_IN_MEMORY for rank, entry in enumerate(entries)}
    spools = _spool(job, {entry.pmcid: entry for entry in entries}, bins, spool)
    splits: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for entry in entries:
        splits.setdefault(entry.split, []).append(entry.pmcid)
    writers = {name: _SplitWriter(data, name, len(rows)) for name, rows in splits.items()}
    for path in spools:
        table = _sorted(pa.ipc.open_stream(path.read_bytes()).read_all())
        for name, writer in writers.items():
            mine = pa.array([bool(split == name) for split in table["split"].to_pylist()])
            writer.add(table.filter(mine).drop_columns(["split"]))
        path.unlink()
    for writer in writers.values():
        writer.close()


def _spool(
    job: WriteJob, entries: Mapping[str, LedgerEntry], bins: Mapping[str, int], folder: Path
) -> list[Path]:
    """Bring the rows from the order of shards into bins by id, each of which fits in memory."""
    schema = PUBLISHED.append(pa.field("split", pa.string()))
    paths = [folder / f"{number}.arrows" for number in range(max(bins.values(), default=-1) + 1)]
    sinks = [pa.ipc.new_stream(str(path), schema) for path in paths]
    store = ResultStore(job.store)
    again = {r.pmcid: r for result in job.verified_again for r in store.rows(result, Verification)}
    for shard, current in current_rows(StoredInputs(store, job.shards)):
        rows = [
            _row(article, case, fetched, verdict, entries[case.pmcid], job.steps)
            for article, case, fetched, verdict in _joined(shard, again)
            if case.pmcid in current and case.pmcid in entries
        ]
        for number, sink in enumerate(sinks):
            mine = [row for row in rows if bins[row["pmcid"]] == number]
            if mine:
                sink.write_table(pa.Table.from_pylist(mine, schema=schema))
    for sink in sinks:
        sink.close()
    return paths


def _sorted(table: pa.Table) -> pa.Table:
    numbers = pa.array([pmcid_number(pmcid) for pmcid in table["pmcid"].to_pylist()])
    return table.take(pa.compute.sort_indices(numbers))


def _joined(
    shard: Inputs, again: Mapping[str, Verification]
) -> Iterator[tuple[Article, Case, Fetched, Verdict | None]]:
    cases = {case.pmcid: case for case in shard.rows("cases", Case)}
    verified = {row.pmcid: row for row in shard.rows("verify", Verification)}
    fetched = {row.pmcid: row for row in shard.rows("fetch", Fetched)}
    for article in shard.rows("read", Article):
        pmcid = article.ids.pmcid or ""
        if pmcid in cases and (made := verified.get(pmcid) or again.get(pmcid)):
            yield article, marked(cases[pmcid], made), fetched[pmcid], made.verdict
        elif pmcid in cases:
            yield article, cases[pmcid], fetched[pmcid], None


def _row(
    article: Article,
    case: Case,
    fetched: Fetched,
    verdict: Verdict | None,
    entry: LedgerEntry,
    steps: Sequence[Any],
) -> dict[str, Any]:
    date = article.dates.publication
    made_of = json.dumps([fetched.xml_md5, fetched.licence, steps], separators=(",", ":"))
    proved = to_row(case)
    return {
        **proved,
        **to_row(case.scores),
        "Unnamed: 0": entry.number,
        "title": article.title,
        "journal": article.journal,
        "article_link": article_link(case.pmcid),
        "publication_date": date,
        "text": article.text,
        "diagnostic_reasoning": diagnostic_reasoning(case.statements),
        "pmcid_version": fetched.version,
        "pmid": fetched.pmid,
        "doi": fetched.doi,
        "licence": fetched.licence,
        "citation": fetched.citation or _citation(article, case.pmcid),
        "xml_md5": fetched.xml_md5,
        "first_seen": fetched.first_seen,
        "abstract": article.abstract,
        "verdict": to_row(verdict),
        "cluster": entry.cluster,
        "year": int(date[:4]) if date else None,
        "build": hashlib.sha256(made_of.encode()).hexdigest()[:20],
        "split": entry.split,
    }


def _citation(article: Article, pmcid: str) -> str:
    """A citation of our own where PMC gives none."""
    authors = ", ".join(article.authors[:3]) + (" et al." if len(article.authors) > 3 else "")
    year = (article.dates.publication or "")[:4]
    parts = (authors.rstrip("."), article.title.rstrip("."), article.journal, year, pmcid)
    return ". ".join(part for part in parts if part) + "."


class _SplitWriter:
    """The files of one split: fixed numbers of rows to a file and to a row group."""

    def __init__(self, folder: Path, split: str, rows: int) -> None:
        self._folder, self._split = folder, split
        self._files = max(1, -(-rows // ROWS_PER_FILE))
        self._number = 0
        self._waiting = PUBLISHED.empty_table()
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
            PUBLISHED,
            compression="zstd",
            compression_level=3,
            use_content_defined_chunking=True,
            write_page_index=True,
        )
