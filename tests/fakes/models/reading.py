"""What a careful reader takes from an article: the case, where it is told, and what is weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tests.fakes.models.diagnoses import (
    AGAINST,
    FOR,
    SUPPORTS,
    TELLS,
    Answer,
    find_answer,
    naming,
    rival_of,
)
from tests.fakes.models.words import is_heading, sentences_of

_PARTS = re.compile(
    r"\s*(?:Title:[ \t]*(?P<title>[^\n]*)\n)?\s*(?:Abstract:[ \t]*(?P<abstract>.*?)\n\s*"
    r"(?=\n|Text:|Body:))?\s*(?:(?:Text|Body):)?(?P<text>.*)",
    re.DOTALL,
)
_LABELLED = re.compile(r"^(?:Text|Body|Article):[ \t]*\n?", re.MULTILINE)
_CASE = re.compile(
    r"\bcase\b|\bpatient|presentation|history|findings|examination|investigation|assessment|"
    r"complaint|laborator|imaging",
    re.I,
)
_WEIGHING = re.compile(r"differential|^diagnosis$", re.I)
_OTHER = re.compile(
    r"discussion|comment|conclusion|literature|introduction|background|abstract|method|consent|"
    r"treatment|outcome|follow|therap|learning|lesson|rationale|keywords|acknowledg|funding|interest",
    re.I,
)
_OPENING = re.compile(
    r"(?:\b\d+[\s-](?:year|month|day)s?[\s-]old\b|\baged \d+\b|\bof \d+ years\b).*|"
    r".*\b(?:presented|admitted|referred|came to|brought to)\b",
    re.I | re.DOTALL,
)
_CAME = re.compile(
    r"\b(?:present(?:ed|ing)|came|seen|saw|see|admitted|referred|transferred|attended|brought|led|"
    r"called|concerns|history of|suffered|troubled|developed|complain)",
    re.I,
)
_DECISIVE = re.compile(
    r"\b(?:finally|at last|eventually|then|decisive|settled|gave the answer|biopsy|histolog)\b",
    re.I,
)
ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:instruction|prompt|rule|task)s?\b|"
    r"\b(?:you are|as) an? (?:AI|language model|assistant)\b|\bsystem prompt\b",
    re.I,
)
_SEVERAL = re.compile(
    r"\A[^\n]*\b(?:two|three|four|five) (?:patients|case|siblings)|"
    r"\b(?:report|describe|present)\w* (?:on )?"
    r"(?:two|three|four|five) (?:patients|cases|siblings)\b|"
    r"^\W*Case (?:2|two|II)\b",
    re.I | re.MULTILINE,
)
_ANIMAL = re.compile(
    r"\b\d+-year-old (?:\w+ ){0,4}(?:dog|cat|horse|mare|gelding|cow|pony|retriever|terrier|hound)|"
    r"\bveterinar|\bthe (?:owner|keeper) (?:reported|had noticed|described)",
    re.I,
)
_SHORTEST_CASE = 4
_FEW = 3


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence that weighs another diagnosis."""

    name: str
    sentence: str
    bears: str


@dataclass(frozen=True, slots=True)
class Understood:
    """An article as it was understood; `narrative` is the case before `breakpoint`."""

    title: str
    abstract: str
    text: str
    sentences: tuple[str, ...]
    answer: Answer
    narrative: tuple[str, ...]
    breakpoint: str
    telling: str
    weighed: tuple[Weighed, ...]
    supports: tuple[str, ...]
    orders: str
    single: bool
    human: bool

    @property
    def whole(self) -> str:
        """Title, abstract and text."""
        return f"{self.title}\n{self.abstract}\n{self.text}"

    def shown(self, sentence: str) -> bool:
        """Whether a sentence stands before the breakpoint in the text."""
        place = self.text.find(sentence)
        return 0 <= place < self.text.find(self.breakpoint)


@lru_cache(1024)
def understand(article: str) -> Understood:
    """Read an article as it is fenced."""
    title, abstract, text = parts(article)
    blocks = [
        (line.strip(), () if is_heading(line.strip()) else tuple(sentences_of(line)))
        for line in text.split("\n")
        if line.strip()
    ]
    sentences = tuple(one for _, block in blocks for one in block)
    start, end = _case(blocks)
    case = [block for heading, block in blocks[start:end] if block]
    answer = _answer(title, case, sentences)
    named = naming(answer.names)
    told, at = _breakpoint(case, named)
    narrative = _narrative(blocks[start:end], told, named)
    safe = tuple(one for one in sentences if not ORDERS.search(one))
    return Understood(
        title, abstract, text, sentences, answer, narrative, at,
        telling=_telling(safe, named) or title,
        weighed=tuple(_weighed(answer, safe)),
        supports=_supports(safe, named, at),
        orders=" ".join(one for one in (title, *sentences) if ORDERS.search(one)),
        single=not _SEVERAL.search(f"{title}\n{text}"),
        human=not _ANIMAL.search(f"{title}\n{text}"),
    )  # fmt: skip


def parts(article: str) -> tuple[str, str, str]:
    """Title, abstract and text; where nothing says where the text begins, after a blank line."""
    found = _PARTS.match(article)
    assert found is not None
    title, abstract = found["title"] or "", found["abstract"] or ""
    labelled = list(_LABELLED.finditer(article))
    if labelled:
        begins = labelled[0]
        if abstract:
            abstract = article[found.start("abstract") : begins.start()].strip()
        return title, abstract, article[begins.end() :].strip("\n")
    return title, abstract.strip(), found["text"].strip("\n")


_Block = tuple[str, tuple[str, ...]]


def _case(blocks: list[_Block]) -> tuple[int, int]:
    """Where the case begins and ends: the longest stretch under titles that speak of it."""
    stretches = []
    begun: int | None = None
    for place, (line, block) in enumerate(blocks):
        if block:
            continue
        if _OTHER.search(line) and not re.search(r"\bcase\b|present", line, re.I):
            if begun is not None:
                stretches.append((begun, place))
            begun = None
        elif begun is None and (_CASE.search(line) or _WEIGHING.search(line)):
            begun = place
    if begun is not None:
        stretches.append((begun, len(blocks)))
    longest = max(stretches, key=lambda one: _amount(blocks, *one), default=(0, 0))
    if _amount(blocks, *longest) >= _SHORTEST_CASE:
        return longest
    opened = (
        place
        for place, (_, block) in enumerate(blocks[:-1])
        if any(_OPENING.search(one) and _CAME.search(one) for one in block[:2])
        and blocks[place + 1][1]
    )
    return next(opened, 0), len(blocks)


def _amount(blocks: list[_Block], start: int, end: int) -> int:
    return sum(len(block) for _, block in blocks[start:end])


def _answer(title: str, case: list[tuple[str, ...]], sentences: tuple[str, ...]) -> Answer:
    told = [one for block in case for one in block if not ORDERS.search(one)]
    honest = [one for one in sentences if not ORDERS.search(one)]
    return find_answer(title, [*told, *honest]) or Answer("")


def _breakpoint(case: list[tuple[str, ...]], named: re.Pattern[str]) -> tuple[set[str], str]:
    """The sentences that must not be shown, and the first of them."""
    flat = [(one, place, at) for place, block in enumerate(case) for at, one in enumerate(block)]
    telling = [
        (place, at)
        for number, (one, place, at) in enumerate(flat)
        if number >= _FEW and named.search(one)
    ]
    said = [(p, a) for p, a in telling if TELLS.search(case[p][a])] or telling
    if not said:
        cut = flat[max(0, len(flat) * 2 // 3) :]
        return {one for one, *_ in cut}, cut[0][0] if cut else ""
    place, at = said[0]
    if at and (len(case[place]) <= _FEW or _DECISIVE.search(case[place][at - 1])):
        at = 0 if len(case[place]) <= _FEW else at - 1
    withheld = {one for one, p, a in flat if (p, a) >= (place, at)}
    return withheld, case[place][at]


def _narrative(blocks: list[_Block], withheld: set[str], named: re.Pattern[str]) -> tuple[str, ...]:
    """What is told of the case before the breakpoint; only its opening may name the answer."""
    told: list[str] = []
    weighing = False
    for line, block in blocks:
        if not block:
            weighing = bool(_WEIGHING.search(line))
            continue
        for one in block:
            if one in withheld:
                return tuple(told)
            opening = len(told) < 1
            if not weighing and not ORDERS.search(one) and (opening or not named.search(one)):
                told.append(one)
    return tuple(told)


def _telling(sentences: tuple[str, ...], named: re.Pattern[str]) -> str:
    """The sentence in which the authors tell their diagnosis."""
    said = [one for one in sentences if named.search(one)]
    return next((one for one in said if TELLS.search(one)), said[0] if said else "")


def _weighed(answer: Answer, sentences: tuple[str, ...]) -> list[Weighed]:
    found: dict[tuple[str, str], Weighed] = {}
    for one in sentences:
        against = AGAINST.search(one)
        if not against and not (answer.disease and FOR.search(one)):
            continue
        if " ran to " in one or "differential diagnosis" in one:
            continue
        name = rival_of(answer, one)
        if name:
            bears = "excludes" if against else "supports"
            found.setdefault((name.casefold(), bears), Weighed(name, one, bears))
    return list(found.values())


def _supports(sentences: tuple[str, ...], named: re.Pattern[str], decisive: str) -> tuple[str, ...]:
    found = [one for one in sentences if SUPPORTS.search(one) and named.search(one)]
    return tuple(dict.fromkeys([*found[:2], *([decisive] if decisive else [])]))
