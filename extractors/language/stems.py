"""Two spellings of one medical word must meet: case, plural, accents, British and American."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from extractors.language.wordlist import word_set

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
_PLURALS = (
    ("omata", "oma"),
    ("ides", "is"),
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
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


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: as written, folded, and where."""

    written: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word folded so that its variants are equal; not meant to be read."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    for ending, single in _PLURALS:
        if plain.endswith(ending) and len(plain) > len(ending) + 2:
            plain = plain[: -len(ending)] + single
            break
    else:
        if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
            plain = plain[:-1]
    for british, american in _BRITISH:
        plain = british.sub(american, plain)
    for ending, noun in _ADJECTIVES:
        if plain.endswith(ending) and len(plain) > len(ending) + 2:
            return plain[: -len(ending)] + noun
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
