"""Batches that a service was given, remembered in the store for the days that they may take."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from extractors.llm.store import Attempt, Store, note

_LAST_LINE = """
SELECT id, key, step, turns, said, reserved, line FROM batched JOIN batches USING (id)
WHERE key = ? AND line IS NOT NULL AND NOT used ORDER BY made_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; `said` and `turns` are what went before it."""

    key: str
    step: str
    turns: int
    said: str
    reserved: float


@dataclass(frozen=True, slots=True)
class Submitted:
    """A batch that is not known to have ended.

    `id` is ours and stands in the batch's metadata; `batch` is the service's, once it said it.
    """

    id: str
    model: str
    batch: str | None
    parts: Mapping[str, Part]

    @property
    def reserved(self) -> float:
        """Dollars set aside for it."""
        return sum(part.reserved for part in self.parts.values())


@dataclass(frozen=True, slots=True)
class Line:
    """What a batch said to one request, and nobody has made anything of yet."""

    id: str
    part: Part
    told: Any


class Submissions:
    """The batches of one payer at one service."""

    def __init__(self, store: Store, payer: str, place: str) -> None:
        self._store, self._payer, self._place = store, payer, place

    def add(self, submitted: Submitted) -> Future[None]:
        """Remember a batch before it is handed over."""
        head = (submitted.id, self._payer, self._place, submitted.model, time.time())
        rows = [
            (submitted.id, one.key, one.step, one.turns, one.said, one.reserved)
            for one in submitted.parts.values()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO batches (id, payer, place, model, made_at) VALUES (?, ?, ?, ?, ?)",
                head,
            )
            connection.executemany(
                "INSERT INTO batched (id, key, step, turns, said, reserved) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

        return self._store.write(write)

    def handed_over(self, id_: str, batch: str) -> Future[None]:
        """Remember what the service calls it."""
        return self._change("UPDATE batches SET batch = ? WHERE id = ?", (batch, id_))

    def ended(
        self, id_: str, lines: Mapping[str, Any], attempts: Sequence[Attempt]
    ) -> Future[None]:
        """Keep all that came of a batch, and what it cost, in one step."""
        rows = [(json.dumps(told), id_, key) for key, told in lines.items()]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("UPDATE batched SET line = ? WHERE id = ? AND key = ?", rows)
            for attempt in attempts:
                note(connection, attempt)
            connection.execute("UPDATE batches SET ended = 1 WHERE id = ?", (id_,))

        return self._store.write(write)

    def open(self) -> Future[list[Submitted]]:
        """Those that have not ended, whoever pays for them, the oldest first."""

        def read(connection: sqlite3.Connection) -> list[Submitted]:
            found = connection.execute(
                "SELECT id, model, batch FROM batches WHERE place = ? AND NOT ended "
                "ORDER BY made_at, id",
                (self._place,),
            ).fetchall()
            return [
                Submitted(id_, model, batch, _parts(connection, id_)) for id_, model, batch in found
            ]

        return self._store.write(read)

    def lines(self, keys: Iterable[str]) -> Future[list[Line]]:
        """The last that batches said to each of these requests, where nothing came of it yet."""
        wanted = list(keys)

        def read(connection: sqlite3.Connection) -> list[Line]:
            rows = (connection.execute(_LAST_LINE, (key,)).fetchone() for key in wanted)
            return [Line(row[0], Part(*row[1:-1]), json.loads(row[-1])) for row in rows if row]

        return self._store.write(read)

    def used(self, key: str) -> Future[None]:
        """What batches said to a request has become an outcome."""
        return self._change("UPDATE batched SET used = 1 WHERE key = ?", (key,))

    def _change(self, sql: str, values: tuple[str, ...]) -> Future[None]:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(sql, values)

        return self._store.write(write)


def _parts(connection: sqlite3.Connection, id_: str) -> dict[str, Part]:
    rows = connection.execute(
        "SELECT key, step, turns, said, reserved FROM batched WHERE id = ?", (id_,)
    )
    return {row[0]: Part(*row) for row in rows}
