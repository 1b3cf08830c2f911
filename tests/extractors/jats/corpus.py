"""The real articles beside the repository, for tests that skip where they are not."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from extractors.jats import read
from schemas.article import Article

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "jats"

needs_corpus = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real articles are not here")


@functools.cache
def files() -> tuple[Path, ...]:
    """All real articles by name."""
    return tuple(sorted(FOLDER.glob("*.xml")))


@functools.cache
def article(path: Path) -> Article:
    """A real article, read once for all tests."""
    return read(path.read_bytes())


def prose(found: Article) -> str:
    """The text without the titles of its sections."""
    return "\n\n".join(found.text[p.start : p.end] for p in found.paragraphs if p.kind != "title")
