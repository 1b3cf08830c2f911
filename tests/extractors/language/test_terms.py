"""When a text counts as naming a disease."""

from __future__ import annotations

import pytest

from extractors.language.abbreviations import abbreviations
from extractors.language.diseases import diseases
from extractors.language.terms import mentions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("She had ameloblastic fibromas.", "AmeloblasticFibroma"),
        ("He had scleroderma renal crisis.", "Scleroderma_renal_crisis"),
        ("A tumour of the oesophagus was seen.", "Tumors of the esophagus"),
        ("oedema and leukaemia", "Leukemia"),
        ("An adenoma, pleomorphic, was removed.", "Pleomorphic adenoma"),
        ("Behcet disease was known.", "Behçet disease"),
        ("Two metastases were seen.", "metastasis"),
        ("a sarcomatous, thrombotic mass", "thrombosis"),
    ],
)
def test_spelling_plural_order_and_writing_do_not_hide_a_name(text: str, name: str) -> None:
    assert mentions(text, [name])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He was all smiles.", "ALL"),
        ("The act was repeated.", "ACT"),
        (
            "A cyst of the liver and a fibroma far away from any such odontogenic thing.",
            "odontogenic cyst",
        ),
        ("An adenomatoid tumour.", "adenoma"),
        ("", "gout"),
    ],
)
def test_other_words_are_no_mention(text: str, name: str) -> None:
    assert not mentions(text, [name])


def test_a_short_name_is_found_as_a_word_in_its_case_with_plural() -> None:
    assert mentions("Both AVFs were open.", ["AVF"])


def test_an_article_defines_its_abbreviations() -> None:
    text = "Giant cell arteritis (GCA) and thyroglossal duct cysts (TGDCs) differ (see below)."
    assert abbreviations(text) == {
        "GCA": "Giant cell arteritis",
        "TGDC": "thyroglossal duct cysts",
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "We ruled out systemic lupus erythematosus and gout.",
            ["systemic lupus erythematosus", "gout"],
        ),
        ("Lead poisoning was known.", ["Lead poisoning"]),
        ("Guillain–Barré syndrome followed.", ["Guillain–Barré syndrome"]),
        ("The diagnosis and prognosis were clear.", []),
        ("glutaric aciduria type I was found", ["glutaric aciduria type I"]),
    ],
)
def test_diseases_are_found_by_their_last_word(text: str, names: list[str]) -> None:
    assert [found.name for found in diseases(text)] == names
