"""A prompt is an adaptation of its article, so the licence must permit sharing adaptations."""

from __future__ import annotations

import re

from extractors.checks import Check
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject
from schemas.settings import SHARING_ADAPTATIONS

CHECK = Check(
    reason="licence",
    says="The article's licence is not known to permit sharing adaptations. Told by an audit; in a "
    "build, fetch decides by what was asked for.",
    needs=("licence",),
    required=False,
    to_publish=True,
)
_PARTS = re.compile(r"CC0|PUBLIC DOMAIN|(?<![A-Z])(?:BY|NC|SA|ND)(?![A-Z])")


def check(case: Case, article: Article) -> Reject | None:
    """Whether the article's licence permits sharing what is made of it."""
    if article.licence is None or not article.licence.strip():
        return CHECK.reject("no licence is named")
    if _code(article.licence) not in SHARING_ADAPTATIONS:
        return CHECK.reject(f"its licence is {article.licence}", article.licence)
    return None


def _code(licence: str) -> str:
    """`CC BY-NC` for each of its writings: `CC-BY-NC-4.0`, `cc by nc 4.0`."""
    parts = _PARTS.findall(licence.upper())
    if parts and parts[0] in {"CC0", "PUBLIC DOMAIN"}:
        return "CC0"
    return f"CC {'-'.join(parts)}"
