"""The folder that holds what builds make, and the lock that lets one build in at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import HomeBusy
from flows.warehouse.lock import Lock
from flows.warehouse.results import ResultStore

_LENT: set[Path] = set()


class Home:
    """The paths of a home."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.store = ResultStore(self.root / "shards")
        self.dataset = self.root / "dataset"
        self.ledger = self.root / "ledger.csv"
        self.runs = self.root / "runs"
        self.catalogue = self.root / "warehouse.duckdb"
        self.prefect = self.root / "prefect"
        self._lock = Lock(self.root / "build.lock")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds out of this home; the lock ends with the process that holds it."""
        if self.root in _LENT:
            _LENT.discard(self.root)
            yield
            return
        if not self._lock.take():
            raise HomeBusy(f"{self.root} is in use by {self.holder()}; wait for it")
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def locked_for_a_build(self) -> Iterator[None]:
        """The same for a command, which one build of this process may use while it lasts."""
        with self.locked():
            _LENT.add(self.root)
            try:
                yield
            finally:
                _LENT.discard(self.root)

    def is_locked(self) -> bool:
        """Whether a build works in this home now."""
        return self._lock.is_taken()

    def holder(self) -> str:
        """Who builds in this home, in words."""
        return self._lock.holder()
