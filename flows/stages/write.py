"""The dataset is written: Parquet files by split, card and ledger, all of them or none."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from extractors.cases.reasoning import diagnostic_reasoning
from extractors.cases.steps import marked
from flows.hub.card import CardFacts
from flows.hub.folder import OURS, finish_folder
from flows.stages.current import current_rows
from flows.warehouse.files import folder_digests, replaced_folder
from flows.warehouse.results import Result, ResultStore, ShardResults, StoredInputs
from flows.warehouse.split_files import Spool, write_split_files
from schemas.arrival import Fetched
from schemas.arrow import to_row
from schemas.article import Article
from schemas.case import Case, Verdict, Verification
from schemas.published import PUBLISHED, article_link
from schemas.split import LedgerEntry
from schemas.stage import Inputs

VERSION = 4
NEEDS = ("capture", "fetch", "read", "cases", "verify")


@dataclass(frozen=True, slots=True)
class WriteJob:
    """What a dataset is written from."""

    store: Path
    shards: Sequence[ShardResults]
    entries: Sequence[LedgerEntry]
    splits: Sequence[str]
    steps: Sequence[Any]
    texts: Mapping[str, bytes]
    facts: CardFacts
    target: Path
    verified_again: Sequence[Result] = ()


def write_dataset(job: WriteJob) -> dict[str, str]:
    """Write a dataset beside the old one and put it in its place; the digests of its files."""
    with replaced_folder(job.target, OURS) as (draft, scratch):
        (draft / "data").mkdir()
        _write_splits(job, draft / "data", scratch)
        for name, content in job.texts.items():
            (draft / name).write_bytes(content)
        finish_folder(draft, job.facts)
        return folder_digests(draft)


def _write_splits(job: WriteJob, data: Path, folder: Path) -> None:
    entries = {entry.pmcid: entry for entry in job.entries}
    counts = Counter(dict.fromkeys(job.splits, 0))
    counts.update(entry.split for entry in entries.values())
    spool, store = Spool(folder, PUBLISHED, entries), ResultStore(job.store)
    again = {r.pmcid: r for result in job.verified_again for r in store.rows(result, Verification)}
    for shard, current in current_rows(StoredInputs(store, job.shards)):
        rows = [
            _row(article, case, fetched, verdict, entries[case.pmcid], job.steps)
            for article, case, fetched, verdict in _joined(shard, again)
            if case.pmcid in current and case.pmcid in entries
        ]
        table = pa.Table.from_pylist(rows, schema=PUBLISHED)
        spool.add(table, [row["pmcid"] for row in rows])
    tables = (
        (table, [entries[pmcid].split for pmcid in table["pmcid"].to_pylist()])
        for table in spool.tables()
    )
    write_split_files(data, PUBLISHED, counts, tables)


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
    }


def _citation(article: Article, pmcid: str) -> str:
    """A citation of our own where PMC gives none."""
    authors = ", ".join(article.authors[:3]) + (" et al." if len(article.authors) > 3 else "")
    year = (article.dates.publication or "")[:4]
    parts = (authors.rstrip("."), article.title.rstrip("."), article.journal, year, pmcid)
    return ". ".join(part for part in parts if part) + "."
