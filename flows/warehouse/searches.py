"""Answers of the searches, kept by window of days, so that what was answered is not asked again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.warehouse.files import write_whole
from schemas.arrow import from_row, to_table
from schemas.found import Found, Window

ROUTES = ("pubmed", "europepmc")


def months(window: Window) -> Iterator[Window]:
    """A window by calendar months."""
    since = window.since
    while since <= window.until:
        last = (since.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield Window(since, min(last, window.until))
        since = last + timedelta(days=1)


def months_before(day: date, months: int) -> date:
    """The first day of the month that is so many months before a day's."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


class Searches:
    """The folder `search` of a home."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def age_in_hours(self, route: str, window: Window) -> float | None:
        """How long ago a window was answered, if it was."""
        try:
            return (time.time() - self._path(route, window).stat().st_mtime) / 3600
        except FileNotFoundError:
            return None

    def answer(self, route: str, window: Window) -> list[Found]:
        """What a window held when it was last asked."""
        return _read(self._path(route, window))

    def keep(self, route: str, window: Window, found: list[Found]) -> None:
        """Keep an answer, in place of those that it makes needless."""
        sink = pa.BufferOutputStream()
        pq.write_table(to_table(found, Found), sink, compression="zstd")
        write_whole(self._path(route, window), sink.getvalue().to_pybytes())
        for path, other in self._kept(route):
            if other != window and window.since <= other.since and other.until <= window.until:
                path.unlink()

    def everything(self) -> list[Found]:
        """All that any kept answer held."""
        return [found for route in ROUTES for path, _ in self._kept(route) for found in _read(path)]

    def first_day(self) -> date | None:
        """The first day that was ever asked for."""
        return min((w.since for route in ROUTES for _, w in self._kept(route)), default=None)

    def _kept(self, route: str) -> list[tuple[Path, Window]]:
        paths = sorted((self.root / route).glob("[0-9]*_*.parquet"))
        return [(path, Window(*map(date.fromisoformat, path.stem.split("_")))) for path in paths]

    def _path(self, route: str, window: Window) -> Path:
        return self.root / route / f"{window.since}_{window.until}.parquet"


def _read(path: Path) -> list[Found]:
    return [from_row(Found, row) for row in pq.read_table(path).to_pylist()]
