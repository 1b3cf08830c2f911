from __future__ import annotations

from tests.soak import reading


def test_mutated_articles_are_read_or_refused() -> None:
    assert "read" in reading.run(seed=7, seconds=3)
