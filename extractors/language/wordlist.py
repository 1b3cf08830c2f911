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


@cache
def plain_pattern(name: str) -> re.Pattern[str]:
    """The same pattern for text in small letters, several times as fast."""
    small = re.sub(r"\\.|[A-Z]", _small, "|".join(words(name)))
    return re.compile(rf"\b(?:{small})\b")


def _small(found: re.Match[str]) -> str:
    """A capital as a small letter, and `\\W` as it is."""
    return found[0] if found[0].startswith("\\") else found[0].lower()


def lowered(text: str) -> str:
    """The text in small letters, each in its place."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
