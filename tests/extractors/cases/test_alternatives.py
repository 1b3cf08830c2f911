"""What may stand against the answer: another diagnosis, and nothing less."""

from __future__ import annotations

import pytest

from extractors.cases.alternatives import alternatives_in
from extractors.cases.rules import draft
from schemas.case import Draft
from tests.extractors.fictional import DISCUSSION, PARTS, Part, article


def weighed(sentence: str) -> set[str]:
    """What a draft of the usual article weighs when its discussion says one sentence more."""
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", [*DISCUSSION, sentence])]
    found = draft(article(parts))
    assert isinstance(found, Draft), found
    usual = {"Rheumatoid arthritis", "Pigmented tumour", "Gout"}
    return {item.diagnosis for item in found.statements if item.bears == "excludes"} - usual


def named(sentence: str) -> list[str]:
    return [item.name for item in alternatives_in(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "A tuberculous infection of the wrist was excluded at first in our patient.",
        "Distal tuberculous disease was ruled out in our patient by two negative films.",
        "A polymerase chain reaction was considered for the fluid of our patient.",
        "Symmetrical lesions were excluded by an examination of the other wrist.",
        "In our patient retinal haemorrhages were ruled out by an ophthalmologist.",
        "Severe thrombocytopenia and metabolic alkalosis were excluded by blood tests.",
        "Complete heart block was excluded by an electrocardiogram in our patient.",
        "A cecocentral scotoma was ruled out when our patient complained of her sight.",
        "Skeletal anomalies were excluded by radiographs of both hands of our patient.",
        "An adverse reaction and unknown infections were considered in our patient.",
        "A childhood disease was suspected by the family doctor of our patient.",
        "Hyperhidrosis was considered by the nurses who cared for our patient.",
        "There was no evidence of further sarcoidosis in the other wrist of our patient.",
        "Excluding one patient who had sarcoidosis, all of them were tram conductors.",
        "The test for lupus anticoagulant was considered necessary in our patient.",
    ],
)
def test_what_is_no_other_diagnosis_is_not_weighed(sentence: str) -> None:
    assert not weighed(sentence)


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        ("Tuberculous meningitis was excluded by a lumbar puncture.", "Tuberculous meningitis"),
        ("Bacterial tenosynovitis was considered in our patient.", "Bacterial tenosynovitis"),
        ("In our patient sarcoidosis was ruled out by a film.", "Sarcoidosis"),
    ],
)
def test_a_disease_that_shares_a_word_with_the_answer_may_be_another(
    sentence: str, other: str
) -> None:
    assert weighed(sentence) == {other}


def test_a_name_is_taken_whole() -> None:
    assert named("Granulomatosis with polyangiitis was ruled out.") == [
        "Granulomatosis with polyangiitis"
    ]
    assert named("Rapidly progressive glomerulonephritis was suspected in him.") == [
        "Rapidly progressive glomerulonephritis"
    ]
