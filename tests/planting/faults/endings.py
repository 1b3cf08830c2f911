"""Prompts that ask for the answer, or go on past the point where it was known."""

from __future__ import annotations

from random import Random

from tests.planting.bases import Base
from tests.planting.edits import Fault, said, told
from tests.planting.wordings import words


def question(base: Base, donor: Base, rng: Random) -> Fault:
    """The prompt ends by asking for the diagnosis.

    Some articles ask their readers so; where only the prompt does, it is unfaithful as well.
    """
    sentence = rng.choice(words("questions"))
    if rng.random() < 0.5:
        return told(base, sentence, "asks_answer", at=-1, rng=rng)
    return said(base, sentence, "asks_answer", "unfaithful_prompt", at=-1, rng=rng)


def outcome(base: Base, donor: Base, rng: Random) -> Fault:
    """What became of the patient."""
    return _later(base, "outcomes", rng)


def response(base: Base, donor: Base, rng: Random) -> Fault:
    """What a treatment did that tells the diagnosis."""
    return _later(base, "responses", rng)


def confirmation(base: Base, donor: Base, rng: Random) -> Fault:
    """That a diagnosis was confirmed, without naming it; at the end it states one as well."""
    sentence = rng.choice(words("confirmations"))
    at = rng.choice((-1, -2, len(base.shown) // 2))
    also = ("asks_answer",) if at == -1 else ()
    return told(base, sentence, "later_events", *also, at=at, rng=rng)


def _later(base: Base, name: str, rng: Random) -> Fault:
    # Near the end: further up it could be an earlier illness.
    at = rng.choice((-1, -1, -2))
    return told(base, rng.choice(words(name)), "later_events", at=at, rng=rng)
