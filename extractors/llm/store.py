"""Every answer that was ever had and every attempt that was ever paid for, kept for good.

One SQLite file that several threads and processes may share. Nothing is ever cleaned away, and an
answer is never replaced; a failure is, once the same was asked again and answered.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from extractors.llm.addresses import without_addresses
from extractors.llm.outcomes import CallsStopped, FailReason, Usage
from extractors.llm.request import Request

T = TypeVar("T")
_Job: TypeAlias = tuple[Callable[[sqlite3.Connection], Any], Future[Any]]
CallOutcome = Literal["answered"] | FailReason
_VERSION = 1
_PATIENCE = 120.0
_TOGETHER = 512
_ASKED_AT_ONCE = 500
_KEEP = """
INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    step = excluded.step, outcome = excluded.outcome, detail = excluded.detail,
    reply = excluded.reply, finish_reason = excluded.finish_reason, input = excluded.input,
    cached = excluded.cached, output = excluded.output, reasoning = excluded.reasoning,
    latency = excluded.latency, attempts = calls.attempts + excluded.attempts,
    kept_at = excluded.kept_at
WHERE calls.outcome <> 'answered'
"""
# Answers to a window of calls take less.
_ROOM = 1 << 20
_NOTE = "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_GET = """
SELECT outcome, detail, reply, finish_reason, input, cached, output, reasoning, latency, attempts
FROM calls WHERE key = ?
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a call: its outcome, the model's words and what they took."""

    outcome: CallOutcome
    detail: str
    reply: str
    finish_reason: str
    usage: Usage
    latency: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a service was asked, and what that cost whom."""

    key: str
    payer: str
    step: str
    model: str
    kind: str
    detail: str
    usage: Usage
    cost: float
    estimated: bool
    latency: float


class UnusableStore(CallsStopped):
    """The file is no store of calls, or is damaged, or takes nothing more."""


class Store:
    """A store of calls; answers are in it for good as soon as `keep` says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        with _in_a_sentence(path):
            _prepare(self._connection(), path)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def require_room(self) -> None:
        """Take up room, in the file and its journal, before answers that need it are paid for."""
        connection = self._connection()
        with _in_a_sentence(self.path):
            with _transaction(connection):
                connection.execute("CREATE TABLE IF NOT EXISTS room (bytes BLOB)")
                connection.execute("INSERT INTO room VALUES (zeroblob(?))", (_ROOM,))
            connection.execute("DROP TABLE IF EXISTS room")
            connection.execute("PRAGMA wal_checkpoint(RESTART)")

    def get(self, key: str) -> Kept | None:
        """What is kept under a key."""
        with _in_a_sentence(self.path):
            row = self._connection().execute(_GET, (key,)).fetchone()
        return None if row is None else _kept(row)

    def holds(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that need no call: answered, or failed for good."""
        wanted, held, connection = list(keys), set[str](), self._connection()
        for at in range(0, len(wanted), _ASKED_AT_ONCE):
            some = wanted[at : at + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(some))
            sql = f"SELECT key FROM calls WHERE key IN ({marks})"  # noqa: S608
            with _in_a_sentence(self.path):
                held.update(key for (key,) in connection.execute(sql, some))
        return held

    def spent(self, payer: str) -> float:
        """Dollars that this payer has paid for calls, ever."""
        sql = "SELECT total(cost) FROM attempts WHERE payer = ?"
        with _in_a_sentence(self.path):
            return float(self._connection().execute(sql, (payer,)).fetchone()[0])

    def keep(self, request: Request, kept: Kept, attempt: Attempt | None) -> Future[Kept]:
        """Keep a call with its last attempt; what is kept then, which may be what another got."""
        now = time.time()

        def write(connection: sqlite3.Connection) -> Kept:
            if attempt is not None:
                note(connection, attempt)
            changed = connection.execute(_KEEP, _call_row(request, kept, now)).rowcount
            row = None if changed else connection.execute(_GET, (request.key,)).fetchone()
            return kept if row is None else _kept(row)

        return self.write(write)

    def note(self, attempt: Attempt) -> Future[None]:
        """Keep an attempt that was not the last."""
        return self.write(lambda connection: note(connection, attempt))

    def write(self, change: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Make a change, in one transaction with what others want written at that moment."""
        done: Future[T] = Future()
        done.set_running_or_notify_cancel()
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(target=self._work, name="calls", daemon=True)
                self._writer.start()
        self._jobs.put((change, done))
        return done

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
            self._writer = None
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._of_thread = threading.local()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if found is None:
            found = self._of_thread.connection = _connect(self.path)
            with self._lock:
                self._connections.append(found)
        return found

    def _work(self) -> None:
        connection = _connect(self.path)
        try:
            while job := self._jobs.get():
                jobs, more = [job], True
                while more and len(jobs) < _TOGETHER and not self._jobs.empty():
                    following = self._jobs.get()
                    more = following is not None
                    if following is not None:
                        jobs.append(following)
                _write_all(connection, jobs, self.path)
                if not more:
                    return
        finally:
            connection.close()


def note(connection: sqlite3.Connection, attempt: Attempt) -> None:
    """Write an attempt down, as part of a change."""
    values = (
        *(attempt.key, attempt.payer, attempt.step, attempt.model),
        *(attempt.kind, attempt.detail, *astuple(attempt.usage)),
        *(attempt.cost, attempt.estimated, attempt.latency, time.time()),
    )
    connection.execute(_NOTE, values)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    # What is said to be kept was paid for: it outlives a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    with _transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise UnusableStore(f"{path} is no store of calls")
        if version > _VERSION:
            raise UnusableStore(f"{path} was made by a newer Casebook")
        if version == 0:
            tables = resources.files("extractors.llm").joinpath("calls.sql").read_text("utf-8")
            for statement in tables.split(";\n"):
                connection.execute(statement)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise UnusableStore(f"{path} cannot be used as the store of calls: {error}") from None


def _write_all(connection: sqlite3.Connection, jobs: Sequence[_Job], path: Path) -> None:
    """All in one transaction; one by one where that fails, so that each hears of its own fault."""
    try:
        with _in_a_sentence(path), _transaction(connection):
            results = [change(connection) for change, _ in jobs]
    except Exception as error:  # whatever it is, those who wait must hear of it
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if len(jobs) == 1:
            jobs[0][1].set_exception(error)
        else:
            for job in jobs:
                _write_all(connection, [job], path)
        return
    for (_, done), result in zip(jobs, results, strict=True):
        done.set_result(result)


def _kept(row: tuple[Any, ...]) -> Kept:
    outcome, detail, reply, finish_reason, *tokens, latency, attempts = row
    return Kept(outcome, detail, reply, finish_reason, Usage(*tokens), latency, attempts)


def _call_row(request: Request, kept: Kept, now: float) -> tuple[object, ...]:
    told = json.dumps(request.asked, sort_keys=True)
    if "@" in told:
        told = json.dumps(without_addresses(json.loads(told)), sort_keys=True)
    asked = zlib.compress(told.encode(), level=1)
    return (
        *(request.key, request.step, request.model, request.prompt, asked),
        *(kept.outcome, kept.detail, kept.reply, kept.finish_reason),
        *astuple(kept.usage),
        *(kept.latency, kept.attempts, now),
    )
