"""An audit at work: the rows of a dataset are read, judged by worker processes, and summed up."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from extractors.corpus.audit.findings import all_findings
from extractors.corpus.audit.judge import Batch, Judged, judge_batch, report_of
from extractors.corpus.audit.report import Report
from extractors.corpus.audit.rows import BEARING, READ, Known, pmcid_of
from extractors.corpus.audit.short import short
from extractors.datasets import Part, Place, UnreadableSource, batches, columns
from extractors.pmc.web import Patience
from flows.benchmarks import read_benchmarks
from flows.commands.settings import existing_home, load_settings
from flows.errors import CasebookError, UsageError
from flows.known import known_to_home, known_to_metadata
from flows.runtime.pool import Pool
from flows.warehouse.taken_over import opened
from schemas.selector import Selector

BATCH = 200
# What is kept of so many rows fits in memory, whatever they hold.
MOST_ROWS = 500_000
# So few rows are judged sooner than a worker process starts.
_FEW = 400
_UNTYPED = (".csv", ".tsv")


def audit(
    dataset: str,
    home: Path | None = None,
    metadata: Path | None = None,
    against: Sequence[Path] = (),
    fail_on: Collection[str] = (),
    workers: int | None = None,
) -> Report:
    """The report on a dataset; `fail_on` are findings that are required beside those that are."""
    _require_known(fail_on)
    settings = load_settings(Selector(), workers=workers, against=tuple(against) or None)
    benchmarks = read_benchmarks(settings)
    known, notes = _known(home, metadata)
    place = opened(dataset, Patience(settings.attempts))
    reading = Reading(place, known)
    _require_columns(reading)
    with Pool(settings.workers, settings.cluster) as pool:
        report = report_of(
            dataset,
            place.revision,
            _judged(reading.batches(), pool),
            reading.schemas,
            reading.unread,
            benchmarks,
            duplicate_similarity=settings.duplicate_similarity,
            related_similarity=settings.related_similarity,
        )
    _require_rows(report)
    outcomes = tuple(
        replace(each, finding=replace(each.finding, required=True))
        if each.finding.name in fail_on
        else each
        for each in report.outcomes
    )
    return replace(report, outcomes=outcomes, notes=(*report.notes, *notes))


def _require_known(names: Collection[str]) -> None:
    unknown = [name for name in names if name not in all_findings()]
    if unknown:
        there = ", ".join(sorted(all_findings()))
        raise UsageError(f"there is no check {unknown[0]!r}: there are {there}")


def _known(home: Path | None, metadata: Path | None) -> tuple[dict[str, Known], list[str]]:
    known = known_to_home(existing_home(home)) if home else {}
    if metadata is None:
        return known, []
    told, others = known_to_metadata(metadata)
    notes = [f"Not metadata of PMC: {name}." for name in others[:3]]
    if len(others) > len(notes):
        notes.append(f"Nor are {len(others) - len(notes)} more files of {metadata}.")
    return known | told, notes


def _require_columns(reading: Reading) -> None:
    names = dict.fromkeys(name for _, schema in reading.schemas for name in schema)
    if not reading.schemas:
        raise CasebookError("; ".join(reading.unread))
    if not names.keys() & {*BEARING, "statements"}:
        there = short(", ".join(names), 100)
        raise CasebookError(
            f"{reading.place.named} has none of the columns {', '.join(BEARING)}, so there is "
            f"nothing to judge; it has {there or 'no columns'}"
        )


def _require_rows(report: Report) -> None:
    if not report.rows:
        raise CasebookError("; ".join(report.unread) or f"{report.named} holds no rows")


@dataclass
class Reading:
    """The rows of a dataset as they are read, with what could not be."""

    place: Place
    known: Mapping[str, Known]
    most: int = MOST_ROWS

    def __post_init__(self) -> None:
        self.schemas: list[tuple[str, dict[str, str]]] = []
        self.unread: list[str] = []
        self._parts: list[Part] = []
        for part in self.place.parts:
            try:
                schema = columns(part, self.place.named)
            except UnreadableSource as error:
                self.unread.append(str(error))
            else:
                form = "text" if part.path.suffix.lower() in _UNTYPED else "typed"
                self.schemas.append((form, {field.name: str(field.type) for field in schema}))
                self._parts.append(part)

    def batches(self) -> Iterator[Batch]:
        """The rows of every file; of one that breaks off those that came before."""
        rows = 0
        for part in self._parts:
            try:
                for batch in self._of(part):
                    yield batch
                    rows += len(batch.rows)
                    if rows >= self.most:
                        self.unread.append(f"{self.place.named}: only {rows:,} rows were judged")
                        return
            except UnreadableSource as error:
                self.unread.append(str(error))

    def _of(self, part: Part) -> Iterator[Batch]:
        first = 1
        for read in batches(part, self.place.named, READ):
            for start in range(0, read.num_rows, BATCH):
                rows = read.slice(start, BATCH).to_pylist()
                yield Batch(part.name, part.split, first, rows, self._known_of(rows))
                first += len(rows)

    def _known_of(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, Known]:
        if not self.known:
            return {}
        ids = (pmcid_of(row.get("pmcid")) or "" for row in rows)
        return {pmcid: self.known[pmcid] for pmcid in ids if pmcid in self.known}


def _judged(found: Iterator[Batch], pool: Pool) -> Iterator[Judged]:
    """What was found in each batch, in order; few are judged here, more by worker processes."""
    few: list[Batch] = []
    while sum(len(batch.rows) for batch in few) < _FEW:
        batch = next(found, None)
        if batch is None:
            break
        few.append(batch)
    if batch is None or pool.workers == 1:
        yield from map(judge_batch, chain(few, found))
        return
    waiting: deque[Future[Judged]] = deque()
    with ThreadPoolExecutor(pool.workers + 1) as threads:
        for batch in chain(few, found):
            waiting.append(threads.submit(pool.call, judge_batch, batch))
            if len(waiting) > 2 * pool.workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
