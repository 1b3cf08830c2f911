"""What is a label, and what is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.checks import bad_label
from tests.extractors.checks.planted import GOOD, SOURCE, reason


@pytest.mark.parametrize(
    "label",
    [
        "AmeloblasticFibroma",
        "Scleroderma_renal_crisis",
        "Gout; pseudogout",
        "Gout vs. pseudogout",
        "Gout / pseudogout",
        "Chest pain",
        "Infection",
        "Is it gout?",
        "The patient had gout.",
        "",
        " ".join(["very"] * 25),
        "TUBERCULOUS TENOSYNOVITIS",
        "renal-cell-carcinoma",
        "AcquiredADAMTS13Deficiency",
        "Gout and pseudogout",
        "Gout or pseudogout",
        "Sarcoidosis, tuberculosis",
        "Gout (differential diagnosis: pseudogout)",
        "Persistent headaches",
        "Fever of unknown origin",
        "Acute abdominal pain",
        "Malignant tumour",
        "Bacterial infection",
        "Heart disease",
        "Laparoscopic cholecystectomy",
        "Transplantation of the liver",
        "M10.9",
    ],
)
def test_a_label_that_is_no_plain_disease_is_bad(label: str) -> None:
    case = replace(GOOD, final_diagnosis=label)
    assert reason(bad_label.check(case, SOURCE)) == "bad_label"


@pytest.mark.parametrize(
    "label",
    [
        "Gout",
        "HIV-associated nephropathy",
        "McArdle disease",
        "IgG4-related disease",
        "COVID-19 pneumonia",
        "High-grade (WHO grade 3) meningioma of the left convexity",
        "Coronary artery disease",
        "Carcinoma of the gallbladder",
        "Infection by Nocardia farcinica",
        "Sepsis after splenectomy",
        "Squamous cell carcinoma of the head and neck",
        "Septic arthritis with bacteraemia and endocarditis",
    ],
)
def test_a_plain_spaced_label_is_good(label: str) -> None:
    assert bad_label.check(replace(GOOD, final_diagnosis=label), SOURCE) is None
