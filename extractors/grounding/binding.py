"""Some words turn the meaning of all the others, so two writings of a passage must share them."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache

from extractors.language.drugs import is_drug
from extractors.language.quantities import quantities
from extractors.language.stems import root, words_of
from extractors.language.wordlist import word_set, words

SIDES = frozenset({"left", "right", "bilateral"})


@lru_cache(maxsize=2048)
def binding(text: str) -> dict[str, int]:
    """Numbers with units, negations, sides, drugs and words that have an opposite, counted."""
    found = Counter(f"{item.value} {item.unit}".strip() for item in quantities(text))
    for word in words_of(text):
        plain = word.written.casefold()
        if plain in word_set("denying") or plain in SIDES or is_drug(plain):
            found[root(plain)] += 1
        elif (folded := root(plain)) in opposed():
            found[folded] += 1
    return found


def differences(said: str, source: str) -> str:
    """In words, what one text says that turns the meaning and the other does not, both ways."""
    mine, theirs = Counter(binding(said)), Counter(binding(source))
    has, lacks = sorted(mine - theirs), sorted(theirs - mine)
    here = f"it says {' and '.join(has)}" if has else ""
    there = f"its sources say {' and '.join(lacks)}" if lacks else ""
    return ", ".join(filter(None, (here, there)))


@cache
def opposites() -> tuple[tuple[str, str], ...]:
    """Folded words, each with one that says the opposite."""
    pairs: list[tuple[str, str]] = []
    for entry in words("opposites"):
        one, other = (side.split() for side in entry.split("|"))
        pairs += [(root(a), root(b)) for a in one for b in other]
    return (*pairs, *((b, a) for a, b in pairs))


@cache
def opposed() -> frozenset[str]:
    """Folded words that have an opposite."""
    return frozenset(word for word, _ in opposites())
