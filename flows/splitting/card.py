"""The card of a dataset whose splits were made again: what was done, and what it is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractors.datasets import Place
from flows.splitting.rows import BY_COLUMN, BY_TEXT, Rows, licences
from flows.warehouse.taken_over import NUMBER
from schemas.article import is_fictional

TEMPLATE = Path(__file__).with_name("card.md.j2")
_TOLD = {BY_COLUMN: "the column `cluster`", BY_TEXT: "their texts"}


def card(rows: Rows, splits: Mapping[str, int], how: str, source: str | None) -> bytes:
    """The card beside new splits; the licence is that of the card they were made from."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        splits=dict(splits),
        licence=_licence(rows.place),
        source=source,
        private=any("ND" in name.split("-") for name in licences(rows)),
        fictional=any(is_fictional(case.pmcid) for case in rows.cases),
        renumbered=NUMBER in rows.schema.names,
        how=how,
        clusters=_TOLD.get(rows.clusters, "nothing: each row is its own relative"),
    )
    return text.encode() + b"\n"


def _licence(place: Place) -> Any:
    from extractors.datasets.places import front_matter

    licence = None if place.is_one_file else front_matter(place.root).get("license")
    return licence if isinstance(licence, str) else None
