"""A diagnosis is a label, its other names, and everything less that would give it away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.giveaways import Giveaways, giveaways
from extractors.cases.label import read_label, stated_diagnoses
from extractors.cases.names import capitalised, core, plain_case, plain_name
from extractors.cases.title import about_treatment, lists_several, title_names
from extractors.language.abbreviations import abbreviations
from extractors.language.diseases import diseases
from extractors.language.sentences import Sentence, word_count
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import pattern
from schemas.article import Article

_MOST_ALIASES = 6
# How the case looked is for the prompt to tell.
_LOOKED_LIKE = re.compile(
    r"\b(?:present|mimic|masquerad|simulat|resembl|imitat|manifest|misdiagnos|mistaken|suspect)"
    r"[a-z]*\b.*$",
    re.IGNORECASE,
)
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
    ground = read_label(article, titled, behind)
    if ground is None or lists_several(titled):
        return None
    said = plain_name(ground.name, article.text)
    if " or " in said:
        return None
    short = abbreviations(f"{article.abstract}\n{article.text}")
    written = [form for name in titled for form in (*name.forms, *name.parts)]
    aliases = _aliases(
        capitalised(said), (*written, *stated_diagnoses(behind)), short, article.text
    )
    unsure = ground.source == "part" or about_treatment(article.title)
    if not _settled(told, (said, *aliases), unsure=unsure):
        return None
    others = [*_stated_now(told), *_found_later(article.title, told)]
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


def _stated_now(told: tuple[Sentence, ...]) -> tuple[str, ...]:
    """What firm phrases name, but for diagnoses that were made before this illness."""
    now = [item.text for item in told[1:] if not pattern("earlier_diagnoses").search(item.text)]
    return stated_diagnoses(" ".join(now), firm=True)


def _found_later(title: str, told: tuple[Sentence, ...]) -> list[str]:
    """Diseases of the title which the opening does not bring in: the case is about finding them."""
    opening = " ".join(item.text for item in told if _words_before(told, item) < _OPENING_WORDS)
    named = diseases(_LOOKED_LIKE.sub("", title))
    return [item.name for item in named if not mentions(opening, [item.name])]


def _words_before(told: tuple[Sentence, ...], sentence: Sentence) -> int:
    return sum(word_count(item.text) for item in told if item.start < sentence.start)


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
