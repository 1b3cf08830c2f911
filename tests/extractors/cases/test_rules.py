"""The rules draft: where it stops, what it calls the disease, which reasons it quotes."""

from __future__ import annotations

import pytest

from extractors.cases.rules import draft, look
from schemas.article import Article
from schemas.case import Draft
from schemas.reject import Reject
from tests.extractors.fictional import DISCUSSION, NARRATIVE, PARTS, Part, article, told


def made(source: Article) -> Draft:
    found = draft(source)
    assert isinstance(found, Draft), found
    return found


def reason(source: Article, *, require_reasons: bool = True) -> str | None:
    found = draft(source, require_reasons=require_reasons)
    return found.reason if isinstance(found, Reject) else None


def test_the_label_is_the_disease_of_the_title() -> None:
    found = made(article())
    assert found.final_diagnosis == "Tuberculous tenosynovitis of the wrist"
    assert "TT" in found.final_diagnosis_aliases


def test_a_title_without_the_disease_leaves_the_word_to_the_narrative() -> None:
    found = made(article(title="A swollen wrist with an unexpected cause"))
    assert found.final_diagnosis == "Tuberculous tenosynovitis"


@pytest.mark.parametrize(
    ("title", "label"),
    [
        (
            "Case Report: Tuberculous Tenosynovitis in a 52-Year-Old Woman",
            "Tuberculous tenosynovitis",
        ),
        ("A rare case of tuberculous tenosynovitis", "Tuberculous tenosynovitis"),
        ("Tuberculous tenosynovitis mimicking a ganglion", "Tuberculous tenosynovitis"),
        ("A wrist full of rice—tuberculous tenosynovitis", "Tuberculous tenosynovitis"),
        (
            "Wrist pain as the first manifestation of tuberculous tenosynovitis",
            "Tuberculous tenosynovitis",
        ),
    ],
)
def test_a_title_is_freed_of_the_words_about_the_report(title: str, label: str) -> None:
    assert made(article(title=title)).final_diagnosis == label


def test_the_prompt_ends_before_the_sentence_that_tells() -> None:
    source = article()
    found = made(source)
    assert source.text[found.breakpoint :].startswith("Histological examination")
    assert found.case_prompt.startswith("A 52-year-old tram conductor")
    assert found.case_prompt.endswith("in the flexor sheath.")


def test_the_prompt_is_whole_sentences_of_the_text_before_the_breakpoint() -> None:
    source = article()
    found = made(source)
    before = " ".join(source.text[: found.breakpoint].split())
    assert " ".join(found.case_prompt.split()) in before


def test_an_early_sentence_that_names_the_answer_is_left_out() -> None:
    leak = "A colleague wondered about tuberculous tenosynovitis."
    found = made(told(f"{NARRATIVE[0][:170]}. {leak}", *NARRATIVE[1:], NARRATIVE[0]))
    assert "tenosynovitis" not in found.case_prompt


def test_an_opening_that_names_the_answer_stays_for_the_check_to_see() -> None:
    opening = "A 52-year-old woman with known tuberculous tenosynovitis came to the clinic."
    source = told(opening, *NARRATIVE)
    assert made(source).case_prompt.startswith(opening)
    seen = look(source)
    assert seen.unsuitable is not None
    assert seen.unsuitable.reason == "answer_in_prompt"
    assert seen.draft is not None
    assert seen.draft.case_prompt == ""


def test_alternatives_are_the_diseases_beside_words_of_doubt() -> None:
    weighed = {item.diagnosis for item in made(article()).statements if item.bears == "excludes"}
    assert {"Rheumatoid arthritis", "Gout"} <= weighed


def test_every_quote_stands_in_the_text_and_no_claim_is_made_twice() -> None:
    source = article()
    statements = made(source).statements
    assert all(item.quote in source.text for item in statements)
    assert len({item.claim for item in statements}) == len(statements)
    assert any(item.bears == "supports" for item in statements)


def test_nothing_else_weighed_is_no_alternatives() -> None:
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", DISCUSSION[1:])]
    assert reason(article(parts)) == "no_alternatives"
    assert reason(article(parts), require_reasons=False) is None


def test_no_disease_named_is_no_diagnosis() -> None:
    source = told(
        *NARRATIVE[:2],
        title="How we closed a gap between two teeth",
        abstract="A gap was closed.",
    )
    assert reason(source) == "no_diagnosis"


def test_a_title_about_a_treatment_needs_a_diagnosis_that_is_found() -> None:
    source = told(
        *NARRATIVE[:2] * 2,
        title="Anaesthetic management of a patient with thyrotoxicosis",
        abstract="Thyrotoxicosis is a risk.",
    )
    assert reason(source) == "no_diagnosis"


def test_a_diagnosis_told_at_once_is_thin() -> None:
    assert reason(told("A 52-year-old woman came.", NARRATIVE[2])) == "thin"


def test_a_title_that_lists_diseases_has_no_one_answer() -> None:
    title = "Tuberculous tenosynovitis, brucellosis, and gout in a tram conductor"
    assert reason(article(title=title)) == "no_diagnosis"


def test_a_label_says_one_place_and_no_complaint() -> None:
    title = "Tuberculous tenosynovitis of the wrist in the left arm with night sweats"
    assert made(article(title=title)).final_diagnosis == "Tuberculous tenosynovitis of the wrist"


def test_a_test_that_found_nothing_does_not_end_the_prompt() -> None:
    nothing = "A biopsy of the skin beside it was performed and was unremarkable."
    found = made(told(NARRATIVE[0], f"{NARRATIVE[1]} {nothing}", NARRATIVE[2]))
    assert found.case_prompt.endswith(nothing)


def test_no_narrative_is_thin() -> None:
    assert reason(article([PARTS[0], PARTS[2]])) == "thin"


def test_a_draft_is_the_same_every_time() -> None:
    assert draft(article()) == draft(article())


def test_under_a_heading_of_differential_diagnosis_every_disease_is_weighed() -> None:
    listed = "Sarcoidosis swells sheaths on both sides. Brucellosis comes with fever from herds."
    parts: list[Part] = [*PARTS[:2], ("Differential diagnosis", "discussion", [listed]), PARTS[2]]
    weighed = {item.diagnosis for item in made(article(parts)).statements}
    assert {"Sarcoidosis", "Brucellosis"} <= weighed
