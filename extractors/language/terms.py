"""Whether a text names a disease is asked one way, when a prompt is cut and when it is checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extractors.language.diseases import diseases
from extractors.language.stems import Word, content_stems, words_of
from schemas.article import Span

_SHORT = re.compile(r"[A-Z][A-Za-z0-9+/-]{1,7}")
# In another order or with words between: the words of a name may lie this much further apart.
_SLACK = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A name to look for: an abbreviation as it is written, any other name by its folded words."""

    written: str
    stems: tuple[str, ...]
    exact: re.Pattern[str] | None


@lru_cache(maxsize=4096)
def term(name: str) -> Term:
    """The term for a name; short upper-case names match in their own case only."""
    short = _SHORT.fullmatch(name) and sum(char.isupper() for char in name) >= 2
    exact = re.compile(rf"(?<![\w]){re.escape(name)}s?(?![\w])") if short else None
    return Term(name, tuple(dict.fromkeys(content_stems(name))), exact)


def find_terms(text: str, names: Iterable[str]) -> tuple[str, Span] | None:
    """The first of the names which the text holds, and where."""
    held = frozenset(content_stems(text))
    for item in (term(name) for name in names if name):
        if item.exact is not None:
            match = item.exact.search(text)
            if match:
                return item.written, Span(match.start(), match.end())
            continue
        if not held.issuperset(item.stems):
            continue
        place = _window(words_of(text), item.stems)
        if place is not None:
            return item.written, place
    return None


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether the text holds any of the names."""
    return find_terms(text, names) is not None


_JOINED = re.compile(r"(?<=[^\W\d_A-Z])[A-Z]|(?<=\w)_(?=\w)")
_WORD_END = re.compile(r"\w*")
_FEWEST_JOINED = 6


def find_run_together(text: str, names: Iterable[str]) -> tuple[str, Span] | None:
    """The first of the names that the text writes as one word with capitals or underscores."""
    places = dict.fromkeys(_word_at(text, match.start()) for match in _JOINED.finditer(text))
    written = [(place, _letters(text[place.start : place.end])) for place in places]
    for name in names if written else ():
        wanted = _letters(name)
        for place, letters in written:
            if len(wanted) >= _FEWEST_JOINED and wanted in letters:
                return name, place
    return None


def _word_at(text: str, place: int) -> Span:
    start = place
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    end = _WORD_END.match(text, place)
    return Span(start, end.end() if end else place)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


_LISTING = re.compile(
    r"\b(?:differential|included?|including|such as|considered|considerations?|possib\w+|suspected|"
    r"versus|vs|whether|either|likely|rule out|"
    r"mimic\w*|suggest\w*|concern\w*|query)\b",
    re.IGNORECASE,
)


def listed_with_others(sentence: str, place: Span) -> bool:
    """Whether a mention is one among diagnoses that are thought of."""
    others = any(
        found.end <= place.start or place.end <= found.start for found in diseases(sentence)
    )
    return _LISTING.search(sentence) is not None and others


def _window(words: tuple[Word, ...], stems: tuple[str, ...]) -> Span | None:
    """The shortest stretch that holds every stem, if it is about as short as the name itself."""
    if not stems:
        return None
    wanted = set(stems)
    hits = [(index, word) for index, word in enumerate(words) if word.stem in wanted]
    if len({word.stem for _, word in hits}) < len(wanted):
        return None
    most = len(wanted) + (_SLACK if len(wanted) > 1 else 0)
    for first in range(len(hits)):
        missing = set(wanted)
        for index, word in hits[first:]:
            if index - hits[first][0] >= most:
                break
            missing.discard(word.stem)
            if not missing:
                return Span(hits[first][1].start, word.end)
    return None
