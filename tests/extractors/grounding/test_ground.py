"""A draft is proved sentence by sentence and quote by quote, or turned away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.grounding import ground
from schemas.case import Case, Draft
from schemas.reject import Reject
from tests.extractors.fictional import NARRATIVE, STATEMENTS, a_draft, article

SOURCE = article()


def case(draft: Draft) -> Case:
    made = ground(draft, SOURCE)
    assert isinstance(made, Case), made
    return made


def reject(draft: Draft) -> Reject:
    made = ground(draft, SOURCE)
    assert isinstance(made, Reject)
    return made


def test_a_prompt_of_whole_paragraphs_is_one_span_before_the_breakpoint() -> None:
    made = case(a_draft(SOURCE))
    (span,) = made.prompt_spans
    assert SOURCE.text[span.start : span.end] == made.case_prompt
    assert span.end <= made.breakpoint


def test_quotes_slice_out_of_the_text() -> None:
    for item in case(a_draft(SOURCE)).statements:
        (span,) = item.spans
        assert SOURCE.text[span.start : span.end] == item.quote


def test_a_folded_quote_is_replaced_by_the_articles_words() -> None:
    loud = replace(STATEMENTS[1], quote="GOUT was excluded by the absence of crystals")
    made = case(a_draft(SOURCE, statements=(loud,)))
    assert made.statements[0].quote == "Gout was excluded by the absence of crystals"
    assert made.statements[0].status == "folded"


def test_a_quote_in_the_prompt_is_known_to_rest_on_it() -> None:
    rests = [item.in_prompt for item in case(a_draft(SOURCE)).statements]
    assert rests == [False, False, True]


def test_a_quote_that_the_article_does_not_hold_is_ungrounded() -> None:
    made_up = replace(STATEMENTS[0], quote="The serum urate was twice the upper limit.")
    found = reject(a_draft(SOURCE, statements=(made_up,)))
    assert found.reason == "ungrounded"
    assert found.evidence == made_up.quote


def test_a_retold_prompt_is_grounded_in_the_sentences_it_joins() -> None:
    retold = (
        "A 52-year-old tram conductor has a painless swelling of the left wrist that has grown "
        "over seven months, has lost 4 kg and sleeps badly."
    )
    assert case(a_draft(SOURCE, case_prompt=retold)).prompt_spans


def test_a_sentence_from_behind_the_breakpoint_is_unfaithful() -> None:
    prompt = f"{NARRATIVE[0]} Histological examination of the synovium showed granulomas."
    assert reject(a_draft(SOURCE, case_prompt=prompt)).reason == "unfaithful_prompt"


def test_a_number_that_the_source_does_not_say_is_unfaithful() -> None:
    prompt = NARRATIVE[0].replace("4 kg", "14 kg")
    found = reject(a_draft(SOURCE, case_prompt=prompt))
    assert found.reason == "unfaithful_prompt"
    assert "14" in found.detail


def test_an_empty_prompt_and_a_breakpoint_outside_the_text_are_unfaithful() -> None:
    assert reject(a_draft(SOURCE, case_prompt=" ")).reason == "unfaithful_prompt"
    assert reject(a_draft(SOURCE, breakpoint=10**6)).reason == "unfaithful_prompt"


@pytest.mark.parametrize(
    ("said", "instead", "why"),
    [
        ("left wrist", "right wrist", "right"),
        ("5 cm", "5 mm", "5 mm"),
        ("There was no fever", "There was fever", "its sources say no"),
        ("slept badly", "took prednisolone", "prednisolone"),
        ("were normal", "were abnormal", "abnormal"),
        ("finger flexion was limited", "a syncope was observed", "syncope"),
    ],
)
def test_a_hard_fault_is_named_with_its_sentence(said: str, instead: str, why: str) -> None:
    prompt = "\n\n".join(NARRATIVE[:2])
    found = reject(a_draft(SOURCE, case_prompt=prompt.replace(said, instead)))
    assert found.reason == "unfaithful_prompt"
    assert why in found.detail
    assert instead in found.evidence


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("She had fever, cough and an injury.", "affirms"),
        ("She lost fourteen kg and slept badly.", "fourteen"),
        ("The swelling of the wrist crossed the crease and measured 5 mm.", "5"),
        ("The tram conductor, who kept pigeons, had never travelled to Peru.", "Peru"),
        ("Radiographs of the right wrist were normal.", "right"),
    ],
)
def test_a_retelling_may_not_add_what_its_sources_lack(sentence: str, why: str) -> None:
    found = reject(a_draft(SOURCE, case_prompt=f"{NARRATIVE[0]}\n\n{sentence}"))
    assert found.reason == "unfaithful_prompt"
    assert why in found.detail
    assert found.evidence == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "She denies fever, cough or injury.",
        "Examination shows a soft swelling that crosses the crease and limits finger flexion.",
        "The radiographs are normal; in the flexor sheath floating bodies are seen.",
        "A 52-year-old woman, a tram conductor, presents with swelling of the left wrist.",
    ],
)
def test_a_retelling_may_cut_join_and_change_tense(sentence: str) -> None:
    case(a_draft(SOURCE, case_prompt=f"{NARRATIVE[1]}\n\n{sentence}"))


def test_a_part_cut_out_of_its_denial_is_unfaithful() -> None:
    found = reject(a_draft(SOURCE, case_prompt=f"{NARRATIVE[1]}\n\nFever, no cough and no injury."))
    assert found.reason == "unfaithful_prompt"
