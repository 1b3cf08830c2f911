"""Checks on whose case it is, in which language, and whether it may be used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.checks import licence, not_english, not_human, retracted
from tests.extractors.checks.planted import GOOD, SOURCE, reason, with_line


@pytest.mark.parametrize("said", [None, " ", "CC BY-ND", "CC BY-NC-ND 4.0", "all rights reserved"])
def test_a_licence_without_adaptations_is_told_and_rejects_nothing(said: str | None) -> None:
    found = licence.check(GOOD, replace(SOURCE, licence=said))
    assert reason(found) == "licence"
    assert not licence.CHECK.required


@pytest.mark.parametrize("said", ["CC BY", "cc-by-4.0", "CC BY-NC-SA 3.0", "CC0", "CC0 1.0"])
def test_a_licence_with_adaptations_is_known_in_its_writings(said: str) -> None:
    assert licence.check(GOOD, replace(SOURCE, licence=said)) is None


def test_a_mark_in_the_title_retracts() -> None:
    assert reason(retracted.check(GOOD, replace(SOURCE, retracted=True))) == "retracted"
    for title in ("Retracted: Gout of the wrist", "[Retraction note] Gout", "WITHDRAWN. Gout"):
        assert reason(retracted.check(GOOD, replace(SOURCE, title=title))) == "retracted"
    for title in ("Retraction of the eyelid in a tram conductor", "Withdrawn children"):
        assert retracted.check(GOOD, replace(SOURCE, title=title)) is None


@pytest.mark.parametrize(
    "prompt",
    [
        "A 7-year-old male Labrador retriever limped. The patient was off food.",
        "A nine-year-old neutered domestic shorthair was presented with a swollen paw.",
        "We saw a pony aged 5 years with a swollen fetlock.",
        "The dog was lame. Two other dogs in the kennel were well.",
    ],
)
def test_an_animal_as_the_patient_is_not_human(prompt: str) -> None:
    assert reason(not_human.check(replace(GOOD, case_prompt=prompt), SOURCE)) == "not_human"


def test_a_title_about_an_animal_is_not_human() -> None:
    titled = replace(SOURCE, title="Tuberculous tenosynovitis in a green iguana: a case report")
    assert reason(not_human.check(GOOD, titled)) == "not_human"
    for title in ("Tenosynovitis after a cat bite", "Tenosynovitis in a dog owner"):
        assert not_human.check(GOOD, replace(SOURCE, title=title)) is None


@pytest.mark.parametrize(
    "line",
    [
        "Her 3-year-old dog was well.",
        "She had bought a 2-year-old cow.",
        "A 9-year-old cat bit her.",
    ],
)
def test_the_animal_of_a_person_is_no_patient(line: str) -> None:
    case = with_line(line)
    opened = f"A 52-year-old woman had a swollen wrist. {case.case_prompt}"
    assert not_human.check(replace(case, case_prompt=opened), SOURCE) is None


@pytest.mark.parametrize(
    "line",
    [
        "La paciente refería dolor en la muñeca desde hacía siete meses.",
        "Die Patientin klagte seit sieben Monaten über eine Schwellung und Schmerzen.",
        "На осмотре определялась мягкая припухлость левого запястья.",
    ],
)
def test_a_sentence_in_another_language_is_not_english(line: str) -> None:
    assert reason(not_english.check(with_line(line), SOURCE)) == "not_english"


@pytest.mark.parametrize(
    "line",
    [
        "Café au lait spots, grand mal seizures and a sequela of the disease de novo were denied.",
        "Haemoglobin 9.1 g/dl, leukocytes 11,000/mm3, platelets 210,000/mm3, sodium 139 mmol/l.",
    ],
)
def test_loan_words_and_clipped_values_are_english(line: str) -> None:
    assert not_english.check(with_line(line), SOURCE) is None
