"""Case reports in any number whose truth is known, for tests, benches and soaks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.corpus_maker.article import Alternative, MadeArticle, Truth, make_article
from tests.corpus_maker.plan import Rates

__all__ = ["Alternative", "MadeArticle", "Rates", "Truth", "make_articles", "write_folder"]


def make_articles(
    count: int, seed: int = 0, *, rates: Rates | None = None, first: int = 0
) -> Iterator[MadeArticle]:
    """So many articles from the `first` on; each depends on seed, rates and its place alone."""
    rates = rates or Rates()
    return (make_article(index, seed, rates) for index in range(first, first + count))


def write_folder(folder: Path, articles: Iterable[MadeArticle]) -> int:
    """Write XML and metadata of each article side by side, and say how many there were."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for written, article in enumerate(articles, 1):  # noqa: B007
        stem = f"{article.pmcid}.{article.version}"
        (folder / f"{stem}.xml").write_bytes(article.xml)
        metadata = json.dumps(article.metadata, ensure_ascii=False)
        (folder / f"{stem}.json").write_text(f"{metadata}\n", "utf-8")
    return written
