"""The ledger: which number and split a case was given, for good."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from flows.errors import CasebookError
from flows.warehouse.files import write_whole
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.split import LedgerEntry

_PMCID = re.compile(r"PMC[1-9][0-9]*")
COLUMNS = tuple(field.name for field in fields(LedgerEntry))


def home_ledger(home: Home) -> list[LedgerEntry]:
    """The ledger of a home; should it be lost, the copy beside its dataset."""
    path = home.ledger if home.ledger.exists() else home.dataset / home.ledger.name
    entries = read_ledger(path)
    known = max((run.ledger_entries for run in read_runs(home.runs)), default=0)
    if len(entries) < known:
        raise CasebookError(
            f"{home.ledger} has {len(entries)} entries, it had {known}: restore it from a copy "
            f"(one may lie in {home.dataset}), or cases would change their splits"
        )
    _require_as_released(home, entries)
    return entries


def _require_as_released(home: Home, entries: list[LedgerEntry]) -> None:
    """An edit must not move or renumber what the dataset holds."""
    copy = home.dataset / home.ledger.name
    there = home.ledger.exists() and copy.exists()
    if not there or home.ledger.read_bytes() == copy.read_bytes():
        return
    try:
        released = read_ledger(copy)
    except CasebookError:
        return  # Nobody builds on the copy, and the next release replaces it.
    if wrong := conflict(released, entries):
        raise CasebookError(
            f"{home.ledger} moves what was released: {wrong}, there being {copy}: restore it from "
            "that copy"
        )


def read_ledger(path: Path) -> list[LedgerEntry]:
    """The entries of a ledger; none where there is no file yet."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise CasebookError(f"{path}: it is not UTF-8 text ({error}); restore it") from None
    return parse_ledger(text, str(path))


def parse_ledger(text: str, path: str) -> list[LedgerEntry]:
    """The entries of a ledger that stands at `path`, wherever that is."""
    entries = []
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        names, rows = tuple(reader.fieldnames or ()), list(reader)
    except csv.Error as error:
        raise CasebookError(f"{path}: not a ledger ({error}); restore it from a copy") from None
    if names != COLUMNS:
        raise CasebookError(f"{path}: its first line is not a ledger's; restore it from a copy")
    for line, row in enumerate(rows, start=2):
        try:
            entries.append(_entry(row))
        except (TypeError, ValueError, KeyError):
            message = f"{path}, line {line}: not a ledger entry; restore the file from a copy"
            raise CasebookError(message) from None
    _require_unique(path, entries)
    return entries


def _entry(row: dict[str, str]) -> LedgerEntry:
    # A line that is too short or too long has a None among its values or names.
    if None in row or None in row.values() or not _PMCID.fullmatch(row["pmcid"]):
        raise ValueError(row)
    if not row["split"] or not row["number"].isdigit():
        raise ValueError(row)
    return LedgerEntry(
        pmcid=row["pmcid"],
        number=int(row["number"]),
        split=row["split"],
        cluster=row["cluster"],
        first_release=int(row["first_release"]),
        last_release=int(row["last_release"]) if row["last_release"] else None,
        left=row["left"] or None,
    )


def _require_unique(path: str, entries: list[LedgerEntry]) -> None:
    for column in ("pmcid", "number"):
        values = [getattr(entry, column) for entry in entries]
        if len(set(values)) != len(values):
            twice = next(value for value in values if values.count(value) > 1)
            raise CasebookError(f"{path}: {column} {twice} stands there twice; restore the file")


def left_by_reason(entries: Iterable[LedgerEntry]) -> dict[str, int]:
    """How many cases left, by why they did."""
    return dict(sorted(Counter(e.left for e in entries if e.left is not None).items()))


def ledger_bytes(entries: Iterable[LedgerEntry]) -> bytes:
    """A ledger as it is written."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in entries)
    return text.getvalue().encode()


def write_ledger(path: Path, entries: list[LedgerEntry]) -> None:
    """Replace a ledger, unless it says the same already."""
    content = ledger_bytes(entries)
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)


def last_release(ledger: Iterable[LedgerEntry]) -> int:
    """The number of the last release that a ledger knows of."""
    return max((_last_known(entry) for entry in ledger), default=0)


def _last_known(entry: LedgerEntry) -> int:
    left_in = 0 if entry.last_release is None else entry.last_release + 1
    return max(entry.first_release, left_in)


def conflict(theirs: Iterable[LedgerEntry], ours: Iterable[LedgerEntry]) -> str | None:
    """What two ledgers say differently of a case or a number, in words; None where nothing."""
    here = {entry.pmcid: entry for entry in ours}
    numbers = {entry.number: entry.pmcid for entry in here.values()}
    for entry in theirs:
        mine = here.get(entry.pmcid)
        if mine and (mine.number, mine.split) != (entry.number, entry.split):
            return (
                f"{entry.pmcid} is number {entry.number} in {entry.split} there, and number "
                f"{mine.number} in {mine.split} here"
            )
        if not mine and entry.number in numbers:
            other = numbers[entry.number]
            return f"number {entry.number} is {entry.pmcid} there, and {other} here"
    return None


def missing(theirs: Iterable[LedgerEntry], ours: Iterable[LedgerEntry]) -> str | None:
    """What of their ledger ours does not continue, in words; None where it continues all."""
    theirs, here = list(theirs), {entry.pmcid: entry for entry in ours}
    lacking = next((entry for entry in theirs if entry.pmcid not in here), None)
    if lacking:
        return f"{lacking.pmcid}, number {lacking.number}, is not known here"
    there, mine = last_release(theirs), last_release(here.values())
    if there > mine:
        return f"release {there} is not known here, only {mine}"
    if there == mine:
        for entry in theirs:
            if here[entry.pmcid].left != entry.left:
                return f"release {there} is another one here: {entry.pmcid} differs"
    return None
