"""What must hold of a dataset folder before anybody else sees it; each check is a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from extractors.corpus.audit.report import Report
from flows.hub.card import FILE
from flows.hub.configs import data_files, row_groups, split_of
from flows.hub.features import metadata
from flows.hub.folder import LEDGER, Receipt
from flows.hub.marks import yaml_value
from flows.warehouse.ledger import read_ledger
from schemas.published import CONFIGS, CORE, DEFAULT, REFERENCE_COLUMNS
from schemas.split import LedgerEntry

_PMCID = re.compile(r"PMC\d+")
_NEEDED = ("Unnamed: 0", "pmcid", "diagnostic_reasoning", "cluster")


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, and what was found against it: None where it does hold."""

    name: str
    means: str
    required: bool
    found: str | None


def run_checks(folder: Path, receipt: Receipt, audited: Report) -> list[Check]:
    """Every check of a dataset folder, with what the audit of any dataset says of it."""
    rows = _first_findings(folder)
    return [
        Check("verifier", "a verifier catches the faults it is shown", True, _verifier(receipt)),
        Check("schema", "card and files have the same columns and rows", True, _schema(folder)),
        *(Check(name, means, True, rows.get(name)) for name, (means, _) in _OF_ROWS.items()),
        *_audited(audited),
    ]


def _audited(report: Report) -> Iterator[Check]:
    for outcome in report.outcomes:
        shown = outcome.examples[0] if outcome.failed else None
        found = f"{shown.place.name}: {shown.detail}" if shown else None
        says = outcome.finding.says.rstrip(".")
        yield Check(outcome.finding.name, says, outcome.finding.required, found)


def _verifier(receipt: Receipt) -> str | None:
    rate, least = receipt.catch_rate, receipt.least_catch_rate
    if rate is None or rate >= least:
        return None
    return f"it caught {rate:.0%} of the planted faults, not the {least:.0%} that are asked for"


def _schema(folder: Path) -> str | None:
    counted: dict[str, dict[str, int]] = {}
    for config in CONFIGS:
        by_split = counted.setdefault(config.name, {})
        for path in data_files(folder, config):
            if pq.read_schema(path) != config.schema:
                return f"{config.folder}/{path.name} has other columns than {config.name}"
            split = split_of(path.name)
            by_split[split] = by_split.get(split, 0) + pq.read_metadata(path).num_rows
    head = (folder / FILE).read_text(encoding="utf-8").split("---\n")[1]
    told, wanted = yaml_value(head), metadata(CONFIGS, counted)
    for key, value in wanted.items():
        if told.get(key) != value:
            return f"the card tells other {key} than the files have"
    core = pq.read_schema(folder / f"{CORE}.pqt").names
    if core != [*(column.name for column in REFERENCE_COLUMNS), "split"]:
        return f"{CORE}.pqt has other columns than the reference's ten and the split"
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands: its split, and the ledger of its dataset."""

    split: str
    ledger: Mapping[str, LedgerEntry]


def _first_findings(folder: Path) -> dict[str, str]:
    """Of each check over rows the first row against it."""
    found: dict[str, str] = {}
    ledger = {entry.pmcid: entry for entry in read_ledger(folder / LEDGER)}
    seen: set[object] = set()
    for split, row in _rows(folder):
        place = _Place(split, ledger)
        for name, (_, check) in _OF_ROWS.items():
            if name not in found and (wrong := check(row, place)):
                found[name] = f"{row['pmcid']}: {wrong}"
        for key in ("pmcid", "Unnamed: 0"):
            if (key, row[key]) in seen:
                found.setdefault("unique", f"{row['pmcid']}: {key} {row[key]} is there twice")
            seen.add((key, row[key]))
    kept = {entry.pmcid for entry in ledger.values() if entry.left is None}
    lost = sorted(kept - {key[1] for key in seen if isinstance(key, tuple)})
    if lost:
        found.setdefault("ledger", f"{lost[0]}: the ledger keeps it, and no row is there")
    return found


def _rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in data_files(folder, DEFAULT):
        for group in row_groups(path, list(_NEEDED)):
            for row in group.to_pylist():
                yield split_of(path.name), row


def _unique(row: Mapping[str, Any], place: _Place) -> str | None:
    return None if _PMCID.fullmatch(row["pmcid"]) else "its id is no PMCID"


def _ledger(row: Mapping[str, Any], place: _Place) -> str | None:
    entry = place.ledger.get(row["pmcid"])
    if entry is None or entry.left is not None:
        return "the ledger does not keep it"
    there = (entry.number, entry.split, entry.cluster)
    here = (row["Unnamed: 0"], place.split, row["cluster"])
    return None if there == here else f"number, split, cluster are {here}, not {there}"


def _numbered(row: Mapping[str, Any], place: _Place) -> str | None:
    lines = row["diagnostic_reasoning"].split("\n")
    numbers = [line.partition(".")[0] for line in lines]
    wanted = [str(number) for number in range(1, len(lines) + 1)]
    return None if numbers == wanted else f"its reasons are numbered {', '.join(numbers)[:80]}"


_OF_ROWS: dict[str, tuple[str, Callable[[Mapping[str, Any], _Place], str | None]]] = {
    "unique": ("ids are PMCIDs, and ids and numbers are there once", _unique),
    "ledger": ("number, split and cluster are those of the ledger", _ledger),
    "numbered": ("reasons are numbered 1 to n, one line each", _numbered),
}
