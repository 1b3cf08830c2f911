"""A case report's title nearly always names its diagnosis, wrapped in words about the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from extractors.language.diseases import diseases
from extractors.language.wordlist import pattern, word_set, words

_SEGMENT = re.compile(r"\s*(?:[:;?!]|[—–]\s?| - |\.(?=\s|$))\s*[”\"]?\s*—?\s*")
_MARKS = re.compile(r"[“”\"‘()\[\]]|’(?!s\b)")
# "phloroglucinol-induced", "amiodarone-associated": what comes behind is the disease by itself.
_CAUSE_BEFORE = re.compile(r"^(.*?)-(?:induced|associated|related|mediated|precipitated)\s+", re.I)
_WITH = re.compile(r"\s+(?:with|associated with|complicated by)\s.*$", re.IGNORECASE)
# It only narrows the first: "of the scalp in the left temple".
_SECOND_PLACE = re.compile(r"^(.+ of the .+?) (?:in|at|on) (?:the|his|her) .*$", re.IGNORECASE)
_LISTED = re.compile(r"(?:\band|,|\bor)\s*$|-\s*$")
_AND = re.compile(r",? and |, | & ")
_PARTICIPLE = re.compile(r"\s+[a-z]+(?:ed|ing)", re.IGNORECASE)
_CAUSED = re.compile(r"\s+(?:caused|induced|provoked|triggered)$", re.IGNORECASE)


def _joined(name: str) -> str:
    return "|".join(words(name))


_LEADS = re.compile(rf"^(?:(?:{_joined('title_leads')})\s+)+", re.IGNORECASE)
_TAILS = re.compile(rf"\s*[,]?\s+\b(?:{_joined('title_tails')})\b.*$", re.IGNORECASE)
_TURNS = re.compile(rf"^.*?\b(?:{_joined('title_turns')})\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TitleName:
    """One part of a title: its forms, the fullest first, each disease in it, and its cause."""

    forms: tuple[str, ...]
    parts: tuple[str, ...]
    cause: str


def title_names(title: str) -> tuple[TitleName, ...]:
    """What each part of the title may name as the diagnosis, the likeliest part first."""
    parts = [_name(_MARKS.sub("", part).strip(" ,-")) for part in _SEGMENT.split(title)]
    named = [part for part in parts if part and diseases(part)]
    # The part that says most of a disease is the name; the other may be a play on words.
    named.sort(key=lambda part: -max(len(found.name.split()) for found in diseases(part)))
    return tuple(_forms(part) for part in named)


def lists_several(titled: tuple[TitleName, ...]) -> bool:
    """Whether the title sets diseases side by side, none of them as the answer: "A, B and C"."""
    return any(_side_by_side(_WITH.sub("", form)) for name in titled[:1] for form in name.forms[:1])


def _side_by_side(name: str) -> bool:
    listed = [item for item in diseases(name) if item.name.casefold() not in word_set("symptoms")]
    gaps = (name[one.end : two.start] for one, two in pairwise(listed))
    return any(_AND.fullmatch(gap) for gap in gaps)


def about_treatment(title: str) -> bool:
    """Whether the title announces what was done for a disease that was already known."""
    return pattern("titles_of_treatment").search(title) is not None


def _name(part: str) -> str:
    """The part without the words about the report, the patient and the course."""
    if pattern("title_boilerplate").fullmatch(part):
        return ""
    bare = _LEADS.sub("", _TURNS.sub("", part))
    bare = _LEADS.sub("", _TAILS.sub("", bare)).strip(" ,-")
    return _without_approach(_CAUSED.sub("", bare))


def _without_approach(name: str) -> str:
    """The name from its first disease on: "evidence of a", "surgery for an" lead up to one."""
    found = diseases(name)
    if not found or _LISTED.search(name[: found[0].start]):
        return name
    bare = name[found[0].start :]
    behind = bare[len(found[0].name) :]
    return found[0].name if _PARTICIPLE.fullmatch(behind) else bare


def _forms(name: str) -> TitleName:
    """The name, then without what accompanies or causes it; beside them each disease in it.

    Complaints that come with a disease are no part of its name, nor is a second place.
    """
    one_place = _SECOND_PLACE.sub(r"\1", name)
    name = one_place if diseases(one_place) else name
    alone = _WITH.sub("", name)
    if not diseases(name[len(alone) :]):
        name = alone
    forms = [name, alone, _CAUSE_BEFORE.sub("", name), _CAUSE_BEFORE.sub("", alone)]
    kept = dict.fromkeys(form for form in forms if form and diseases(form))
    parts = dict.fromkeys(disease.name for disease in diseases(name))
    cause = _CAUSE_BEFORE.match(name)
    inside = tuple(part for part in parts if part not in kept)
    return TitleName(tuple(kept), inside, cause[1] if cause else "")
