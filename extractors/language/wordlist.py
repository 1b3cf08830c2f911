"""Word lists live as text beside the code, so that a reviewer can read and extend them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


@cache
def words(name: str) -> tuple[str, ...]:
    """The entries of `words/<name>.txt` in order; blank lines and comments are passed over."""
    listing = resources.files("extractors.language.words").joinpath(f"{name}.txt")
    lines = (line.strip() for line in listing.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def word_set(name: str) -> frozenset[str]:
    """The same entries for membership."""
    return frozenset(words(name))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The list as one pattern; each entry is a regular expression for whole words in any case."""
    return re.compile(rf"\b(?:{'|'.join(words(name))})\b", re.IGNORECASE)
