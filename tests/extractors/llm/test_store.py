"""The store of calls: for good, for several at once, and whole whatever happens."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extractors.llm.outcomes import Usage
from extractors.llm.store import Attempt, Kept, Store, UnusableStore
from tests.extractors.llm.asking import full_disk, request

ANSWER = Kept("answered", "", "{}", "stop", Usage(1, 0, 2, 0), 0.1, 1)
FAILURE = Kept("malformed", "bad", "", "stop", Usage(1, 0, 2, 0), 0.1, 2)


def attempt(number: int, payer: str = "me", cost: float = 0.25) -> Attempt:
    """One that was paid."""
    asked = request(number)
    return Attempt(
        *(asked.key, payer, asked.step, asked.model, "answered", "", Usage(1, 0, 2, 0), cost),
        estimated=False,
        latency=0.1,
    )


def keep(path: Path, numbers: range) -> int:
    """Keep calls from a thread or process of its own."""
    with Store(path) as store:
        for one in [store.keep(request(n), ANSWER, attempt(n)) for n in numbers]:
            one.result(60)
        return len(store.holds(request(n).key for n in numbers))


def test_a_call_is_kept_with_all_that_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "new" / "calls.sqlite"
    with Store(path) as store:
        assert store.get(request().key) is None
        assert store.keep(request(), ANSWER, attempt(0)).result() == ANSWER
        assert store.get(request().key) == ANSWER
        assert store.holds([request(n).key for n in range(2000)]) == {request().key}
        assert store.spent("me") == 0.25
    with Store(path) as store:
        assert store.get(request().key) == ANSWER
    (asked,) = sqlite3.connect(path).execute("SELECT request FROM calls").fetchone()
    assert json.loads(zlib.decompress(asked)) == json.loads(json.dumps(request().asked))


def test_an_answer_is_never_replaced_and_a_failure_is(tmp_path: Path) -> None:
    other = Kept("answered", "", '{"other": 1}', "stop", Usage(), 0.1, 1)
    with Store(tmp_path / "calls.sqlite") as store:
        assert store.keep(request(), FAILURE, attempt(0)).result() == FAILURE
        assert store.keep(request(), ANSWER, attempt(0)).result() == ANSWER
        assert store.get(request().key).attempts == FAILURE.attempts + 1  # type: ignore[union-attr]
        assert store.keep(request(), other, attempt(0)).result().reply == "{}"
        assert store.keep(request(), FAILURE, None).result().outcome == "answered"
        assert store.spent("me") == 0.75


def test_several_threads_and_processes_share_it(tmp_path: Path) -> None:
    path, context = tmp_path / "calls.sqlite", multiprocessing.get_context("spawn")
    ranges = [range(60), range(30, 90)]
    with context.Pool(2) as pool, ThreadPoolExecutor(3) as threads:
        others = [pool.apply_async(keep, (path, part)) for part in ranges]
        assert list(threads.map(lambda part: keep(path, part), ranges * 2)) == [60] * 4
        assert [one.get(60) for one in others] == [60, 60]
    with Store(path) as store:
        assert len(store.holds(request(n).key for n in range(200))) == 90
        assert store.spent("me") == pytest.approx(360 * 0.25)


def test_one_change_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with Store(tmp_path / "calls.sqlite") as store:
        changes = [
            store.keep(request(0), ANSWER, attempt(0)),
            store.write(fail),
            store.keep(request(1), ANSWER, attempt(1)),
        ]
        assert changes[0].result() == changes[2].result() == ANSWER
        with pytest.raises(UnusableStore, match="no such table: nowhere"):
            changes[1].result()
        assert store.spent("me") == 0.5


def test_another_file_is_left_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but some words of somebody")
    other = tmp_path / "other.sqlite"
    newer = tmp_path / "newer.sqlite"
    Store(newer).close()
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE mine (n)")
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    for path, says in ((text, "not a database"), (other, "no store"), (newer, "newer Casebook")):
        with pytest.raises(UnusableStore, match=says):
            Store(path)
    assert text.read_text().startswith("not a database")


def test_a_full_disk_is_seen_before_anything_is_paid_for(tmp_path: Path) -> None:
    with Store(tmp_path / "calls.sqlite") as store:
        with full_disk(500_000), pytest.raises(UnusableStore, match="cannot be used as the store"):
            store.require_room()
        store.require_room()
        size = store.path.stat().st_size
        store.require_room()
        assert store.path.stat().st_size == size
        with full_disk(2_200_000):
            for number in range(64):
                store.keep(request(number), ANSWER, attempt(number)).result()


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    keep(path, range(200))
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xee" * (len(whole) - 8192))
    with Store(path) as store:
        with pytest.raises(UnusableStore, match=r"calls\.sqlite cannot be used"):
            store.get(request(0).key)
        with pytest.raises(UnusableStore, match=r"calls\.sqlite cannot be used"):
            store.keep(request(300), ANSWER, attempt(300)).result()
