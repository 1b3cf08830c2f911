"""A question is about one patient."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.sentences import sentence_at
from extractors.language.wordlist import lowered, plain_pattern
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="several_patients",
    says="The prompt tells of a second case or patient, or of several, or brings in patients of "
    "different ages.",
    needs=("case_prompt",),
)
_PERSON = (
    r"(?:wom[ae]n|man|male|female|boy|girl|child|infant|neonate|newborn|patient|lady|gentleman|"
    r"teenager|person)\b"
)
_OLD = r"(\d{1,3})[\s-]*(?:year|yr|month|week|day)s?[\s-]*old\b"
_AGED = rf"\b(?:an?|another|one)\s(?:[\w-]+\s){{0,2}}?{_PERSON},?\s(?:aged|of)\s(\d{{1,3}})\s?y"
# How a patient is brought in: by an age behind "a" or "another", not by "his 40-year-old brother".
_FIRST = re.compile(rf"\ban?\s(?:[\w,-]+\s){{0,2}}?{_OLD}|{_AGED}", re.IGNORECASE)
_NEXT = re.compile(
    rf"\b(?:an?|another|one)\s(?:[\w,-]+\s){{0,2}}?{_OLD}\s+(?:[\w/-]+\s){{0,4}}?{_PERSON}|{_AGED}",
    re.IGNORECASE,
)
# Someone else's age may be told too: who infected, hurt, bore or gave an organ to the patient.
_OTHER_PERSON = re.compile(
    r"\b(?:contact|exposed|exposure|donor|donated|transplant\w*|from|brother|sister|mother|father|"
    r"son|daughter|wife|husband|cousin|born|birth|delivered|history|as|when|like|similar|than|with|"
    r"assault\w*|hit|attack\w*|car\w*|married|partner|by)\s+(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt tells of more than one patient."""
    prompt = case.case_prompt
    small = lowered(prompt)
    for listed in ("several_told", "second_patients"):
        hit = plain_pattern(listed).search(small)
        if hit is not None:
            return CHECK.reject(f"the prompt says {hit[0]}", sentence_at(prompt, hit.start())[1])
    first = _FIRST.search(prompt)
    if first is None:
        return None
    for match in _NEXT.finditer(prompt, first.end()):
        age, other = first[1] or first[2], match[1] or match[2]
        lead = prompt[max(0, match.start() - 40) : match.start()]
        if age != other and not _OTHER_PERSON.search(lead):
            return CHECK.reject(f"patients aged {age} and {other} are brought in", match[0])
    return None
