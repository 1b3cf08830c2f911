"""The label is read where authors put it: in the title, or behind a phrase that states it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from extractors.cases.names import core
from extractors.cases.title import TitleName
from extractors.language.diseases import Disease, diseases, with_place
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import word_set, words
from schemas.article import Article

_PHRASES = tuple(
    re.compile(rf"\b{phrase}\s+(?:an? |the |having |as |likely )*", re.IGNORECASE)
    for phrase in words("diagnosed_as")
)
# The first so many phrases of the list are firm enough to give the answer away by themselves.
_FIRM = 4
_CLAUSE = re.compile(r"[.;:()]|,? \b(?:which|that|who|based|was|were|is|by|after|treated)\b")
_HOWEVER_LONG = 14


@dataclass(frozen=True, slots=True)
class Ground:
    """A name and where it was read: a part of a longer title is the weakest ground."""

    name: str
    source: Literal["title", "phrase", "part"]


def read_label(article: Article, titled: tuple[TitleName, ...], behind: str) -> Ground | None:
    """The title's name, else a stated one, else a disease inside a longer title."""
    of_title = _of_title(article, titled)
    if of_title is not None and of_title.source == "title":
        return of_title
    return _of_phrases(article, stated_diagnoses(behind, firm=True)) or of_title


def _of_title(article: Article, titled: tuple[TitleName, ...]) -> Ground | None:
    """The fullest form that the article itself uses; else one whose every word it uses."""
    body = f"{article.abstract}\n{article.text}"
    for name in titled:
        likely = [form for form in name.forms if _says_enough(form)]
        for form in likely:
            known = _as_used(form, body)
            if known is not None:
                return Ground(known, "title")
        for form in likely:
            if set(content_stems(form)).issubset(content_stems(body)):
                return Ground(form, "title")
        for part in name.parts:
            if _says_enough(part) and mentions(body, [part]):
                return Ground(part, "part")
    return None


def _as_used(form: str, body: str) -> str | None:
    """The form as the body says it; a plain name may lose words at its front that it never says."""
    if mentions(body, [form]):
        return form
    found = diseases(form)
    if len(found) != 1 or found[0].name != form:
        return None
    shorter = form.partition(" ")[2]
    while shorter and _says_enough(shorter):
        # Once may be by chance: what the authors call it, they call it again.
        if body.casefold().count(shorter.casefold()) > 1:
            return shorter
        shorter = shorter.partition(" ")[2]
    return None


def _of_phrases(article: Article, stated: tuple[str, ...]) -> Ground | None:
    """The firmest stated name which title or abstract takes up."""
    heading = f"{article.title}\n{article.abstract}"
    for name in stated:
        if _says_enough(name) and mentions(heading, [core(name)]):
            return Ground(name, "phrase")
    return None


def _says_enough(name: str) -> bool:
    """Whether a name is short enough for a label and more than a family or a complaint."""
    plain = core(name).casefold()
    known = plain in word_set("broad_heads") or plain in word_set("symptoms")
    return not known and len(name.split()) <= _HOWEVER_LONG


def stated_diagnoses(text: str, *, firm: bool = False) -> tuple[str, ...]:
    """Names behind phrases such as "was diagnosed with", the firmest phrases first."""
    found: list[str] = []
    for phrase in _PHRASES[:_FIRM] if firm else _PHRASES:
        for match in phrase.finditer(text):
            clause = _CLAUSE.split(text[match.end() : match.end() + 160], maxsplit=1)[0]
            named = diseases(clause)
            if named and named[0].start <= 24:
                found.append(_bounded(clause, named[0]))
    return tuple(dict.fromkeys(found))


def _bounded(clause: str, disease: Disease) -> str:
    name = with_place(clause, disease)
    return name if len(name.split()) <= _HOWEVER_LONG else disease.name
