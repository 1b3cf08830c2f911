"""What a sentence says was found in the patient, in words short enough for a claim."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.names import capitalised
from extractors.language.wordlist import pattern, word_set

_LONGEST = 12
_STOPS = r"with|which|that|in|on|at|up|without|as|measuring|suggest\w*|consistent"
_SEEN = re.compile(
    r"\b(?:show|reveal|demonstrat|disclos|confirm|identif|detect)(?:ed|s|ing|ied)\s+"
    r"(?!that\b|to\b|by\b|no\b|and\b|all\b)((?:[^\s,;:()]+\s+){1,12}?[^\s,;:()]+?)"
    rf"(?=\s*[,;:(]|\.(?!\d)|\s+(?:{_STOPS})\b)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:(?:The|An?|His|Her|Their|Our|Serum|Initial)\s)*"
    r"([^,.;:()]{3,70}?(?:\s\([^)]{1,30}\))?)\s"
    r"(?:was|were|is|are|had|has|showed|shown|revealed|demonstrated|confirmed|disclosed|detected|"
    r"indicated|suggested|grew|tested|came|reported|measured|yielded|found)\b"
)
_MEASURED = re.compile(
    r"\d\s?(?:%|[µμmnpk]?(?:g|mol|l|L|U|IU|Eq)\b|units?\b|mm\b|cm\b|mmHg|°C|[×x] ?10)|\bc\.\d"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found as a claim calls it, and how much the sentence makes of it."""

    said: str
    weight: int


def finding_in(text: str, *, named: bool) -> Finding | None:
    """What the sentence reports, unless nothing was found or it tells of the time behind."""
    looked = pattern("investigations").search(text)
    measured = _MEASURED.search(text) is not None
    felt = looked or pattern("complaints").search(text)
    if not (felt or measured or _SEEN.search(text)):
        return None
    if pattern("later_phrases").search(text) or pattern("denied").search(text):
        return None
    telling = pattern("telling_phrases").search(text) is not None
    marked = measured or pattern("marked_findings").search(text) is not None
    if pattern("nothing_found").search(text) and not (named or telling or marked):
        return None
    weight = 2 * telling + marked + (looked is not None)
    return Finding(_said(text, felt[0] if felt else ""), weight)


def _said(text: str, looked: str) -> str:
    """The object of the sentence, else its subject, else the word for what was looked at."""
    seen = _SEEN.search(text)
    if seen is not None and 2 <= len(seen[1].split()) <= _LONGEST:
        return capitalised(seen[1])
    subject = _SUBJECT.match(text)
    if subject is not None and _names_a_thing(subject[1]):
        return f"What {_small(subject[1])} showed"
    return f"Evidence from {_small(looked)}" if looked else "What was measured"


def _names_a_thing(subject: str) -> bool:
    words = subject.split()
    first = words[0].casefold()
    plain = first not in word_set("no_subject") and first not in word_set("function_words")
    return plain and len(words) <= _LONGEST


def _small(words: str) -> str:
    """Words as they stand inside a sentence; abbreviations keep their capitals."""
    return words[0].lower() + words[1:] if words[1:2].islower() else words
