"""A label is one disease in plain words, as a clinician would write it."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.wordlist import word_set
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="bad_label",
    says="The label is written as an identifier, is too long, names several entities, a question, "
    "a plain symptom or a whole family of diseases.",
    needs=("final_diagnosis",),
)
_MOST_WORDS = 20
_FAULTS = (
    (re.compile(r"^\s*$"), "is empty"),
    (re.compile(r"_"), "has underscores"),
    (re.compile(r"[a-z]{3,}[A-Z][a-z]{2,}"), "is written in CamelCase"),
    (re.compile(r"[\n\t]|^\s|\s$| {2}"), "has stray spaces"),
    (re.compile(r"[.?!:]$|\?"), "is a sentence or a question"),
    (re.compile(r";|\s\+\s|\s/\s|\b(?:vs\.?|versus|and/or)\s|^\W*1[.)]"), "names several"),
    (
        re.compile(r"^(?:the |a |an |this |patient|diagnos|case of|likely |possible )", re.I),
        "opens",
    ),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the label has the form of one."""
    label = case.final_diagnosis
    for pattern, fault in _FAULTS:
        if pattern.search(label):
            return CHECK.reject(f"the label {fault}", label)
    words = label.split()
    if len(words) > _MOST_WORDS:
        return CHECK.reject(f"the label has {len(words)} words", label)
    plain = label.casefold()
    if plain in word_set("symptoms"):
        return CHECK.reject("the label is a symptom", label)
    if len(words) == 1 and plain in word_set("broad_heads"):
        return CHECK.reject("the label is a family of diseases", label)
    return None
