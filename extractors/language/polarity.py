"""Which words a sentence denies: a finding that was absent must not become one that was there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from extractors.language.stems import root, words_of
from extractors.language.wordlist import pattern, word_set
from schemas.article import Span

# What is denied ends where another statement begins.
_CLAUSE_END = re.compile(
    r"[.:!?]|[,;]? (?:but|however|although|though|except|apart from|besides|whereas|while|which|"
    r"who|until|because|since|instead)\b|[,;]? and (?:a|an|the|his|her|its|he|she|it|they|we|"
    r"with|had|has|was|were|is|are|showed|shows|revealed|presented|developed|complained|reported|there)\b|"
    r"[,;] (?:he|she|it|they|we|there|the|his|her|a|an|with|and|showing|revealing)\b",
    re.IGNORECASE,
)
_BEHIND_REACH = 7


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a text that it affirms and those that it denies, folded."""

    affirmed: frozenset[str]
    denied: frozenset[str]


@lru_cache(maxsize=512)
def polarity(text: str) -> Said:
    """What a text affirms and what it denies; a word may be both at different places."""
    scopes = list(_scopes(text))
    affirmed: set[str] = set()
    denied: set[str] = set()
    for word in words_of(text):
        plain = word.written.casefold()
        if plain in word_set("function_words") or plain in word_set("denying"):
            continue
        inside = any(start <= word.start < end for start, end in scopes)
        (denied if inside else affirmed).add(root(word.written))
    return Said(frozenset(affirmed), frozenset(denied))


def denies(text: str, place: Span) -> bool:
    """Whether a text denies what stands at this place of it."""
    return any(start <= place.start < end for start, end in _scopes(text))


def _scopes(text: str) -> Iterator[tuple[int, int]]:
    ends = [match.start() for match in _CLAUSE_END.finditer(text)]
    starts = [match.end() for match in _CLAUSE_END.finditer(text)]
    for cue in pattern("denies_behind").finditer(text):
        after = bisect_right(ends, cue.end() - 1)
        yield cue.end(), ends[after] if after < len(ends) else len(text)
    for cue in pattern("denies_next").finditer(text):
        word = re.compile(r"[\s-]*\w+").match(text, cue.end())
        yield cue.end(), word.end() if word else cue.end()
    for cue in pattern("denies_before").finditer(text):
        before = bisect_right(starts, cue.start())
        start = starts[before - 1] if before else 0
        words = [match.start() for match in re.finditer(r"\w+", text[start : cue.start()])]
        reach = words[-_BEHIND_REACH:][0] if words else 0
        yield start + reach, cue.start()
