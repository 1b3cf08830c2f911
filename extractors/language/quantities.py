"""Numbers and their units are compared by what they say, however they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors.language.wordlist import words

_THOUSANDS = re.compile(r"\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+")
_NUMBER = re.compile(r"\d+(?:[.,·\u00a0\u2009\u202f]\d+)*")
_SMALL = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {
    **{word: number for number, word in enumerate(_SMALL, 2)},
    **{word: number * 10 for number, word in enumerate(_TENS, 2)},
}
_NAMED = re.compile(
    rf"\b(?:(?:{'|'.join(_TENS)})-(?:one|{'|'.join(_SMALL[:8])})|{'|'.join(_SPELLED)})\b", re.I
)
# "5-10 mg", "3 x 2 cm": the first number has the unit of the second.
_RANGE = re.compile(r"\s*(?:[-–—×x*/,]|to|and|or|by)\s*(?=\d)", re.I)
_SAME_UNIT = str.maketrans({"µ": "u", "μ": "u", "³": "3", "²": "2"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written and what it says; `unit` is empty where none follows."""

    written: str
    value: str
    unit: str


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text in digits or words, in order, each with its unit."""
    found: list[Quantity] = []
    places = sorted(
        [*_NUMBER.finditer(text), *_NAMED.finditer(text)], key=lambda match: match.start()
    )
    for match in places:
        # The digits of "CD4" and "T2" count nothing.
        counts = not text[max(0, match.start() - 1) : match.start()].isalpha()
        unit = _unit_behind(text, match.end()) if counts else ""
        found.append(Quantity(match[0], _value(match[0]), unit))
    return tuple(found)


def _value(written: str) -> str:
    plain = written.casefold()
    if plain[0].isalpha():
        tens, _, ones = plain.partition("-")
        return str(_SPELLED[tens] + (_SPELLED.get(ones, 1) if ones else 0))
    if _THOUSANDS.fullmatch(written):
        return re.sub(r"\D", "", written)
    plain = re.sub(r"[,·]", ".", written)
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _unit_behind(text: str, end: int) -> str:
    for _ in range(3):
        unit = _units().match(text, end)
        if unit is not None and unit[1]:
            return _canonical(unit[1])
        joined = _RANGE.match(text, end)
        number = _NUMBER.match(text, joined.end()) if joined else None
        if number is None:
            break
        end = number.end()
    return ""


@cache
def _units() -> re.Pattern[str]:
    one = "|".join(sorted((entry.split("=")[0].strip() for entry in words("units")), key=len)[::-1])
    return re.compile(
        rf"[\s-]{{0,2}}((?:(?:{one})(?!\w))?"
        rf"(?:\s?(?:/|per)\s?(?:{one}|10\S{{1,3}}|field)(?!\w)){{0,2}})",
        re.IGNORECASE,
    )


@lru_cache(maxsize=4096)
def _canonical(unit: str) -> str:
    parts = re.split(r"\s?(?:/|\bper\b)\s?", unit.casefold().translate(_SAME_UNIT))
    return "/".join(_same().get(part.strip(), part.strip()) for part in parts)


@cache
def _same() -> dict[str, str]:
    pairs = [entry.translate(_SAME_UNIT).split("=") for entry in words("units")]
    return {name.strip(): same[0].strip() for name, *same in pairs if same}
