"""Which disease an article is about, and which others it weighs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tests.corpus_maker.catalogue import Disease, catalogue
from tests.fakes.models.words import raised

TELLS = re.compile(
    r"\bdiagnos(?:is|ed)\b|\bconfirm(?:ed|ing)\b|\bestablished\b|\bconsistent with\b", re.I
)
_NOT_YET = re.compile(
    r"\bdifferential\b|\bdelay|\bdiagnostic\b|\bno diagnosis\b|\bmisdiagnos", re.I
)
_TOLD = re.compile(
    r"\b(?:diagnosis of|diagnosed (?:with|as(?: having)?)|confirm(?:ed|ing)(?: the diagnosis of)?)"
    r"\s+(?P<name>[^,.;:()]{3,80}?)"
    r"(?=\s+(?:was|were|is|had|on|by|based|after|with|in|at|and|which|from|because|when)\b|[,.;:()]|$)",
    re.I,
)
_IN_TITLE = re.compile(
    r"^(?:(?:a |an )?(?:rare |unusual )?case (?:report )?of |case report: |retracted: )?"
    r"(?P<name>.{4,80}?)"
    r"(?: (?:presenting|in|with|mimicking|masquerading|mistaken|as|after|following|behind)\b|:|$)",
    re.I,
)
_MISTAKEN = re.compile(r"\b(?:mistaken for|masquerading as|mimicking|misdiagnosed as)\b.*", re.I)
AGAINST = re.compile(
    r"\b(?:argued|spoke|speaks|argues|counted) against\b|\bagainst\b|\bin disfavou?r\b|\bdiscard|"
    r"\bdid not fit\b|\bexclud|\bruled? out\b|\bset aside\b|\bdismissed\b|\b(?:un|less )likely\b|"
    r"\bno longer tenable\b|\brejected\b|\bnot support\b",
    re.I,
)
FOR = re.compile(
    r"\bfirst thought\b|\bweighed\b|\bfavou?red\b|\bdeserves mention\b|\brival\b|\bcame next\b|"
    r"\bobvious guess\b|\bon (?:the|every) list\b|\bsuspected\b|\bconsidered\b|\bthought of\b|"
    r"\bthink of\b|\bsuggest",
    re.I,
)
SUPPORTS = re.compile(
    r"\bsupport(?:s|ed|ing)\b|\bfavou?r(?:ed|s)?\b|\bsuggestive\b|\bpointing to\b|"
    r"\bcharacteristic\b|"
    r"\btypical of\b|\bhard to explain without\b|\bconsistent with\b|\bin keeping with\b",
    re.I,
)
_RIVALS = (
    re.compile(
        r"^(?:However, |But |The |An? )*(?P<name>[^,.;]{3,60}?) "
        r"(?:was|were|seemed|appeared|became) "
        r"(?:\w+ ){0,3}?(?:excluded|ruled out|set aside|dismissed|unlikely|less likely|rejected)",
        re.I,
    ),
    re.compile(
        r"\b(?:against|ruled? out|excluded?|excluding|discard|did not fit)\s+(?:an? |the )?"
        r"(?P<name>[^,.;]{3,60}?)(?=\s+(?:because|since|as|and|was|by|with)\b|[,.;]|$)",
        re.I,
    ),
)
_NO_NAME = re.compile(r"^(?:it|this|that|these|which|they|he|she|we|both|all|other)\b", re.I)
_LONGEST_NAME = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """A diagnosis with its other names; `disease` if the corpus maker knows it."""

    label: str
    aliases: tuple[str, ...] = ()
    disease: Disease | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Label and aliases."""
        return (self.label, *self.aliases)


@cache
def _known() -> tuple[dict[str, Disease], re.Pattern[str]]:
    names: dict[str, Disease] = {}
    for american in (False, True):
        for disease in catalogue(american).diseases:
            for name in (disease.label, *disease.aliases):
                names.setdefault(name.casefold(), disease)
    listed = sorted(map(re.escape, names), key=len, reverse=True)
    return names, re.compile(rf"\b(?:{'|'.join(listed)})\b", re.I)


@cache
def naming(names: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of these names; abbreviations in their own case only."""
    long = [_loose(name) for name in names if name and not _is_short(name)]
    short = [re.escape(name) for name in names if name and _is_short(name)]
    either = [f"(?i:{'|'.join(long)})"] * bool(long) + short
    return re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?:e?s)?(?!\w)" if either else r"(?!)")


def _is_short(name: str) -> bool:
    return len(name) <= 6 and name.upper() == name


def _loose(name: str) -> str:
    """The name in either spelling, with any spaces."""
    pattern = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name.strip())))
    for british, either in (("ae", "a?e"), ("oe", "o?e"), ("our", "ou?r")):
        pattern = pattern.replace(british, either)
    return pattern


def find_answer(title: str, sentences: Iterable[str]) -> Answer | None:
    """The diagnosis that an article tells."""
    names, pattern = _known()
    telling = [one for one in sentences if TELLS.search(one) and not _NOT_YET.search(one)]
    for sentence in telling:
        marked = TELLS.search(sentence)
        found = pattern.search(sentence, marked.start() if marked else 0)
        if found:
            return _of(names[found[0].casefold()])
    found = pattern.search(_MISTAKEN.sub("", title))
    if found:
        return _of(names[found[0].casefold()])
    for sentence in telling:
        if (told := _TOLD.search(sentence)) and not _NO_NAME.match(told["name"]):
            return Answer(_plain(told["name"]))
    titled = _IN_TITLE.match(title)
    return Answer(_plain(titled["name"])) if titled else None


def _of(disease: Disease) -> Answer:
    short = (disease.short,) if disease.short else ()
    return Answer(disease.label, (*disease.aliases, *short), disease)


def _plain(name: str) -> str:
    return raised(re.sub(r"^(?:an?|the)\s+", "", name.strip(), flags=re.I))


def rival_of(answer: Answer, sentence: str) -> str | None:
    """The other diagnosis that a sentence weighs, if it weighs one."""
    if answer.disease is not None:
        found = _rivals_of(answer.disease.label).search(sentence)
        return found[0] if found else None
    for pattern in _RIVALS:
        found = pattern.search(sentence)
        if found and not _NO_NAME.match(found["name"]):
            name = re.sub(r"^(?:an?|the)\s+", "", found["name"].strip(), flags=re.I)
            if len(name.split()) <= _LONGEST_NAME and not naming(answer.names).search(name):
                return name
    return None


@cache
def _rivals_of(label: str) -> re.Pattern[str]:
    names = {
        rival.name
        for american in (False, True)
        for disease, british in zip(
            catalogue(american).diseases, catalogue(False).diseases, strict=True
        )
        if label in (disease.label, british.label)
        for rival in disease.rivals
    }
    return naming(tuple(sorted(names, key=len, reverse=True)))
