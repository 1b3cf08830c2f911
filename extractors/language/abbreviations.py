"""An article's own abbreviations give an answer away as surely as its full name."""

from __future__ import annotations

import re

_DEFINED = re.compile(r"\(\s*([A-Za-z][\w/+-]{1,11}?)s?\s*(?:[;,][^()]{0,40})?\)")


def abbreviations(text: str) -> dict[str, str]:
    """Short form to long form, for each `long form (SF)` whose letters agree."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        short = match[1]
        if short in found or sum(char.isupper() for char in short) < 2:
            continue
        before = text[max(0, match.start() - 120) : match.start()].rstrip()
        words = re.split(r"\s+", re.split(r"[.;:()]\s", before)[-1])
        long = _long_form(short, words)
        if long is not None:
            found[short] = long
    return found


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
