"""A case report's title nearly always names its diagnosis, wrapped in words about the report."""

from __future__ import annotations

import re

from extractors.language.diseases import Disease, diseases
from extractors.language.wordlist import pattern, words

_SEGMENT = re.compile(r"\s*(?:[:;?!]|[—–]| - |\.(?=\s|$))\s*[”\"]?\s*—?\s*")
_ALONE = re.compile(r"[“”\"‘’()\[\]]")


def _joined(name: str) -> str:
    return "|".join(words(name))


_LEADS = re.compile(rf"^(?:(?:{_joined('title_leads')})\s+)+", re.IGNORECASE)
_TAILS = re.compile(rf"\s*[,]?\s+\b(?:{_joined('title_tails')})\b.*$", re.IGNORECASE)
_TURNS = re.compile(rf"^.*?\b(?:{_joined('title_turns')})\s+", re.IGNORECASE)


def title_names(title: str) -> tuple[str, ...]:
    """What the title may be naming as the diagnosis, the likeliest first."""
    named: list[str] = []
    for segment in _SEGMENT.split(title):
        name = _name(_ALONE.sub("", segment).strip(" ,-"))
        if name and _head(name) is not None:
            named.append(name)
    # A segment behind a colon says what it was; one before it may be a play on words.
    return tuple(sorted(named, key=lambda name: -_specific(name)))


def _name(segment: str) -> str:
    """The segment without the words about the report, the patient and the course."""
    if pattern("title_boilerplate").fullmatch(segment):
        return ""
    turned = _TURNS.sub("", segment)
    bare = _LEADS.sub("", turned)
    bare = _TAILS.sub("", bare)
    return _LEADS.sub("", bare).strip(" ,-")


def _head(name: str) -> Disease | None:
    found = diseases(name)
    return found[0] if found else None


def _specific(name: str) -> int:
    head = _head(name)
    return len(head.name.split()) if head else 0
