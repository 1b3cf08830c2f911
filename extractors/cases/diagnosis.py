"""The label: what the article says the patient had, by title first and by diagnostic phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from extractors.cases.giveaways import Giveaways, giveaways
from extractors.cases.names import capitalised, core, plain_case
from extractors.cases.title import TitleName, about_treatment, title_names
from extractors.language.abbreviations import abbreviations
from extractors.language.diseases import Disease, diseases, with_place
from extractors.language.sentences import Sentence, word_count
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import pattern, word_set, words
from schemas.article import Article

_PHRASES = tuple(
    re.compile(rf"\b{phrase}\s+(?:an? |the |having |as |likely )*", re.IGNORECASE)
    for phrase in words("diagnosed_as")
)
# The first so many phrases of the list are firm enough to give the answer away by themselves.
_FIRM = 4
_CLAUSE = re.compile(r"[.;:()]|,? \b(?:which|that|who|based|was|were|is|by|after|treated)\b")
# A title says where: "a tumour in the lung" is a tumour of the lung.
_IN_PLACE = re.compile(r" (?:in|at|on) (?:the|his|her) (?!course|setting|context|presence|absence)")
_HOWEVER_LONG = 14
_MOST_ALIASES = 6
_OPENING_WORDS = 60


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A label, as it is said inside a sentence, its other names, and what else gives it away."""

    label: str
    said: str
    aliases: tuple[str, ...]
    giveaways: Giveaways


def find_diagnosis(article: Article, told: tuple[Sentence, ...]) -> Diagnosis | None:
    """The diagnosis of the case, if title, abstract and narrative agree on one."""
    # The opening tells what the patient came with, known diseases among it.
    behind = " ".join(item.text for item in told[1:])
    titled = title_names(article.title)
    ground = _ground(article, titled, behind)
    if ground is None:
        return None
    said = _IN_PLACE.sub(" of the ", plain_case(ground.name, article.text))
    short = abbreviations(f"{article.abstract}\n{article.text}")
    written = [form for name in titled for form in (*name.forms, *name.parts)]
    aliases = _aliases(
        capitalised(said), (*written, *stated_diagnoses(behind)), short, article.text
    )
    unsure = ground.source == "part" or about_treatment(article.title)
    if not _settled(told, (said, *aliases), unsure=unsure):
        return None
    others = [*stated_diagnoses(behind, firm=True), *_found_later(article.title, told)]
    if ground.source == "phrase":
        # Such a title names complaints; one in a single word is a finding, not the answer.
        others = [name for name in others if " " in name]
    else:
        others += written
    causes = [name.cause for name in titled]
    given = giveaways(said, (*aliases, *causes), others, short)
    return Diagnosis(capitalised(said), said, aliases, given)


def _settled(told: tuple[Sentence, ...], names: tuple[str, ...], *, unsure: bool) -> bool:
    """Whether the case is about finding this diagnosis, not about a known one or another.

    A sentence that states it settles that. Without one, a name that stands in the opening was
    known, and a name taken out of a longer title, or a title about a treatment, is no ground.
    """
    told_at = [item for item in told if mentions(item.text, names)]
    early = bool(told_at) and _words_before(told, told_at[0]) < _OPENING_WORDS
    if any(pattern("telling_phrases").search(item.text) for item in told_at):
        return not (unsure and early)
    return not unsure and not early


def _found_later(title: str, told: tuple[Sentence, ...]) -> list[str]:
    """Diseases of the title which the opening does not bring in: the case is about finding them."""
    opening = " ".join(item.text for item in told if _words_before(told, item) < _OPENING_WORDS)
    return [item.name for item in diseases(title) if not mentions(opening, [item.name])]


def _words_before(told: tuple[Sentence, ...], sentence: Sentence) -> int:
    return sum(word_count(item.text) for item in told if item.start < sentence.start)


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


@dataclass(frozen=True, slots=True)
class _Ground:
    """A name and where it was read: a part of a longer title is the weakest ground."""

    name: str
    source: Literal["title", "phrase", "part"]


def _ground(article: Article, titled: tuple[TitleName, ...], behind: str) -> _Ground | None:
    """The title's name, else a stated one, else a disease inside a longer title."""
    of_title = _of_title(article, titled)
    if of_title is not None and of_title.source == "title":
        return of_title
    return _of_phrases(article, stated_diagnoses(behind, firm=True)) or of_title


def _of_title(article: Article, titled: tuple[TitleName, ...]) -> _Ground | None:
    """The fullest form that the article itself uses; else one whose every word it uses."""
    body = f"{article.abstract}\n{article.text}"
    stems = frozenset(content_stems(body))
    for name in titled:
        likely = [form for form in name.forms if _says_enough(form)]
        for form in likely:
            known = _as_used(form, body)
            if known is not None:
                return _Ground(known, "title")
        for form in likely:
            if set(content_stems(form)) <= stems:
                return _Ground(form, "title")
        for part in name.parts:
            if _says_enough(part) and mentions(body, [part]):
                return _Ground(part, "part")
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


def _of_phrases(article: Article, stated: tuple[str, ...]) -> _Ground | None:
    """The firmest stated name which title or abstract takes up."""
    heading = f"{article.title}\n{article.abstract}"
    for name in stated:
        if _says_enough(name) and mentions(heading, [core(name)]):
            return _Ground(name, "phrase")
    return None


def _says_enough(name: str) -> bool:
    """Whether a name is short enough for a label and more than a family or a complaint."""
    plain = core(name).casefold()
    known = plain in word_set("broad_heads") or plain in word_set("symptoms")
    return not known and len(name.split()) <= _HOWEVER_LONG


def _aliases(
    label: str, names: tuple[str, ...], short: dict[str, str], text: str
) -> tuple[str, ...]:
    """The core, the article's own abbreviations, and other names that say the same or more."""
    wanted = set(content_stems(core(label)))
    found = [core(label)]
    for brief, long in short.items():
        if set(content_stems(long)) in (wanted, set(content_stems(label))):
            found += [brief, long]
    found += [
        capitalised(plain_case(name, text)) for name in names if wanted <= set(content_stems(name))
    ]
    unique: dict[str, str] = {}
    for name in found:
        if name.casefold() != label.casefold():
            unique.setdefault(name.casefold(), name)
    return tuple(unique.values())[:_MOST_ALIASES]
