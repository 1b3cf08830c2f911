"""A prompt that tells a sentence twice, and one that only repeats a few words."""

from __future__ import annotations

from dataclasses import replace

from extractors.checks import told_twice
from tests.extractors.checks.planted import GOOD, SOURCE, with_line

SENTENCE = "The wrist had been swollen for three weeks."


def test_a_sentence_told_twice_is_a_fault_however_it_is_spaced() -> None:
    once = with_line(SENTENCE)
    assert told_twice.check(once, SOURCE) is None
    prompt = f"{once.case_prompt} The wrist  had been swollen, for three WEEKS."
    found = told_twice.check(replace(once, case_prompt=prompt), SOURCE)
    assert found is not None
    assert found.reason == "told_twice"


def test_a_short_sentence_may_come_again() -> None:
    prompt = f"{GOOD.case_prompt} There was no fever. A day passed. There was no fever."
    assert told_twice.check(replace(GOOD, case_prompt=prompt), SOURCE) is None
