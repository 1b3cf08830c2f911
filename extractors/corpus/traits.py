"""What tells one patient, one diagnosis and one team from others, whatever words tell of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from extractors.language.stems import content_stems

Sex = Literal["male", "female"]
Months = tuple[int, int]

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_WORDS = {
    **{word: number for number, word in enumerate((*_UNITS, *_TEENS), start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
}
_DECADES = {word[:-1] + "ies": 10 * number for number, word in enumerate(_TENS, start=2)}
_NUMBER = rf"(?P<n>\d{{1,3}}|(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_UNITS)})|{'|'.join(_WORDS)})"
_UNIT = r"(?P<u>year|yr|month|week|day)s?"
_PERSON = "(?:man|woman|boy|girl|male|female|patient|lady|gentleman)"
_OF_A_PERSON = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_NUMBER}[- ]{_UNIT}[- ]olds?\b",
        rf"\b{_PERSON},? (?:of|aged) {_NUMBER}(?: {_UNIT})?\b",
        rf"\b{_NUMBER}[- ]?(?P<u>y)(?:/o|o)\b",
    )
)
# An introduction may speak of the age of others so.
_OF_ANYBODY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_NUMBER}[- ]{_UNIT} of age\b",
        rf"\baged? (?:of )?{_NUMBER}(?: {_UNIT})?\b",
    )
)
_IN_DECADE = re.compile(
    r"\b(?:his|her|their) (?:(?P<part>early|mid|middle|late)[- ])?"
    rf"(?P<n>[2-9]0(?=s\b)|(?:{'|'.join(_DECADES)})\b)",
    re.IGNORECASE,
)
_PARTS = {None: (0, 9), "early": (0, 3), "mid": (3, 7), "middle": (3, 7), "late": (6, 9)}
_SEX = re.compile(
    r"\b(?:(?P<male>man|boy|male|gentleman)|(?P<female>woman|girl|female|lady))\b", re.IGNORECASE
)
_PRONOUN = re.compile(r"\b(?:(?P<male>he|his|him)|(?P<female>she|her|hers))\b", re.IGNORECASE)
_UNITS_OF_MEASURE = (
    *("%", "°", "mmol", "µmol", "nmol", "pmol", "mol", "kg", "mg", "µg", "ug", "mcg", "ng", "pg"),
    *("g", "mm", "cm", "ml", "dl", "µl", "l", "iu", "miu", "mu", "ku", "u", "meq", "mosm", "kpa"),
    *("mmhg", "bpm", "kda", "hz", "db", "hpf"),
)
_MEASURED = re.compile(r"(?<![\w.,:])(\d+(?:[.,:/]\d+)*)[\s-]*(%|°|[^\W\d_]+)?")
_OF_ANYONE = re.compile(r"\d|\d\.0|3[67](?:\.\d)?")
_VARIANT = re.compile(r"\b[cgmp]\.[A-Z*]?[a-z]*\d+[\w>*+-]*")
# The patient is introduced early; behind that, ages are those of others.
_START = 8000


@dataclass(frozen=True, slots=True)
class Traits:
    """Who a report tells of, what they had, and who tells it.

    The age lies between two numbers of months; an author is a surname and a first name or its
    initial.
    """

    age: Months | None
    sex: Sex | None
    labels: frozenset[str]
    numbers: frozenset[str]
    authors: frozenset[str]


def traits_of(text: str, prompt: str, labels: Iterable[str], authors: Iterable[str]) -> Traits:
    """The traits of a case."""
    return Traits(
        age=age_of(prompt) or age_of(text),
        sex=sex_of(prompt) or sex_of(text),
        labels=frozenset(filter(None, map(label_key, labels))),
        numbers=numbers_of(f"{prompt}\n{text}"),
        authors=frozenset(filter(None, map(author_key, authors))),
    )


def age_of(text: str) -> Months | None:
    """The first age that a text tells at its start: in figures, in words, or as a decade."""
    text = text[:_START]
    decade = _IN_DECADE.search(text)
    first = _first(_OF_A_PERSON, text) or (None if decade else _first(_OF_ANYBODY, text))
    if decade and (first is None or decade.start() < first.start()):
        told = decade["n"].lower()
        years = int(told) if told.isdigit() else _DECADES[told]
        low, high = _PARTS[decade["part"] and decade["part"].lower()]
        return 12 * (years + low), 12 * (years + high) + 11
    if first is None:
        return None
    number, unit = _number(first["n"]), (first["u"] or "year").lower()
    if unit == "month":
        return number, number
    if unit in ("week", "day"):
        months = number // (4 if unit == "week" else 30)
        return months, months
    return 12 * number, 12 * number + 11


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    found = (match for pattern in patterns if (match := pattern.search(text)))
    return min(found, key=lambda match: match.start(), default=None)


def _number(told: str) -> int:
    if told.isdigit():
        return int(told)
    return sum(_WORDS[word] for word in re.split("[- ]", told.lower()))


def sex_of(text: str) -> Sex | None:
    """The sex of the person whom a text names first, else the one that its start speaks of most."""
    text = text[:_START]
    if named := _SEX.search(text):
        return "male" if named["male"] else "female"
    spoken = [bool(match["male"]) for match in _PRONOUN.finditer(text)]
    if not spoken:
        return None
    return "male" if 2 * sum(spoken) > len(spoken) else "female"


def label_key(label: str) -> str:
    """A diagnosis, whatever its word order, spelling and plural."""
    return " ".join(sorted(set(content_stems(label))))


def author_key(name: str) -> str:
    """A surname with the first name or its initial."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return f"{words[-1]} {words[0]}" if len(words) > 1 else ""


def numbers_of(text: str) -> frozenset[str]:
    """What was measured, with its unit, other numbers with decimals, and variants of genes.

    Ages, days, single figures and normal temperatures are the same in too many patients.
    """
    text = text.replace("\u03bc", "µ")
    measured = ((number, unit.lower()) for number, unit in _MEASURED.findall(text))
    told = (
        f"{number} {unit}" if unit in _UNITS_OF_MEASURE else number
        for number, unit in measured
        if (unit in _UNITS_OF_MEASURE or "." in number) and not _OF_ANYONE.fullmatch(number)
    )
    return frozenset((*told, *_VARIANT.findall(text)))


def same_person(one: Traits, other: Traits) -> bool:
    """Whether age and sex are known of both, and can be one patient's."""
    if not (one.age and other.age and one.sex and one.sex == other.sex):
        return False
    return one.age[0] <= other.age[1] and other.age[0] <= one.age[1]


def other_person(one: Traits, other: Traits) -> bool:
    """Whether both age and sex are known, and neither can be one patient's."""
    if not (one.age and other.age and one.sex and other.sex) or one.sex == other.sex:
        return False
    return one.age[0] > other.age[1] or other.age[0] > one.age[1]


def shared_authors(one: Traits, other: Traits) -> int:
    """How many people may have written both."""
    return sum(any(_same_name(a, b) for b in other.authors) for a in one.authors)


def _same_name(one: str, other: str) -> bool:
    (surname, first), (other_surname, other_first) = one.split(" "), other.split(" ")
    if surname != other_surname:
        return False
    shorter = min(len(first), len(other_first))
    return first == other_first or (shorter == 1 and first[0] == other_first[0])


def shared_numbers(one: Traits, other: Traits) -> tuple[int, float]:
    """How many numbers both tell, and their share of those of the one that tells fewer."""
    shared = len(one.numbers & other.numbers)
    return shared, shared / max(1, min(len(one.numbers), len(other.numbers)))
