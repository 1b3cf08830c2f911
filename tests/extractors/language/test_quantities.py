"""Numbers, units, drugs and denials as they stand in case reports."""

from __future__ import annotations

import pytest

from extractors.language.drugs import drugs
from extractors.language.heads import core_names
from extractors.language.polarity import polarity
from extractors.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a 52-year-old", [("52", "year")]),
        ("5-10 mg/dl", [("5", "mg/dl"), ("10", "mg/dl")]),
        ("3 x 2.50 cm", [("3", "cm"), ("2.5", "cm")]),
        ("WBC 12,300/mm3", [("12300", "/mm3"), ("3", "")]),
        ("CRP 5·2 mg/L", [("5.2", "mg/l")]),
        ("90 beats per minute", [("90", "beats/min")]),
        ("thirty-five days", [("35", "day")]),
        ("50 mcg", [("50", "ug")]),
        ("34‰", [("34", "‰")]),
        ("CD4 cells", [("4", "")]),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, found: list[tuple[str, str]]) -> None:
    assert [(item.value, item.unit) for item in quantities(text)] == found


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("There was no fever, cough or injury, and she had lost weight.", {"fever", "cough"}),
        ("She denied chest pain but had dyspnea.", {"chest", "pain"}),
        ("Cultures were negative and the test was positive.", {"cultur"}),
        ("The abdomen was soft and non-tender.", {"tender"}),
        ("She had lost weight.", set()),
    ],
)
def test_a_denial_ends_with_its_clause(text: str, denied: set[str]) -> None:
    said = polarity(text)
    assert denied <= said.denied
    assert not {"lose", "weight", "dyspnea", "positiv", "soft"} & said.denied


def test_drugs_are_known_by_their_stems() -> None:
    text = "Amoxicillin, rivaroxaban, aspirin and infliximab, but cocaine, bilirubin and a peptide."
    assert list(drugs(text)) == ["Amoxicillin", "rivaroxaban", "aspirin", "infliximab"]


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("Tuberculous tenosynovitis of the wrist", ("Tuberculous tenosynovitis",)),
        ("Acute lupus nephritis", ("lupus nephritis",)),
        ("Infection of the wrist", ()),
        ("Gout", ()),
    ],
)
def test_the_core_of_a_name_tells_which_disease_it_is(name: str, cores: tuple[str, ...]) -> None:
    assert core_names(name) == cores
