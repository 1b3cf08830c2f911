"""The articles of a shard by their ids, as several stages want them."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.article import Article
from schemas.stage import Inputs


def articles(inputs: Inputs) -> Iterator[tuple[str, Article]]:
    """Each article that was read, with its PMCID."""
    for article in inputs.rows("read", Article):
        yield article.ids.pmcid or "", article
