"""The label: what the article says the patient had, by title first and by diagnostic phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.title import title_names
from extractors.language.abbreviations import abbreviations
from extractors.language.diseases import Disease, diseases, with_place
from extractors.language.sentences import Sentence
from extractors.language.stems import content_stems
from extractors.language.terms import find_terms, mentions
from extractors.language.wordlist import word_set, words
from schemas.article import Article

_PHRASES = tuple(
    re.compile(rf"\b{phrase}\s+(?:an? |the |having |as |likely )*", re.IGNORECASE)
    for phrase in words("diagnosed_as")
)
_CLAUSE = re.compile(r"[.;:()]|,? \b(?:which|that|who|based|was|were|is|by|after|treated)\b")
_QUALIFIER = re.compile(
    r" (?:secondary to|due to|caused by|following|induced by|associated with|complicating|with|"
    r"of the|of|in the|in|after) .*$",
    re.IGNORECASE,
)
_HOWEVER_LONG = 14


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A label with its other names and what else would give it away."""

    label: str
    aliases: tuple[str, ...]
    giveaways: tuple[str, ...]


def find_diagnosis(article: Article, told: tuple[Sentence, ...]) -> Diagnosis | None:
    """The diagnosis of the case, if title, abstract and narrative agree on one."""
    stated = stated_diagnoses(" ".join(item.text for item in told))
    named = title_names(article.title)
    label = _agreed(article, named, stated)
    if label is None:
        return None
    label = plain_case(label, article.text)
    short = abbreviations(f"{article.abstract}\n{article.text}")
    aliases = _aliases(label, named + stated, short, article.text)
    return Diagnosis(label, aliases, _giveaways(label, aliases, short))


def stated_diagnoses(text: str) -> tuple[str, ...]:
    """Names behind phrases such as "was diagnosed with", the firmest phrases first."""
    found: list[str] = []
    for phrase in _PHRASES:
        for match in phrase.finditer(text):
            clause = _CLAUSE.split(text[match.end() : match.end() + 160], maxsplit=1)[0]
            named = diseases(clause)
            if named and named[0].start <= 24:
                found.append(_bounded(clause, named[0]))
    return tuple(dict.fromkeys(found))


def _bounded(clause: str, disease: Disease) -> str:
    name = with_place(clause, disease)
    return name if len(name.split()) <= _HOWEVER_LONG else disease.name


def _agreed(article: Article, named: tuple[str, ...], stated: tuple[str, ...]) -> str | None:
    """The title's name if the article speaks of it, else the firmest stated one in the abstract."""
    body = f"{article.abstract}\n{article.text}"
    for name in named:
        if len(name.split()) <= _HOWEVER_LONG and mentions(body, [core(name)]):
            return name
    for name in stated:
        if mentions(f"{article.title}\n{article.abstract}", [core(name)]):
            return name
    return None


def core(name: str) -> str:
    """The name without its cause and place, and without words that any disease may carry."""
    bare = _QUALIFIER.sub("", name) or name
    kept = [word for word in bare.split() if word.casefold() not in word_set("loose_modifiers")]
    return " ".join(kept) if kept else bare


def plain_case(name: str, text: str) -> str:
    """A title's capitals taken off wherever the text itself writes the word small."""
    small = set(re.findall(r"\b[a-z][\w’'-]*", text))
    plain = [
        word.lower() if word[1:].islower() and word.lower() in small | word_set("function_words")
        else word
        for word in name.split()
    ]  # fmt: skip
    joined = " ".join(plain)
    return joined[:1].upper() + joined[1:]


def _aliases(
    label: str, names: tuple[str, ...], short: dict[str, str], text: str
) -> tuple[str, ...]:
    """The core, the article's own abbreviations, and stated names that say the same and more."""
    wanted = set(content_stems(core(label)))
    found = [core(label)]
    for brief, long in short.items():
        if set(content_stems(long)) in (wanted, set(content_stems(label))):
            found += [brief, long]
    for name in names:
        stems = set(content_stems(name))
        if wanted <= stems or (stems <= wanted and len(stems) > 1):
            found.append(plain_case(name, text))
    unique = {
        name.casefold(): name for name in reversed(found) if name.casefold() != label.casefold()
    }
    return tuple(reversed(unique.values()))


def _giveaways(label: str, aliases: tuple[str, ...], short: dict[str, str]) -> tuple[str, ...]:
    """Names and words that must not be shown: also the head noun where it is telling by itself."""
    found = [label, *aliases]
    for disease in diseases(core(label)):
        head = re.split(r"[\s-]", disease.name)[-1]
        if head.casefold() not in word_set("broad_heads"):
            found.append(head)
    found += [
        word
        for word in re.split(r"[\s-]", core(label))
        if len(word) > 3 and _eponym(word, label)
    ]  # fmt: skip
    found += [brief for brief, long in short.items() if find_terms(label, [long])]
    return tuple(dict.fromkeys(name for name in found if name))


def _eponym(word: str, label: str) -> bool:
    return word[0].isupper() and not label.startswith(word) and word[1:].islower()
