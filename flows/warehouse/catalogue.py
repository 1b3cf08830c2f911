"""The DuckDB catalogue of a home: made anew from shards, ledger and runs, and put in place whole.

Nobody ever has the file open for long, so reading it and building never get in each other's way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extractors.cases.reasoning import diagnostic_reasoning
from flows.errors import CatalogueFailed
from flows.warehouse.accounts import Accounts
from flows.warehouse.files import TEMPORARY, sync
from flows.warehouse.work import Work
from schemas.article import Dates, Ids
from schemas.case import Statement
from schemas.catalogue import TABLES
from schemas.run import RunSummary

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
        _write(work.home.catalogue, _tables(work, accounts, runs))
    except duckdb.Error as error:
        raise CatalogueFailed(work.home.catalogue, error) from None


def _write(target: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder:
        draft = Path(folder, target.name)
        with duckdb.connect(
            str(draft), config={"storage_compatibility_version": READABLE_BY}
        ) as connection:
            connection.execute(TABLES)
            for table, rows in tables.items():
                _insert(connection, table, rows)
            connection.execute("CHECKPOINT")
        sync(draft)
        draft.replace(target)


def _tables(
    work: Work, accounts: Accounts, runs: Iterable[RunSummary]
) -> dict[str, list[dict[str, Any]]]:
    titles = _titles(work)
    return {
        "articles": [asdict(a) | titles.get((a.shard, a.pmcid), {}) for a in accounts.articles],
        "rejects": [asdict(reject) | {"stage": stage} for stage, reject in accounts.rejects],
        "cases": _cases(work, accounts),
        "funnel": [
            {
                "step": step,
                "stage": line.stage,
                "entered": line.entered,
                "rejected": sum(line.rejected.values()),
                "remaining": line.left,
            }
            for step, line in enumerate(accounts.funnel(), start=1)
        ],
        "runs": [
            run.model_dump(include={"number", "state", "started", "finished"})
            | {"summary": run.model_dump_json()}
            for run in runs
        ],
    }


def _titles(work: Work) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    glance = work.home.store.glance
    return {
        (shard, row.ids.pmcid): {
            "title": row.title,
            "journal": row.journal,
            "publication_date": row.dates.publication,
            "licence": row.licence,
        }
        for shard, result in work.done["read"].items()
        for row in glance(result, _Title)
    }


def _cases(work: Work, accounts: Accounts) -> list[dict[str, Any]]:
    entries = {entry.pmcid: entry for entry in accounts.kept}
    shards = {account.pmcid: account.shard for account in accounts.articles}
    cases = []
    for shard, result in work.done["check"].items():
        for case in work.home.store.glance(result, _Case):
            entry = entries.get(case.pmcid)
            if entry and shards[case.pmcid] == shard:
                cases.append(
                    asdict(entry)
                    | {
                        "case_prompt": case.case_prompt,
                        "diagnostic_reasoning": diagnostic_reasoning(case.statements),
                        "final_diagnosis": case.final_diagnosis,
                    }
                )
    return sorted(cases, key=lambda case: int(case["number"]))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    described = connection.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608
    columns = [column[0] for column in described or ()]
    values = pa.table({name: [row.get(name) for row in rows] for name in columns})
    connection.register("incoming", values)
    connection.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608
    connection.unregister("incoming")
