"""The DuckDB catalogue of a home: made anew from shards, ledger and runs, and put in place whole.

Nobody ever has the file open for long, so reading it and building never get in each other's way.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extractors.cases.reasoning import diagnostic_reasoning
from flows.errors import CatalogueFailed
from flows.warehouse.accounts import Account, Accounts
from flows.warehouse.files import TEMPORARY, sync
from flows.warehouse.work import Work
from schemas.arrow import to_row
from schemas.article import Dates, Ids
from schemas.case import Statement
from schemas.catalogue import TABLES
from schemas.run import RunSummary, StageCount
from schemas.split import LedgerEntry

READABLE_BY = "v1.5.0"


@dataclass(frozen=True, slots=True)
class _Title:
    ids: Ids
    title: str
    journal: str
    dates: Dates
    licence: str | None


@dataclass(frozen=True, slots=True)
class _Case:
    pmcid: str
    case_prompt: str
    final_diagnosis: str
    statements: tuple[Statement, ...]


def write_catalogue(work: Work, accounts: Accounts, runs: Iterable[RunSummary]) -> None:
    """Replace the catalogue by one that says what the home holds now."""
    try:
        _write(work.home.catalogue, _rows(work, accounts, runs))
    except duckdb.Error as error:
        raise CatalogueFailed(work.home.catalogue, error) from None


def _write(target: Path, tables: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder:
        draft = Path(folder, target.name)
        with duckdb.connect(
            str(draft), config={"storage_compatibility_version": READABLE_BY}
        ) as connection:
            connection.execute(TABLES)
            for table, rows in tables:
                _insert(connection, table, rows)
            connection.execute("CHECKPOINT")
        sync(draft)
        draft.replace(target)


def _rows(
    work: Work, accounts: Accounts, runs: Iterable[RunSummary]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of every table, those of articles and cases a shard at a time."""
    by_shard: dict[str | None, list[Account]] = defaultdict(list)
    for account in accounts.articles:
        by_shard[account.shard].append(account)
    entries = {entry.pmcid: entry for entry in accounts.kept}
    for shard, articles in by_shard.items():
        titles = _titles(work, shard)
        yield "articles", [to_row(account) | titles.get(account.pmcid, {}) for account in articles]
        kept = {account.pmcid: entries[account.article] for account in articles if account.split}
        yield "cases", _cases(work, shard, kept)
    yield "rejects", [to_row(reject) | {"stage": stage} for stage, reject in accounts.rejects]
    yield "funnel", [_funnel_row(step, line) for step, line in enumerate(accounts.funnel(), 1)]
    yield "runs", [_run_row(run) for run in runs]


def _titles(work: Work, shard: str | None) -> dict[str | None, dict[str, Any]]:
    result = work.done["read"].get(shard or "")
    rows = work.home.store.glance(result, _Title) if result else ()
    return {
        row.ids.pmcid: {
            "title": row.title,
            "journal": row.journal,
            "publication_date": row.dates.publication,
            "licence": row.licence,
        }
        for row in rows
    }


def _cases(
    work: Work, shard: str | None, kept: dict[str | None, LedgerEntry]
) -> list[dict[str, Any]]:
    rows = work.home.store.rows(work.cases()[shard or ""], _Case) if kept else ()
    return [
        to_row(kept[case.pmcid])
        | {
            "case_prompt": case.case_prompt,
            "diagnostic_reasoning": diagnostic_reasoning(case.statements),
            "final_diagnosis": case.final_diagnosis,
        }
        for case in rows
        if case.pmcid in kept
    ]


def _funnel_row(step: int, line: StageCount) -> dict[str, Any]:
    return {
        "step": step,
        "stage": line.stage,
        "entered": line.entered,
        "rejected": sum(line.rejected.values()),
        "remaining": line.left,
    }


def _run_row(run: RunSummary) -> dict[str, Any]:
    columns = run.model_dump(include={"number", "state", "started", "finished"})
    return columns | {"summary": run.model_dump_json()}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    described = connection.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608
    columns = [column[0] for column in described or ()]
    values = pa.table({name: [row.get(name) for row in rows] for name in columns})
    connection.register("incoming", values)
    connection.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608
    connection.unregister("incoming")
