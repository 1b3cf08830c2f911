"""A published prompt says nothing by which the patient could be found."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.wordlist import lowered, plain_pattern
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="identifiers",
    says="The prompt holds a date of birth, a number of a hospital, an insurance or a state, an "
    "address, an e-mail address, a telephone number, or a person's name or initials.",
    needs=("case_prompt",),
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:{_DAY}[\s./-]+(?:of )?(?:{_MONTH}|\d{{1,2}})|{_MONTH}\s+{_DAY}\b|\d{{4}}-\d\d)"
_NUMBER = r"\b(?:no|nos|nr|number|num|id|identifier|code)\b"
_DIGITS = r"\.?\W{0,4}(?:(?:was|is|of|being)\s)?[A-Z]{0,4}[\s/-]?\d[\w/-]*"
_NAME = r"[A-Z][a-zß-öø-ÿ'’]+\b"
_AGED = r"(?:,| \(| who| is| was)? ?(?:an?|aged|age)? ?\d{1,3}[\s-]*(?:years?|yrs?|months?|y/?o)\b"
_EPONYM = r"(?! (?:syndrome|disease|sign|test|phenomenon|triad|lesion|tumou?r|cell|score|criteria))"
_STREET = r"(?:Street|St\.|Road|Rd\.?|Avenue|Ave\.?|Lane|Drive|Close|Square|Court|Boulevard)\b"
_PERSON = r"\b(?:[Pp]atient|[Ii]nitials|woman|man|boy|girl|lady|gentleman)"
# Each with a part without which it need not be looked for.
_SIGNS = (
    ("birth", r"(?i:\b(?:date of birth|birth ?date))", "a date of birth"),
    ("", r"\b(?:DOB|D\.O\.B|dob\b)", "a date of birth"),
    (
        "born",
        rf"(?i:\bborn\s(?:[\w ]{{0,20}}\s)?(?:on|in|at)?\s?(?:the )?{_DATE})",
        "a date of birth",
    ),
    ("", rf"\b(?:MRN|UHID|URN|SSN|(?:CR|IP|OPD) [Nn]o){_DIGITS}", "a hospital number"),
    ("", r"\b(?:ID|id|no)[:#]\s?[A-Z]{0,3}-?\d{4,}", "a hospital number"),
    ("", r"\b\d{3}(?:-\d{2}-\d{4}| \d{3} \d{4})\b", "a number of a person"),
    ("@", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w[\w.]*", "an e-mail address"),
    (
        "",
        r"(?i:\b(?:tel|(?:tele)?phone|mobile|call)\b[^\d.]{0,25}\+?\d[\d \-()]{6,})",
        "a telephone number",
    ),
    ("+", r"(?<![\d.])\+\d{1,3}[\s-]\(?\d{1,4}\)?[\s-]?\d{2,}[\d\s-]*", "a telephone number"),
    ("", rf"\b\d{{1,4}},? {_NAME}(?: {_NAME})? {_STREET}", "an address"),
    ("", rf"\b(?:Mr|Mrs|Ms|Miss|Master|Mme|Herr|Frau|Señora?)\.? (?:{_NAME}|[A-Z]\b)", "a name"),
    (
        "",
        rf"\b(?:[Nn]amed|[Cc]alled|[Nn]ame(?: is| was| of|:)) {_NAME}(?![’']s){_EPONYM}",
        "a name",
    ),
    ("", rf"(?:^|[.!?:]\s|\n){_NAME} (?:[A-Z]\. ?)?{_NAME}{_AGED}", "a name"),
    ("", rf"{_PERSON},? \(?[A-Z]\. ?[A-Z]\.?(?: ?[A-Z]\.)?(?=\W)", "initials"),
    ("", rf"\b[Pp]atient,? {_NAME} {_NAME}(?! (?:[Hh]ealth|Score|Scale|Questionnaire))", "a name"),
)
_COMPILED = tuple((part, re.compile(pattern), kind) for part, pattern, kind in _SIGNS)
_NUMBERED = re.compile(rf"\s+(?:[a-z]+\s)?{_NUMBER}{_DIGITS}", re.IGNORECASE)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt identifies a person."""
    prompt = case.case_prompt
    small = lowered(prompt)
    for part, sign, kind in _COMPILED:
        hit = sign.search(prompt) if part in small else None
        if hit is not None:
            return CHECK.reject(f"the prompt holds {kind}", hit[0].strip())
    for keeper in plain_pattern("number_keepers").finditer(small):
        number = _NUMBERED.match(prompt, keeper.end())
        if number is not None:
            return CHECK.reject("the prompt holds a hospital number", keeper[0] + number[0])
    return None
