"""What speaks for the answer: findings, in claims that read as sentences."""

from __future__ import annotations

import pytest

from extractors.cases.findings import finding_in
from extractors.cases.names import within
from extractors.cases.rules import draft
from schemas.case import Draft
from tests.extractors.fictional import DISCUSSION, NARRATIVE, PARTS, Part, article, told


def claims(sentence: str) -> list[str]:
    """The claims that rest on one sentence more of the narrative."""
    found = draft(told(*NARRATIVE[:2], f"{NARRATIVE[2]} {sentence}"))
    assert isinstance(found, Draft), found
    return [item.claim for item in found.statements if item.quote == sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "One year later examination found only small scars over the wrist crease.",
        "She was treated with four drugs and the swelling found on examination improved.",
        "A final diagnosis of tuberculous tenosynovitis was made at a conference with pain nurses.",
    ],
)
def test_outcome_treatment_and_the_diagnosis_itself_are_no_reasons(sentence: str) -> None:
    assert claims(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ultrasonography showed small floating bodies in the sheath.", "Small floating bodies"),
        ("Culture of the pus revealed the presence of A. flavus.", "The presence of A. flavus"),
        ("Palpation of the swelling revealed a boggy, tender tendon.", None),
        ("The scan of the spleen showed four low-density lesions of (2 cm) size.", None),
        ("Radiographs of the head showed, in addition, wide fissures.", None),
        ("The CT scan showed adhesions between the sheath, the skin and the bone.", None),
        ("Laboratory tests showed white blood cells: 12 per field.", None),
    ],
)
def test_a_finding_is_named_by_a_whole_phrase_or_not_at_all(
    sentence: str, said: str | None
) -> None:
    found = finding_in(sentence, named=True)
    assert found is not None
    assert found.said == said


def test_where_no_phrase_is_whole_the_claim_is_the_sentence_s_own_clause() -> None:
    sentence = (
        "However, the culture of the pus (day 3) grew acid-fast rods, which were positive twice."
    )
    assert claims(sentence) == [
        "In support of tuberculous tenosynovitis of the wrist, the authors report: "
        "The culture of the pus grew acid-fast rods."
    ]


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Primitive fibroma of the lung", "primitive fibroma of the lung"),
        ("Associated Disorders", "associated disorders"),
        ("Bankart fracture", "Bankart fracture"),
        ("Aspergillus flavus endocarditis", "Aspergillus flavus endocarditis"),
        ("IgG4-related Disease", "IgG4-related disease"),
        ("Crohn’s Disease", "Crohn’s disease"),
        ("COVID-19 Pneumonia", "COVID-19 pneumonia"),
    ],
)
def test_a_diagnosis_inside_a_claim_has_small_letters(name: str, inside: str) -> None:
    assert within(name) == inside


def test_every_claim_of_the_usual_article_is_a_sentence() -> None:
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", DISCUSSION)]
    found = draft(article(parts))
    assert isinstance(found, Draft)
    for item in found.statements:
        assert item.claim[0].isupper()
        assert item.claim.endswith(".")
        assert "Evidence from" not in item.claim


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("Urinary mycobacterial antigen was also negative.", "Urinary mycobacterial antigen was"),
        ("Blood cultures stayed sterile and showed no fungi.", "Blood cultures stayed sterile"),
        ("Ibuprofen for two weeks had no effect.", "Ibuprofen for two weeks had no effect"),
        ("There was no bony erosion.", "There was no bony erosion"),
    ],
)
def test_what_was_sought_in_vain_speaks_against_the_rest(sentence: str, clause: str) -> None:
    (claim,) = claims(sentence)
    assert claim.startswith(f"Against other diagnoses, the authors report: {clause}")


@pytest.mark.parametrize(
    "sentence",
    [
        "Sputum smears for tuberculous bacilli were not positive.",
        "A postoperative scan showed no haematoma.",
        "The swelling was no longer visible on examination and had resolved.",
    ],
)
def test_the_answer_s_own_absence_and_later_checks_are_no_reasons(sentence: str) -> None:
    assert not [claim for claim in claims(sentence) if claim.startswith("Against")]


def argued(sentence: str) -> list[str]:
    """The claims that rest on one sentence more of the discussion."""
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", [*DISCUSSION, sentence])]
    found = draft(article(parts))
    assert isinstance(found, Draft), found
    return [item.claim for item in found.statements if item.quote == sentence]


@pytest.mark.parametrize(
    ("sentence", "is_reason"),
    [
        ("Tuberculous tenosynovitis is characterised by floating rice bodies.", True),
        ("Our patient had lost weight, a typical sign found in half of those affected.", True),
        ("Tuberculous tenosynovitis typically needs nine months of treatment.", False),
        ("The incidence of tuberculous tenosynovitis is due to late diagnosis.", False),
        ("Pigeons are kept in many towns and have symptoms of their own.", False),
    ],
)
def test_a_discussion_s_reason_ties_a_finding_to_the_answer(sentence: str, is_reason: bool) -> None:
    assert bool(argued(sentence)) == is_reason


def test_an_abbreviated_disease_is_weighed_by_its_whole_name() -> None:
    sentence = "Rheumatoid arthritis (RA) is common. RA was ruled out by serology."
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", [*DISCUSSION[1:], sentence])]
    found = draft(article(parts), require_reasons=False)
    assert isinstance(found, Draft)
    weighed = {item.diagnosis: item.quote for item in found.statements if item.bears == "excludes"}
    assert weighed == {"Rheumatoid arthritis": "RA was ruled out by serology."}
