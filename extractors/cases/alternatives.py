"""Which other diagnoses a sentence weighs, by the words of doubt and choice beside their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from extractors.language.diseases import Disease, diseases
from extractors.language.wordlist import pattern, words

Weighed = Literal["excluded", "weighed"]

_CLAUSE_END = re.compile(
    r"[;.]|,? \b(?:but|because|since|whereas|although|however|as|given|due to|owing to|in view of|"
    r"in light of|based on|on account of|secondary to|on the basis of)\b"
)
_CLAUSE_START = re.compile(r"[;:]|, (?:and|but|which|whereas|while|so)\b|\bhowever,|\byet\b")
_GOES_ON = re.compile(rf" with (?:{'|'.join(words('goes_on_with'))})\b", re.IGNORECASE)
_OTHER_THING = re.compile(rf" (?:{'|'.join(words('not_its_name'))})\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w/+-]+")
# A name may stand this far behind its cue; a list goes on from there.
_REACH = 80


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another diagnosis as the sentence names it, and whether it was ruled out there."""

    name: str
    how: Weighed


def alternatives_in(
    text: str, *, listed: bool = False, short: Mapping[str, str] | None = None
) -> list[Alternative]:
    """The diagnoses a sentence weighs, each once, those ruled out first.

    In a list of differential diagnoses every disease is one. `short` holds what the article
    abbreviates: a disease is named by its short form too.
    """
    named = _whole_names(text)
    if short:
        named = sorted((*named, *_short_names(text, named, short)), key=lambda item: item.start)
    found: dict[str, Alternative] = {}
    ways: tuple[Weighed, Weighed] = ("excluded", "weighed")
    for how in ways:
        for disease in _beside(text, named, how):
            key = disease.name.casefold()
            found.setdefault(key, Alternative(disease.name, how))
    for disease in named if listed else ():
        found.setdefault(disease.name.casefold(), Alternative(disease.name, "weighed"))
    return list(found.values())


def _whole_names(text: str) -> list[Disease]:
    """The diseases named, with what follows "with" in a few names; parts of other names left out.

    "granulomatosis with polyangiitis" is one disease, and "lupus anticoagulant" is none.
    """
    found: list[Disease] = []
    for disease in diseases(text):
        if (found and disease.start < found[-1].end) or _OTHER_THING.match(text, disease.end):
            continue
        tail = _GOES_ON.match(text, disease.end)
        end = tail.end() if tail else disease.end
        found.append(Disease(text[disease.start : end], disease.start, end))
    return found


def _short_names(text: str, named: list[Disease], short: Mapping[str, str]) -> Iterator[Disease]:
    """Abbreviated diseases by their long names; not where a longer name holds the short form."""
    for word in _WORD.finditer(text):
        long = short.get(word[0])
        free = all(word.end() <= item.start or item.end <= word.start() for item in named)
        if long is not None and free:
            yield Disease(long, word.start(), word.end())


def _beside(text: str, named: list[Disease], how: Weighed) -> Iterator[Disease]:
    for cue in pattern(f"{how}_behind").finditer(text):
        yield from _behind(text, named, cue.end())
    for cue in pattern(f"{how}_before").finditer(text):
        yield from _before(text, named, cue.start())
    if how == "excluded" and named and pattern("excluded_it").search(text):
        yield named[0]


def _behind(text: str, named: list[Disease], place: int) -> Iterator[Disease]:
    stop = _CLAUSE_END.search(text, place)
    end = stop.start() if stop else len(text)
    reach = place + _REACH
    for disease in named:
        if place <= disease.start < min(end, reach):
            yield disease
            reach = disease.end + _REACH


def _before(text: str, named: list[Disease], place: int) -> Iterator[Disease]:
    starts = [match.end() for match in _CLAUSE_START.finditer(text, 0, place)]
    start = starts[-1] if starts else 0
    yield from (disease for disease in named if start <= disease.start and disease.end <= place)
