"""What a prompt leaves out: consent, pointers, and how it all ended."""

from __future__ import annotations

import pytest

from extractors.cases.rules import draft
from schemas.case import Draft
from tests.extractors.fictional import NARRATIVE, told


@pytest.mark.parametrize(
    "aside",
    [
        "Written informed consent was obtained from the conductor for this report.",
        "See https://example.org/film/7 for a film.",
        "Supplementary Video 1 shows the wrist.",
    ],
)
def test_consent_and_pointers_are_no_part_of_a_prompt(aside: str) -> None:
    found = draft(told(f"{NARRATIVE[0]} {aside}", *NARRATIVE[1:]))
    assert isinstance(found, Draft)
    assert aside not in found.case_prompt
    assert found.case_prompt.endswith("in the flexor sheath.")


@pytest.mark.parametrize(
    "outcome",
    [
        "She had a benign course throughout her hospital stay.",
        "Two days later she was discharged with a splint.",
        "She recovered within a month.",
    ],
)
def test_an_outcome_ends_the_prompt_though_the_diagnosis_is_told_later(outcome: str) -> None:
    source = told(*NARRATIVE[:2], outcome, NARRATIVE[2])
    found = draft(source)
    assert isinstance(found, Draft)
    assert source.text[found.breakpoint :].startswith(outcome)
