"""Splits of a dataset are made: read, placed, written with ledger, card and receipt."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from extractors.corpus.splits import CannotSplit, Demand, assign, report
from extractors.datasets import Place, UnreadableSource
from extractors.datasets.hub import is_hub_name
from flows.errors import UsageError
from flows.splitting.card import card
from flows.splitting.rows import BY_TEXT, Rows, read_rows, undated
from flows.warehouse.files import file_digest, folder_digests, replaced_folder
from flows.warehouse.ledger import ledger_bytes, left_by_reason
from flows.warehouse.split_files import Spool, write_split_files
from flows.warehouse.taken_over import LEDGER, NUMBER, has_ledger, membership, opened
from schemas.receipt import Receipt
from schemas.reject import RejectedArticle
from schemas.settings import DEFAULT_SIZES, Settings
from schemas.split import UNUSED, LedgerEntry

RECEIPT = "splits.json"
OURS = ("data", "README.md", LEDGER, RECEIPT)
# The settings that splits depend on, as a receipt holds them.
TOLD = (
    *("scheme", "sizes", "seed", "dated_by", "cut_off", "test_needs", "stratify"),
    *("holdout_labels", "related_similarity"),
)


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known of ids before they are placed; to redraw keeps the numbers alone."""

    ledger: list[LedgerEntry]
    redraw: bool
    like: Place | None


def make_splits(
    source: str, out: Path, settings: Settings, *, called: str | None = None
) -> Receipt:
    """Write a dataset with the splits that the settings ask for, and say how in a receipt.

    `called` is the name of a dataset on the Hub that `source` is a copy of.
    """
    place = opened(source)
    name = shown(place) or (called if called and is_hub_name(called) else None)
    _require_apart(place, out)
    like = opened(settings.like) if settings.like else None
    try:
        begun = _begun(place, like, settings)
        demand = _demand(settings)
        rows = read_rows(place, demand, settings)
        begun = begun if begun.ledger else _Begun(_numbered(rows), redraw=True, like=None)
        here = {case.pmcid for case in rows.cases}
        why_left = {e.pmcid: "not_in_source" for e in begun.ledger if e.pmcid not in here}
        ledger, rejects = assign(rows.cases, begun.ledger, demand, why_left, redraw=begun.redraw)
        _require_counts(demand, ledger)
        drawn = not begun.ledger or begun.redraw or demand.refill
        job = _Job(rows, ledger, rejects, demand, settings, like, name, drawn)
        return _write(job, out)
    except UnreadableSource as error:
        raise UsageError(str(error)) from None
    except CannotSplit as error:
        raise UsageError(f"{error}; nothing was written") from None
    except ValueError as error:
        raise UsageError(str(error)) from None


def _require_apart(place: Place, out: Path) -> None:
    source, target = place.root.resolve(), out.resolve()
    inside = target.is_relative_to(source) and not place.is_one_file
    if source.is_relative_to(target) or inside:
        raise UsageError(f"{out} and {place.named} lie in each other: name another folder")


def _begun(place: Place, like: Place | None, settings: Settings) -> _Begun:
    """The ledger that decides: that of another dataset, else the one beside the rows."""
    frozen = settings.scheme == "frozen"
    if like and not frozen:
        raise UsageError(
            f"--like keeps splits and --scheme {settings.scheme} draws others: drop one"
        )
    if like:
        return _Begun(membership(like), redraw=False, like=like)
    beside = membership(place) if has_ledger(place) else []
    return _Begun(beside, redraw=not frozen, like=None)


def _require_counts(demand: Demand, ledger: Sequence[LedgerEntry]) -> None:
    """Counts that were named are met exactly, or nothing is written."""
    placed = Counter(entry.split for entry in ledger if entry.left is None)
    for name in demand.sizes.shares if demand.refill else ():
        asked = demand.sizes.shares[name]
        if demand.sizes.is_exact(name) and placed[name] != int(asked):
            raise CannotSplit(
                f"sizes ask for {int(asked):,} cases in {name} and {placed[name]:,} lie there, "
                "where they were before: leave --sizes out, or draw all anew by --scheme hash"
            )


def _demand(settings: Settings) -> Demand:
    """Sizes that were named hold for all rows; those by default are of a first release."""
    return Demand.parse(settings.model_dump(), refill=settings.sizes != DEFAULT_SIZES)


def _numbered(rows: Rows) -> list[LedgerEntry]:
    """The numbers that rows bring, where each has one of its own."""
    numbers = list(rows.numbers.values())
    if None in numbers or len(set(numbers)) < len(numbers):
        return []
    return [
        LedgerEntry(pmcid, number, "", pmcid, 1)
        for pmcid, number in rows.numbers.items()
        if number is not None
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    """Rows that have their places; `name` is that of their dataset on the Hub.

    Splits that were drawn are written even where they have no rows.
    """

    rows: Rows
    ledger: list[LedgerEntry]
    rejects: list[RejectedArticle]
    demand: Demand
    settings: Settings
    like: Place | None
    name: str | None
    drawn: bool


def _write(job: _Job, out: Path) -> Receipt:
    rows, like = job.rows, job.like
    entries = {e.pmcid: e for e in job.ledger if e.left is None and e.split != UNUSED}
    counts = Counter(dict.fromkeys(job.demand.sizes.published if job.drawn else (), 0))
    counts.update(entry.split for entry in sorted(entries.values(), key=lambda e: e.number))
    with replaced_folder(out, OURS) as (draft, scratch):
        (draft / "data").mkdir()
        digest = _write_rows(rows, entries, counts, draft / "data", scratch)
        (draft / LEDGER).write_bytes(ledger_bytes(job.ledger))
        (draft / "README.md").write_bytes(card(rows, counts, _how(job), job.name))
        receipt = Receipt(
            source=job.name or rows.place.named,
            inputs=_inputs(rows.place),
            like=(shown(like) or like.named) if like else None,
            like_inputs=_inputs(like) if like else {},
            settings={name: getattr(job.settings, name) for name in TOLD},
            clusters=rows.clusters,
            writer=f"pyarrow {pa.__version__}",
            outputs=folder_digests(draft),
            rows=len(entries),
            rows_digest=digest,
            report=_report(rows, job.ledger, job.rejects),
            notes=_notes(rows, job.demand),
        )
        (draft / RECEIPT).write_text(receipt.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return receipt


def _how(job: _Job) -> str:
    """How the splits were made, for the card."""
    like = shown(job.like) if job.like else None
    kept = f" Cases of {like} keep its splits and numbers." if like else ""
    return job.demand.sentence() + kept


def _write_rows(
    rows: Rows, entries: dict[str, LedgerEntry], counts: Counter[str], data: Path, scratch: Path
) -> str:
    """Write the files; the digest of the rows in the order of their ids."""
    digest = hashlib.sha256()
    spool = Spool(scratch, rows.schema, entries)
    for table, pmcids in rows.tables():
        numbers = [entries[pmcid].number if pmcid in entries else None for pmcid in pmcids]
        spool.add(_renumbered(table, numbers), pmcids)
    order = iter(sorted(entries.values(), key=lambda entry: int(entry.pmcid[3:])))

    def in_order() -> Iterator[tuple[pa.Table, list[str]]]:
        for table in spool.tables():
            splits = [next(order).split for _ in range(table.num_rows)]
            rows_of = (r for b in table.to_batches(max_chunksize=100) for r in b.to_pylist())
            for row, split in zip(rows_of, splits, strict=True):
                digest.update(_canonical(split, row))
            yield table, splits

    write_split_files(data, rows.schema, counts, in_order())
    return digest.hexdigest()


def _renumbered(table: pa.Table, numbers: list[int | None]) -> pa.Table:
    """A table whose rows bear the numbers of the ledger, if they bear any."""
    index = table.schema.get_field_index(NUMBER)
    if index < 0 or not pa.types.is_integer(table.schema.field(index).type):
        return table
    field = table.schema.field(index)
    return table.set_column(index, field, pa.array(numbers, field.type))


def _canonical(split: str, row: dict[str, Any]) -> bytes:
    text = json.dumps([split, row], sort_keys=True, ensure_ascii=False, default=str)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _inputs(place: Place) -> dict[str, str]:
    """The digests of the files that were read."""
    named = {part.name: part.path for part in place.parts}
    names = () if place.is_one_file else ("README.md", LEDGER)
    beside = {name: place.root / name for name in names}
    read = named | {name: path for name, path in beside.items() if path.is_file()}
    return {name: file_digest(path) for name, path in sorted(read.items())}


def shown(place: Place) -> str | None:
    """The name of a dataset on the Hub, with the revision that was read; None for one of here."""
    if place.revision is None or not is_hub_name(place.named):
        return None
    return f"{place.named.partition('@')[0]}@{place.revision}"


def _report(
    rows: Rows, ledger: list[LedgerEntry], rejects: list[RejectedArticle]
) -> dict[str, Any]:
    split = {entry.pmcid: entry.split for entry in ledger if entry.left is None}
    return report(rows.cases, split, rows.prompts) | {
        "left": left_by_reason(ledger),
        "rejected": [[reject.article, reject.reason, reject.detail] for reject in rejects],
    }


def _notes(rows: Rows, demand: Demand) -> tuple[str, ...]:
    """What whoever uses the splits should know of the rows."""
    notes = []
    if rows.clusters == BY_TEXT:
        notes.append("the rows have no column cluster: relatives were found by their texts")
    if demand.scheme == "temporal" and (without := undated(rows)):
        notes.append(f"{without:,} rows have no date that can be read and count as the oldest")
    if NUMBER in rows.schema.names and not _numbered(rows):
        notes.append(f"the numbers in {NUMBER!r} were not one for each row: rows are numbered anew")
    return tuple(notes)
