"""A question ends where the article starts to answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.diagnosis import Diagnosis
from extractors.language.sentences import Sentence, word_count
from extractors.language.wordlist import pattern, words

# Before this many words a sentence that leaks is left out; behind it, it ends the prompt.
_OPENING_WORDS = 60
# A sentence of so many words with a pointer in it says little else.
_POINTER_WORDS = 15
_POINTER = re.compile("|".join(words("pointers")), re.IGNORECASE)
# Beside what was not found stands what was.
_FOUND = re.compile(
    r"\b(?:show|reveal|confirm|demonstrat|disclos|suggest|identif|indicat|consistent|compatible|"
    r"positive|but|however)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The sentences shown and the offset of the first one withheld."""

    shown: tuple[Sentence, ...]
    breakpoint: int


def cut(told: tuple[Sentence, ...], diagnosis: Diagnosis) -> Prompt:
    """The narrative up to the sentence that tells or gives away the diagnosis."""
    shown: list[Sentence] = []
    count = 0
    for sentence in filter(_told, told):
        # The opening sentence brings in the patient: without it there is no case to ask about.
        if shown and _gives_away(sentence.text, diagnosis):
            if count >= _OPENING_WORDS:
                return Prompt(tuple(shown), sentence.start)
            continue
        shown.append(sentence)
        count += word_count(sentence.text)
    return Prompt(tuple(shown), told[-1].end)


def _told(sentence: Sentence) -> bool:
    """Whether a sentence tells of the case, not of consent or of files beside the article."""
    if pattern("not_told").search(sentence.text):
        return False
    short = word_count(sentence.text) <= _POINTER_WORDS
    return not (short and _POINTER.search(sentence.text))


def _gives_away(text: str, diagnosis: Diagnosis) -> bool:
    if diagnosis.giveaways.given_by(text):
        return True
    # Another diagnosis, made before this illness, is part of the question.
    earlier = pattern("earlier_diagnoses").search(text) is not None
    return not earlier and (tells(text) or _later(text))


def tells(text: str) -> bool:
    """Whether a sentence states a result that settles diagnoses: tissue, genes, a confirmation.

    A test that found nothing settles none.
    """
    told = pattern("telling_phrases").search(text) is not None
    return told and (_FOUND.search(text) is not None or not pattern("settles_nothing").search(text))


def _later(text: str) -> bool:
    """Whether a sentence is about the time behind the diagnosis: outcome, response, follow-up."""
    return pattern("later_phrases").search(text) is not None
