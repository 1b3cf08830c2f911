"""The folder that holds what builds make, and the lock that lets one build in at a time."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import HomeBusy
from flows.warehouse.results import ResultStore

LOOKS = 20
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

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds out of this home; the lock ends with the process that holds it."""
        if self.root in _LENT:
            _LENT.discard(self.root)
            yield
            return
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root / "build.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _taken(handle):
                raise HomeBusy(f"{self.root} is in use by {self.holder()}; wait for it")
            who = {"pid": os.getpid(), "host": socket.gethostname(), "since": now()}
            os.truncate(handle, 0)
            os.pwrite(handle, json.dumps(who).encode(), 0)
            yield
        finally:
            os.close(handle)

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
        try:
            handle = os.open(self.root / "build.lock", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    def holder(self) -> str:
        """Who builds in this home, in words."""
        try:
            who = json.loads((self.root / "build.lock").read_bytes())
        except ValueError:
            return "another build"
        return f"process {who['pid']} on {who['host']} since {who['since']}"


def _taken(handle: int) -> bool:
    """Take a lock, in spite of those who just look whether it is taken."""
    for _ in range(LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def now() -> str:
    """The time, as summaries write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
