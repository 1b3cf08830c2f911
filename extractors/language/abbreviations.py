"""An article's own abbreviations give an answer away as surely as its full name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractors.language.stems import content_stems, stem

_DEFINED = re.compile(r"\(\s*([A-Za-z][\w/+-]{1,11}?)s?\s*(?:[;,][^()]{0,40})?\)")
# "ALCL (anaplastic large cell lymphoma)"
_EXPLAINED = re.compile(r"\b([A-Z][\w/+-]{1,11}) \(([A-Za-z][a-z]+(?:[ -][\w-]+){1,7})[),;]")

_LAST_WORD = re.compile(r"([^\W_]+)\W*$")


def abbreviations(text: str) -> dict[str, str]:
    """Short form to long form, for each `long form (SF)` whose letters agree."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        short = match[1]
        if short in found or not _shortens(short):
            continue
        before = text[max(0, match.start() - 120) : match.start()].rstrip()
        words = re.split(r"\s+", re.split(r"[.;:()]\s", before)[-1])
        long = _long_form(short, words)
        if long is not None:
            found[short] = long
    for match in _EXPLAINED.finditer(text):
        short, words = match[1], match[2].split()
        long = _long_form(short, words)
        if short not in found and long is not None and len(long) == len(" ".join(words)):
            found[short] = long
    return found


def _shortens(short: str) -> bool:
    return sum(map(str.isupper, short)) > 1


def _long_form(short: str, words: list[str]) -> str | None:
    """The fewest words before the bracket that hold the letters, the first letter opening them."""
    letters = [char.casefold() for char in short if char.isalnum()]
    for count in range(1, min(len(words), len(letters) + 5) + 1):
        tail = " ".join(words[-count:])
        if tail[:1].casefold() == letters[0] and _holds(letters, tail.casefold()):
            return tail.strip("\"'“”‘’,")
    return None


def _holds(letters: list[str], tail: str) -> bool:
    place = 0
    for letter in letters:
        place = tail.find(letter, place) + 1
        if place == 0:
            return False
    # One word abbreviates to its start ("Dup"), never to letters picked out of it.
    return " " in tail or "-" in tail or tail.startswith("".join(letters[:3]))


def bracketed(text: str, names: Iterable[str]) -> list[str]:
    """The short forms in brackets right behind one of the names, whatever their letters."""
    wanted = {content_stems(name) for name in names}
    ends = {stems[-1] for stems in wanted if stems}
    lengths = sorted({len(stems) for stems in wanted if stems})
    found: list[str] = []
    for match in _DEFINED.finditer(text):
        last = _LAST_WORD.search(text, max(0, match.start() - 40), match.start())
        if last is None or stem(last[1]) not in ends or not _shortens(match[1]):
            continue
        before = content_stems(text[max(0, match.start() - 120) : match.start()])
        if any(before[-length:] in wanted for length in lengths):
            found.append(match[1])
    return found
