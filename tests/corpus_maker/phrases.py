"""A phrase with choices, names and numbers in it, told anew for every article."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape
from zlib import crc32

_TOKEN = re.compile(r"(\[|\]|\||\{[^{}]*\})")
_NUMBER = re.compile(r"(?:(\w+):)?(\d+(?:\.(\d+))?)\.\.(\d+(?:\.\d+)?)(?:/(\d+))?")
_ITALIC = re.compile(r"\*([^*]+)\*")
_POWER = re.compile(r"\^(\d+)")
_MIX = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Number:
    """A number between bounds which one patient has the same wherever it is told."""

    salt: int
    lowest: int
    span: int
    step: int
    decimals: int

    def of(self, patient: int) -> str:
        """The number of the patient with this seed."""
        mixed = (patient ^ self.salt * _MIX) * _MIX & _WORD
        value = self.lowest + (mixed >> 31) % self.span * self.step
        if not self.decimals:
            return str(value)
        return f"{value / 10**self.decimals:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A name that is filled in."""

    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """Wordings without blanks, of which one is taken."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Wordings with blanks or choices of their own, of which one is taken."""

    options: tuple[tuple[Part, ...], ...]


Part = str | Number | Slot | Words | Choice
Phrase = tuple[Part, ...]


def phrase(source: str, spelling: Callable[[str], str] = str) -> Phrase:
    """Read a phrase; its words come out as XML, in the given spelling."""
    tokens = [token for token in _TOKEN.split(source) if token]
    options, _ = _options(tokens, 0, source, spelling)
    return options[0] if len(options) == 1 else (_choice(options),)


def _choice(options: tuple[Phrase, ...]) -> Words | Choice:
    if all(not option or (len(option) == 1 and type(option[0]) is str) for option in options):
        return Words(tuple(str(option[0]) if option else "" for option in options))
    return Choice(options)


def _options(
    tokens: list[str], place: int, source: str, spelling: Callable[[str], str]
) -> tuple[tuple[Phrase, ...], int]:
    options: list[list[Part]] = [[]]
    while place < len(tokens) and tokens[place] != "]":
        token = tokens[place]
        if token == "|":
            options.append([])
        elif token == "[":
            inner, place = _options(tokens, place + 1, source, spelling)
            options[-1].append(_choice(inner))
        elif token[0] == "{":
            options[-1].append(_blank(token[1:-1], f"{source}@{place}"))
        else:
            options[-1].append(_markup(spelling(token)))
        place += 1
    return tuple(map(tuple, options)), place


def _blank(inside: str, where: str) -> Number | Slot:
    match = _NUMBER.fullmatch(inside)
    if match is None:
        return Slot(inside)
    name, low, fraction, high, step = match.groups()
    decimals = len(fraction or "")
    lowest, highest = round(float(low) * 10**decimals), round(float(high) * 10**decimals)
    width = int(step or 1)
    span = (highest - lowest) // width + 1
    return Number(crc32((name or where).encode()), lowest, max(1, span), width, decimals)


def _markup(text: str) -> str:
    marked = _ITALIC.sub(r"<italic>\1</italic>", escape(text))
    return _POWER.sub(r"<sup>\1</sup>", marked)


class Teller:
    """Tells phrases of one patient in one author's words."""

    __slots__ = ("draw", "names", "patient")

    def __init__(self, draw: Callable[[], float], patient: int, names: Mapping[str, str]) -> None:
        self.draw = draw
        self.patient = patient
        self.names = dict(names)

    def tell(self, told: Phrase) -> str:
        """The phrase in words."""
        if len(told) == 1 and type(told[0]) is str:
            return told[0]
        words: list[str] = []
        self._tell(told, words)
        return "".join(words)

    def sentence(self, told: Phrase) -> str:
        """The phrase in words that begin with a capital."""
        text = self.tell(told)
        # A wording that was left out leaves its space.
        text = text.replace("  ", " ").replace(" .", ".").replace(" ,", ",")
        return capitalised(text)

    def chance(self, share: float) -> bool:
        """Whether something of this share happens."""
        return self.draw() < share

    def pick(self, listed):
        """One of a sequence."""
        return listed[int(self.draw() * len(listed))]

    def some(self, listed, count: int):
        """So many of a sequence, in any order."""
        left = list(listed)
        draw = self.draw
        return [left.pop(int(draw() * len(left))) for _ in range(min(count, len(left)))]

    def _tell(self, told: Phrase, words: list[str]) -> None:
        draw = self.draw
        for part in told:
            kind = type(part)
            if kind is str:
                words.append(part)
            elif kind is Words:
                options = part.options
                words.append(options[int(draw() * len(options))])
            elif kind is Slot:
                words.append(self.names[part.name])
            elif kind is Choice:
                options = part.options
                self._tell(options[int(draw() * len(options))], words)
            else:
                words.append(part.of(self.patient))


def capitalised(text: str) -> str:
    """The text with its first letter in upper case, behind a tag if one opens it."""
    first = text[:1]
    if first.islower():
        return first.upper() + text[1:]
    if first != "<":
        return text
    at = text.index(">") + 1
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
