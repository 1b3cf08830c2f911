"""Two spellings of one medical word must meet: case, plural, accents, British and American."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from extractors.language.wordlist import word_set, words

# A hyphen splits; so does a change to upper case inside a word (`AmeloblasticFibroma`).
_WORD = re.compile(r"[A-Z]?[a-zß-öø-ÿœæ]+(?=[A-Z][a-zß-öø-ÿ]{2})|[^\W_]+")
_BRITISH = (
    (re.compile("[aoæœ]e|æ|œ"), "e"),
    (re.compile(r"our(?=s?$|ed$|ing$|al$)"), "or"),
    (re.compile("sulph"), "sulf"),
    (re.compile(r"(?<=[a-z]{2})[iy]s(?=e[ds]?$|ing$|ation$|ations$)"), "iz"),
    (re.compile(r"(?<=[bcdt])re$"), "er"),
    (re.compile(r"ll(?=ed$|ing$)"), "l"),
)
_ANY_BRITISH = re.compile("|".join(british.pattern for british, _ in _BRITISH))
_PLURALS = (
    ("omata", "oma"),
    ("ides", "is"),
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("aches", "ache"),
    ("ches", "ch"),
    ("eases", "ease"),
    ("auses", "ause"),
    ("urses", "urse"),
    ("phases", "phase"),
    ("ses", "sis"),
)
_ADJECTIVES = (
    ("otic", "osis"),
    ("atic", "asis"),
    ("emic", "emia"),
    ("itic", "itis"),
    ("omatous", "oma"),
    ("culous", "culosis"),
    ("ulous", "ula"),
)
_TENSES = ("ingly", "edly", "ing", "ied", "ed", "ly", "y", "e")
_SHORTEST_ROOT = 4


class Word(NamedTuple):
    """One word of a text: as written, folded, and where."""

    written: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word folded so that its variants are equal; not meant to be read."""
    plain = word.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    if plain.endswith(("s", "omata")):
        plain = _singular(plain)
    if _ANY_BRITISH.search(plain):
        for british, american in _BRITISH:
            plain = british.sub(american, plain)
    if plain.endswith(("ic", "ous")):
        for ending, noun in _ADJECTIVES:
            if plain.endswith(ending) and len(plain) > len(ending) + 2:
                return plain[: -len(ending)] + noun
    return plain


def _singular(plain: str) -> str:
    for ending, single in _PLURALS:
        if plain.endswith(ending) and len(plain) > len(ending) + 2:
            return plain[: -len(ending)] + single
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        return plain[:-1]
    return plain


# An article's sentences are asked again and again by one draft; more than that is not kept.
@lru_cache(maxsize=512)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order."""
    return tuple(Word(m[0], stem(m[0]), m.start(), m.end()) for m in _WORD.finditer(text))


@lru_cache(maxsize=512)
def content_stems(text: str) -> tuple[str, ...]:
    """The folded words that carry meaning, in order."""
    return tuple(stem(word) for word in _WORD.findall(text) if not _is_empty(word))


@lru_cache(maxsize=65_536)
def _is_empty(word: str) -> bool:
    return word == "s" or word.casefold() in word_set("function_words")


@lru_cache(maxsize=512)
def content_roots(text: str) -> frozenset[str]:
    """The folded words that carry meaning, in whatever tense."""
    return frozenset(root(word) for word in _WORD.findall(text) if not _is_empty(word))


@lru_cache(maxsize=65_536)
def root(word: str) -> str:
    """A word folded further, so that its tenses are equal too; not meant to be read."""
    plain = stem(word)
    plain = _irregular().get(plain, plain)
    for ending in _TENSES:
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_ROOT:
            plain = plain[: -len(ending)]
            break
    if len(plain) > _SHORTEST_ROOT and plain[-1] == plain[-2] and plain[-1] not in "aeious":
        plain = plain[:-1]
    return plain


@cache
def _irregular() -> dict[str, str]:
    lines = (entry.split() for entry in words("irregular_verbs"))
    return {form: forms[0] for forms in lines for form in forms[1:]}
