"""Sentences, headings and word stems, as simply as a fake needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9À-Þ])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|Fig|Figs|Dr|Mr|Mrs|Ms|approx|ca|al|No|cf)\.|(?<![/\w])(?<!\d )[A-Z]\.)$"
)
_WORD = re.compile(r"[^\W_]+(?:[.,·][0-9]+)*")
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")
_ELLIPSIS = re.compile(r"\s*(?:\[…\]|…|\[?\.{3,}\]?)\s*")
_SPACE = re.compile(r"\s+")
_IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by could for from had has have he her his in into is it "
        "its no not of on or our she that the their them then there these they this to was we were "
        "which who with",
    )
)
_LONGEST_HEADING = 90


def sentences_of(block: str) -> list[str]:
    """The sentences of a block, as they stand."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(block):
        if _NO_END.search(block[start : end.start()]):
            continue
        found.append(block[start : end.end()].strip())
        start = end.end()
    rest = block[start:].strip()
    return [*found, rest] if rest else found


def is_heading(line: str) -> bool:
    """Whether a line titles what follows."""
    return len(line) <= _LONGEST_HEADING and not line.rstrip().endswith((".", "?", "!", ":", ";"))


def stems(text: str) -> frozenset[str]:
    """The words that matter, cut short so that plurals and spellings agree."""
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(
        word if word[0].isdigit() else _spelling(word)[:6] for word in words if word not in _IDLE
    )


def _spelling(word: str) -> str:
    return word.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("ise", "ize")


def numbers(text: str) -> list[str]:
    """The numbers of a text, as they are written."""
    return _NUMBER.findall(text)


def squeezed(text: str) -> str:
    """The text with single spaces and plain quotation marks, in lower case."""
    plain = text.replace("’", "'").replace("“", '"').replace("”", '"')
    return _SPACE.sub(" ", plain).strip().casefold()


def holds(text: str, quote: str) -> bool:
    """Whether a text has a quote, its parts around an ellipsis in their order."""
    place, whole = 0, squeezed(text)
    parts = [squeezed(part).strip(" \"'") for part in _ELLIPSIS.split(quote)]
    for part in filter(None, parts):
        found = whole.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return any(parts)


def coverage(said: Iterable[str], held: frozenset[str]) -> float:
    """The share of the stems that is held."""
    wanted = set(said)
    return len(wanted & held) / len(wanted) if wanted else 1.0


def lowered(text: str) -> str:
    """The text with a small first letter, unless a name or an abbreviation opens it."""
    first = text.split(" ", 1)[0]
    return text if not first[1:].islower() and len(first) > 1 else text[:1].lower() + text[1:]


def raised(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
