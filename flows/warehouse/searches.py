"""Answers of the searches, kept by window of days, so that what was answered is not asked again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.warehouse.files import write_whole
from schemas.arrow import from_row, to_table
from schemas.found import Found, Window

ROUTES = ("pubmed", "europepmc")
_DAY = r"\d{4}-\d\d-\d\d"
_NAME = re.compile(rf"({'|'.join(ROUTES)}) ({_DAY}) to ({_DAY})")


def months(window: Window) -> Iterator[Window]:
    """A window by calendar months."""
    since = window.since
    while since <= window.until:
        last = (since.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield Window(since, min(last, window.until))
        since = last + timedelta(days=1)


def joined(windows: Iterable[Window]) -> Iterator[Window]:
    """Windows in order, those that follow upon each other as one."""
    last: Window | None = None
    for window in windows:
        if last and window.since <= last.until + timedelta(days=1):
            last = Window(last.since, max(last.until, window.until))
            continue
        if last:
            yield last
        last = window
    if last:
        yield last


def name_of(route: str, window: Window) -> str:
    """What a summary calls the days that a route did not answer."""
    return f"{route} {window.since} to {window.until}"


def named(source: str) -> tuple[str, Window] | None:
    """The route and the days that a summary calls so."""
    found = _NAME.fullmatch(source)
    if not found:
        return None
    return found[1], Window(date.fromisoformat(found[2]), date.fromisoformat(found[3]))


def months_before(day: date, months: int) -> date:
    """The first day of the month that is so many months before a day's."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


class Searches:
    """The folder `search` of a home."""

    def __init__(self, root: Path, tell: Callable[[str], None] = print) -> None:
        self.root = root
        self._tell = tell
        self._damaged: set[Path] = set()

    def age_in_hours(self, route: str, window: Window) -> float | None:
        """How long ago a window was answered, if it was."""
        if self._path(route, window) in self._damaged:
            return None
        try:
            return (time.time() - self._path(route, window).stat().st_mtime) / 3600
        except FileNotFoundError:
            return None

    def answer(self, route: str, window: Window) -> list[Found]:
        """What a window held when it was last asked."""
        return self._read(self._path(route, window))

    def keep(self, route: str, window: Window, found: list[Found]) -> None:
        """Keep an answer, in place of those that it makes needless."""
        sink = pa.BufferOutputStream()
        pq.write_table(to_table(found, Found), sink, compression="zstd")
        write_whole(self._path(route, window), sink.getvalue().to_pybytes())
        self._damaged.discard(self._path(route, window))
        for path, other in self._kept(route):
            if other != window and window.since <= other.since and other.until <= window.until:
                path.unlink()

    def everything(self) -> list[Found]:
        """All that any kept answer held; a damaged one is no answer any more."""
        kept = [path for route in ROUTES for path, _ in self._kept(route)]
        return [found for path in kept for found in self._read(path)]

    def damaged(self) -> list[tuple[str, Window]]:
        """The answers that could not be read, each of which stays until there is a better one."""
        kept = [(path, route, w) for route in ROUTES for path, w in self._kept(route)]
        return [(route, window) for path, route, window in kept if path in self._damaged]

    def first_day(self) -> date | None:
        """The first day that was ever asked for."""
        return min((w.since for route in ROUTES for _, w in self._kept(route)), default=None)

    def _kept(self, route: str) -> list[tuple[Path, Window]]:
        paths = sorted((self.root / route).glob("[0-9]*_*.parquet"))
        return [(path, window) for path in paths if (window := _window_of(path))]

    def _read(self, path: Path) -> list[Found]:
        try:
            return [from_row(Found, row) for row in pq.read_table(path).to_pylist()]
        except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
            if getattr(error, "errno", None):
                raise  # The disk is at fault, not the file.
            if path not in self._damaged:
                self._tell(f"{path} is damaged: what it answered is asked for anew")
            self._damaged.add(path)
            return []

    def _path(self, route: str, window: Window) -> Path:
        return self.root / route / f"{window.since}_{window.until}.parquet"


def _window_of(path: Path) -> Window | None:
    try:
        since, until = map(date.fromisoformat, path.stem.split("_"))
    except ValueError:
        return None
    return Window(since, until)
