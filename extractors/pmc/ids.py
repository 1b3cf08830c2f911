"""Which id of an article a text is, in whatever writing people and services use."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote

Kind = Literal["pmcid", "pmid", "doi"]
_FORMS: dict[Kind, re.Pattern[str]] = {
    "pmcid": re.compile(
        r"(?:pmcid:?\s*|https?://\S+/)?(PMC[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?/?", re.I
    ),
    "pmid": re.compile(
        r"(?:pmid:?\s*|https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|\S+/pubmed)/)?([1-9][0-9]{0,8})/?",
        re.I,
    ),
    "doi": re.compile(r"(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/\S+)", re.I),
}
_DIGITS = re.compile(r"[1-9][0-9]{0,11}")


def identify(text: str, kind: Kind | None = None) -> tuple[Kind, str] | None:
    """The kind and the id as services write it; a bare number is what its column says."""
    text = text.strip().strip("\"'")
    if kind == "pmcid" and _DIGITS.fullmatch(text):
        return "pmcid", f"PMC{text}"
    for each, form in _FORMS.items():
        if found := form.fullmatch(text):
            if each == "doi":
                return each, (unquote(found[1]) if "://" in text else found[1]).lower()
            return each, found[1].upper()
    return None
