"""What a sentence says was found in the patient, in words short enough for a claim."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.names import capitalised
from extractors.language.wordlist import pattern, word_set

_LONGEST = 12
_STOPS = r"with|which|that|in|on|at|up|without|as|measuring|suggest\w*|consistent"
_SEEN = re.compile(
    r"\b(?:show|reveal|demonstrat|disclos|identif|detect)(?:ed|s|ing|ied)\s+"
    r"(?!that\b|to\b|by\b|no\b|and\b|all\b)((?:[^\s,;:()]+\s+){1,12}?[^\s,;:()]+?)"
    rf"(?=\s*[,;]|\s*\((?![\d<>])|\.?\s*$|\s+(?:{_STOPS})\b)",
    re.IGNORECASE,
)
# Where one of these stands in what was seen, it is cut short or no thing at all.
_BROKEN = re.compile(
    r"[“”\"‘~\[\]]|^(?!(?:an?|the|his|her|their|its)\b)(?:\w+ly|me|us|him|them|"
    r"normal\w*|evidence|features|findings|diagnos\w+|various|variable|somewhat|similar)\b|"
    r"\b(?:between|both|either|neither|from|among|was|were|is|are|had|has|have|be|and|or|"
    r"(?:progressive|stable) disease|diagnosis|result|what|this|these|it|he|she|we)\b",
    re.IGNORECASE,
)
# A phrase that ends on such a word has lost its noun.
_NO_NOUN = re.compile(
    r"\w*(?:ed|ing|al|ic|ous|ive|ar|ary|ent|ant|ible|able|less|oid|like|gy|ly|ish|ky|ny|my|ry)",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(
    r"^(?:however|moreover|furthermore|in addition|additionally|also|thus|therefore|hence|then|"
    r"finally|interestingly|notably|besides|on the other hand|in fact|indeed|here)\b,?\s+",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[\d,\s–-]+\])")
_BOUNDARY = re.compile(
    r"\s*;\s|,?\s(?:but|whereas|while|although|because|so that)\s|,\s(?:which|and|with|who)\s"
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|had|has|showed|shows|revealed|reveals|demonstrated|confirmed|disclosed|"
    r"detected|indicated|suggested|grew|measured|yielded|found|identified|supports?|supported)\b"
)
_SUBORDINATE = frozenset({"although", "because", "while", "whereas", "since", "as", "when", "if"})
_FEWEST_IN_CLAUSE = 5
_MEASURED = re.compile(
    r"\d\s?(?:%|[µμmnpk]?(?:g|mol|l|L|U|IU|Eq)\b|units?\b|mm\b|cm\b|mmHg|°C|[×x] ?10)|\bc\.\d"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, where a whole phrase names it, and how much the sentence makes of it.

    An absent one speaks against other diseases: a test that was negative, a drug without effect.
    """

    said: str | None
    clause: str
    weight: int
    absent: bool = False


def finding_in(text: str, *, named: bool) -> Finding | None:
    """What the sentence reports, or misses, unless it tells of the time behind."""
    looked = pattern("investigations").search(text)
    failed = pattern("treatment_failed").search(text) is not None
    measured = _MEASURED.search(text) is not None
    reasoned = pattern("reasoned").search(text) is not None
    told = any(pattern(name).search(text) for name in ("complaints", "missing_signs"))
    if not (looked or failed or measured or reasoned or told or _SEEN.search(text)):
        return None
    if pattern("later_phrases").search(text):
        return None
    if pattern("no_reasons").search(text) and not failed:
        return None
    telling = pattern("telling_phrases").search(text) is not None
    marked = measured or pattern("marked_findings").search(text) is not None
    nothing = pattern("nothing_found").search(text) and not (named or telling or marked or reasoned)
    if failed and not named:
        return Finding(None, clause(text), 2, absent=True)
    if nothing or pattern("denied").search(text):
        return _absent(text, int(looked is not None), named=named)
    weight = 2 * telling + marked + (looked is not None) + reasoned
    return Finding(_said(text), clause(text), weight)


def _absent(text: str, weight: int, *, named: bool) -> Finding | None:
    """What was looked for in vain, unless that was the answer, or after it was dealt with."""
    if named or pattern("checked_later").search(text) or not pattern("in_vain").search(text):
        return None
    return Finding(None, clause(text), weight, absent=True)


def _said(text: str) -> str | None:
    """The object of the sentence, if it is a whole phrase with its noun."""
    seen = _SEEN.search(text)
    if seen is None or not 2 <= len(seen[1].split()) <= _LONGEST:
        return None
    words = seen[1].split()
    first, last = words[0].casefold(), words[-1].casefold()
    opens = first in {"a", "an", "the", "his", "her"} or first not in word_set("function_words")
    ends = last not in word_set("function_words") and not _NO_NOUN.fullmatch(last)
    return capitalised(seen[1]) if opens and ends and not _BROKEN.search(seen[1]) else None


def clause(text: str) -> str:
    """The sentence's own words up to where a clause of its own ends, without its asides."""
    bare = _CONNECTIVE.sub("", _ASIDE.sub("", text)).strip().rstrip(".")
    for end in _BOUNDARY.finditer(bare):
        first = bare[: end.start()]
        words = first.split()
        opened = words[0].casefold() in _SUBORDINATE if words else True
        if not opened and len(words) >= _FEWEST_IN_CLAUSE and _VERB.search(first):
            return capitalised(first)
    return capitalised(bare)
