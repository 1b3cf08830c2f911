"""A drug is known by the stem of its international name, or by a short list."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractors.language.stems import words_of
from extractors.language.wordlist import word_set, words


@cache
def _stems() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words('drug_stems'))})", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def is_drug(word: str) -> bool:
    """Whether a word is the name of a drug."""
    plain = word.casefold()
    if plain in word_set("drugs"):
        return True
    return plain not in word_set("not_drugs") and _stems().fullmatch(plain) is not None


@lru_cache(maxsize=512)
def drugs(text: str) -> tuple[str, ...]:
    """The drugs that a text names, as written."""
    return tuple(word.written for word in words_of(text) if is_drug(word.written))
