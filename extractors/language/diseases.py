"""Names of diseases are found by their last word, since no dictionary holds the rare ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors.language.wordlist import word_set, words

_TOKEN = re.compile(r"[^\W_][\w’'/+–-]*")
# "tenosynovitis of the wrist": a place may follow, up to three words of it.
_PLACE = re.compile(
    r" (?:of|in) (?:the |his |her |both )?"
    r"((?:(?!(?:the|a|an|this|that|which|our|unknown)\b)[a-zA-Z-]+)(?: [a-z-]+){0,3})"
)
# "glutaric aciduria type I", "haemophilia A".
_KIND = re.compile(r" (?:type (?:[IVX]+|\d)[a-zA-Z]?|[ABC])(?![\w-])")
_MOST_WORDS = 6
_BY_METALS = frozenset({"poisoning", "toxicity", "intoxication", "nephropathy", "encephalopathy"})


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease named in a text: `end` is behind its head word, modifiers before it included."""

    name: str
    start: int
    end: int


@cache
def _head() -> re.Pattern[str]:
    endings = "|".join(words("disease_suffixes"))
    heads = "|".join(words("disease_heads"))
    return re.compile(rf"(?:{heads}|[\w-]{{2,}}(?:{endings}))", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def is_head(word: str) -> bool:
    """Whether a word can end the name of a disease."""
    last = re.split(r"[-–/]", word)[-1] if not word.casefold().startswith("covid") else word
    if word.casefold().endswith(("diagnosis", "diagnoses")):
        return False
    if word.casefold() in word_set("not_diseases") or last.casefold() in word_set("not_diseases"):
        return False
    return _head().fullmatch(last) is not None


@lru_cache(maxsize=65_536)
def _breaks(word: str) -> bool:
    plain = word.casefold()
    return (
        plain in word_set("function_words")
        or plain in word_set("phrase_breakers")
        or plain.isdigit()
        or (len(plain) > 5 and plain.endswith("ly"))
    )


def diseases(text: str) -> list[Disease]:
    """The diseases a text names, in order, each with the modifiers before its head."""
    tokens = list(_TOKEN.finditer(text))
    found: list[Disease] = []
    taken = 0
    for index, token in enumerate(tokens):
        if not is_head(token[0]) or (found and token.start() < found[-1].end):
            continue
        first = index
        while first > taken and index - first < _MOST_WORDS and _joins(text, tokens, first):
            first -= 1
        # "lymphoproliferative disease" ends at its last head: a head before it is its modifier.
        if found and first <= taken - 1:
            first = taken
        if found and tokens[first].start() <= found[-1].end:
            found.pop()
        start, end = tokens[first].start(), token.end()
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if after and after[0].casefold() in word_set("latin_tails") and after.start() == end + 1:
            end = after.end()
        kind = _KIND.match(text, end)
        end = kind.end() if kind else end
        if found and start == found[-1].end + 1:
            start = found.pop().start
        found.append(Disease(text[start:end], start, end))
        taken = index + 1
    return found


def _joins(text: str, tokens: list[re.Match[str]], first: int) -> bool:
    before = tokens[first - 1]
    gap = text[before.end() : tokens[first].start()]
    # Lead leads everywhere but where it poisons.
    metal = before[0].casefold() == "lead" and tokens[first][0].casefold() in _BY_METALS
    course = before[0].casefold() == "rapidly" and tokens[first][0].casefold() == "progressive"
    return gap in {" ", "\u00a0"} and (metal or course or not _breaks(before[0]))


def with_place(text: str, disease: Disease) -> str:
    """The name with the place that follows it, if one does."""
    place = _PLACE.match(text, disease.end)
    return disease.name + place[0] if place else disease.name
