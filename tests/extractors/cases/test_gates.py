"""What the gate of the reading stage turns away, by reason."""

from __future__ import annotations

import pytest

from extractors.cases.gates import gate
from tests.extractors.fictional import PARTS, article


def reason(**kwargs: object) -> str | None:
    found = gate(article(**kwargs))  # type: ignore[arg-type]
    return found.reason if found else None


def test_a_case_report_passes() -> None:
    assert reason() is None


def test_an_article_without_a_body_is_no_body() -> None:
    assert reason(parts=[]) == "no_body"
    assert reason(parts=[("Case", "case", ["See the printed version."])]) == "no_body"


def test_a_research_article_is_not_a_case_report() -> None:
    assert reason(article_type="research-article", subjects=("Cardiology",)) == "not_a_case_report"


@pytest.mark.parametrize("subject", ["Clinical Case Report", "Case reports", "Case Study"])
def test_a_subject_makes_a_research_article_a_case_report(subject: str) -> None:
    assert reason(article_type="research-article", subjects=("Medicine", subject)) is None


def test_a_report_of_a_region_is_not_a_case_report() -> None:
    assert reason(subjects=("Regional Report",)) == "not_a_case_report"


def test_a_report_without_a_person_is_not_a_case_report() -> None:
    rooms = "The laboratory has four rooms and the air of each is filtered twice. " * 8
    assert reason(parts=[("Rooms", "case", [rooms])]) == "not_a_case_report"


def test_a_language_tag_other_than_english_is_not_english() -> None:
    assert reason(language="fr") == "not_english"
    assert reason(language="en-GB") is None
    assert reason(language=None) is None


def test_a_body_in_another_language_is_not_english_whatever_its_tag() -> None:
    body = (
        "Una mujer de 52 años acudió a la consulta por una tumoración indolora de la muñeca "
        "izquierda que había crecido durante siete meses. Había perdido cuatro kilos y dormía mal. "
        "No tenía fiebre ni tos ni traumatismo previo. Criaba palomas y nunca había viajado. "
    )
    assert reason(parts=[("Caso", "case", [body * 2])]) == "not_english"


def test_the_reject_says_what_it_saw() -> None:
    found = gate(article(parts=PARTS[:1]))
    assert found is not None
    assert "words" in found.detail
