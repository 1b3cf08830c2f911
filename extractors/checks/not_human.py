"""The questions are about people."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.wordlist import lowered, plain_pattern, words
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="not_human",
    says="The prompt brings in an animal as the patient, by age, breed or neutering, or speaks of "
    "animals alone.",
    needs=("case_prompt",),
    helps=("title",),
)
_OLD = r"\b\w+[\s-](?:year|yr|month|week|day)s?[\s-]old,?\s"
_PERSON = re.compile(
    rf"{_OLD}(?:[\w/-]+,?\s){{0,5}}?(?:(?:(?:wo)?m[ae]n|girl|boy|lady|gentleman|infant|child|neonate|"
    r"newborn|primigravida|student|worker|farmer|nurse|teacher|veterinarian)\b|"
    r"(?:male|female|patient)\s(?:patient|with|who|presented|was|is|came|had|has|complain\w+)\b)",
    re.IGNORECASE,
)
_BROUGHT_IN = re.compile(
    rf"{_OLD}(?:[\w/-]+,?\s){{0,6}}?(?:{'|'.join(words('animals'))})\b(?!\s+(?:bite|scratch|owner|"
    r"breeder|farmer|handler|lover|trainer|keeper))|\ban?\s(?:[\w-]+\s){0,3}?"
    rf"(?:{'|'.join(words('animals'))}),?\s(?:aged|of)\s(?:\d+|\w+)\s(?:year|month|week)",
    re.IGNORECASE,
)
_TITLED = re.compile(
    rf"(?:\bin|^|:)\s?an?\s(?:[\w-]+\s){{0,3}}?(?:{'|'.join(words('animals'))})\b(?=\s*(?:$|[.:,(]|with\b|"
    r"and\b|in\b|after\b|from\b))",
    re.IGNORECASE,
)
_NEUTERED = re.compile(r"\b(?:neutered|spayed|castrated (?:male|dog|cat|horse)|gelding)\b", re.I)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the patient is an animal."""
    prompt = case.case_prompt
    small = lowered(prompt)
    named = plain_pattern("animals").findall(small)
    hit = (_BROUGHT_IN.search(prompt) if named else None) or _NEUTERED.search(prompt)
    if hit is not None and not _owned(prompt, hit):
        return CHECK.reject("an animal is brought in as the patient", hit[0])
    titled = _TITLED.search(article.title)
    if titled is not None:
        return CHECK.reject("its title is about an animal", titled[0])
    if len(named) > 1 and not plain_pattern("people").search(small) and not _PERSON.search(prompt):
        return CHECK.reject("it speaks of animals alone", named[0])
    return None


def _owned(prompt: str, hit: re.Match[str]) -> bool:
    """Whether a person was brought in before, so that the animal may be theirs."""
    person = _PERSON.search(prompt)
    return person is not None and person.start() < hit.start()
