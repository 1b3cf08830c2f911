"""Each check on a good case with one defect planted, and on what looks like the defect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.checks import (
    answer_in_prompt,
    asks_answer,
    identifiers,
    label_not_in_article,
    numbers_differ,
    prompt_past_breakpoint,
    prompt_too_long,
    prompt_too_short,
    quote_not_in_text,
    same_reason_twice,
    several_patients,
    too_few_reasons,
)
from schemas.article import Span
from tests.extractors.checks.planted import GOOD, SOURCE, reason, with_line


@pytest.mark.parametrize(
    "line",
    [
        "It looked like tuberculous tenosynovitis.",
        "It was a tenosynovitis, tuberculous in kind.",
        "TUBERCULOUS TENOSYNOVITIDES are slow.",
        "It was TuberculousTenosynovitis.",
        "TT was thought of.",
        "There was no tuberculous tenosynovitis.",
        "It was written as tuberculousTenosynovitis_wrist.",
        "TB tenosynovitis was thought of.",
    ],
)
def test_an_answer_in_the_prompt_is_seen_in_any_writing(line: str) -> None:
    found = answer_in_prompt.check(with_line(line), SOURCE)
    assert reason(found) == "answer_in_prompt"
    assert found is not None
    assert found.evidence


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("It was tuberculous tenosynovitis.", "the prompt says"),
        ("There were no signs of tuberculous tenosynovitis.", "the prompt denies"),
        ("Gout, tuberculous tenosynovitis and sarcoidosis were considered.", "the prompt lists"),
    ],
)
def test_a_denied_and_a_listed_answer_are_told_apart_and_out(line: str, how: str) -> None:
    found = answer_in_prompt.check(with_line(line), SOURCE)
    assert found is not None
    assert found.detail.startswith(how)


def test_the_head_of_a_long_label_with_its_qualifiers_is_an_answer() -> None:
    label = "Acute tuberculous tenosynovitis of the wrist due to reactivation"
    case = replace(
        with_line("A tuberculous tenosynovitis was feared."),
        final_diagnosis=label,
        final_diagnosis_aliases=(),
    )
    assert reason(answer_in_prompt.check(case, SOURCE)) == "answer_in_prompt"
    part = replace(case, case_prompt="The tenosynovitis of the wrist was acute.")
    assert answer_in_prompt.check(part, SOURCE) is None


def test_the_articles_own_abbreviation_is_an_answer_without_being_an_alias() -> None:
    case = replace(with_line("TT was thought of."), final_diagnosis_aliases=())
    assert reason(answer_in_prompt.check(case, SOURCE)) == "answer_in_prompt"


@pytest.mark.parametrize("line", ["The attic was damp.", "A tuberculin test was planned.", "tt"])
def test_other_words_are_no_answer(line: str) -> None:
    assert answer_in_prompt.check(with_line(line), SOURCE) is None


@pytest.mark.parametrize(
    "line",
    [
        "What is the most likely diagnosis?",
        "The final diagnosis is awaited.",
        "Is it gout?",
        "Name the cause of the swelling.",
        "Your task is to say what she has.",
    ],
)
def test_a_question_at_the_end_asks_for_the_answer(line: str) -> None:
    assert reason(asks_answer.check(with_line(line), SOURCE)) == "asks_answer"


def test_a_case_that_only_tells_asks_nothing() -> None:
    assert asks_answer.check(GOOD, SOURCE) is None


@pytest.mark.parametrize(
    "line",
    [
        "Her date of birth was 3 May 1970.",
        "Hospital number 4711-A was given.",
        "Mrs Alder came with her son.",
        "Letters went to j.alder@clinic.example in vain.",
        "She was born on 3 May 1970.",
        "Her insurance policy no. was K-220981.",
        "The patient J.A. came by tram.",
        "Her son lives at 12 Alder Street.",
        "Josefine Alder, a 52-year-old conductor, came first.",
        "The family can be reached by telephone at 0049 30 555 7712.",
    ],
)
def test_what_identifies_a_person_is_an_identifier(line: str) -> None:
    assert reason(identifiers.check(with_line(line), SOURCE)) == "identifiers"


@pytest.mark.parametrize(
    "line",
    [
        "On 12 March 2019 she came back.",
        "The MS lesions were old.",
        "The rash was of the kind called Sweet syndrome.",
        "Her child was born at 38 weeks.",
        "Grade 2 disease by the Child Pugh score was noted.",
    ],
)
def test_a_date_or_an_abbreviation_identifies_nobody(line: str) -> None:
    assert identifiers.check(with_line(line), SOURCE) is None


def test_a_label_the_article_never_speaks_of_is_not_in_it() -> None:
    case = replace(GOOD, final_diagnosis="Villonodular synovitis", final_diagnosis_aliases=())
    found = label_not_in_article.check(case, SOURCE)
    assert reason(found) == "label_not_in_article"
    assert label_not_in_article.check(GOOD, SOURCE) is None


def test_a_number_the_article_does_not_say_differs() -> None:
    case = replace(GOOD, case_prompt=GOOD.case_prompt.replace("71 mm/h", "17 mm/h"))
    assert reason(numbers_differ.check(case, SOURCE)) == "numbers_differ"
    assert numbers_differ.check(GOOD, SOURCE) is None


def test_spans_behind_the_breakpoint_or_none_at_all_are_past_it() -> None:
    behind = replace(GOOD, prompt_spans=(Span(GOOD.breakpoint, GOOD.breakpoint + 5),))
    none = replace(GOOD, prompt_spans=())
    for case in (behind, none):
        found = prompt_past_breakpoint.check(case, SOURCE)
        assert reason(found) == "prompt_past_breakpoint"
    assert prompt_past_breakpoint.check(GOOD, SOURCE) is None


def test_a_prompt_has_a_least_and_a_greatest_length() -> None:
    short = replace(GOOD, case_prompt="A woman had a swollen wrist.")
    long = replace(GOOD, case_prompt="word " * 2000)
    assert reason(prompt_too_short.check(short, SOURCE)) == "prompt_too_short"
    assert reason(prompt_too_long.check(long, SOURCE)) == "prompt_too_long"
    assert prompt_too_short.check(GOOD, SOURCE) is None
    assert prompt_too_long.check(GOOD, SOURCE) is None


@pytest.mark.parametrize("change", [{"quote": "Gout was seen."}, {"spans": ()}, {"quote": ""}])
def test_a_quote_that_its_spans_do_not_slice_is_not_in_the_text(change: dict[str, object]) -> None:
    first = replace(GOOD.statements[0], **change)  # type: ignore[arg-type]
    case = replace(GOOD, statements=(first, *GOOD.statements[1:]))
    assert reason(quote_not_in_text.check(case, SOURCE)) == "quote_not_in_text"
    assert quote_not_in_text.check(GOOD, SOURCE) is None


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"claim": "The authors note that no crystals were found.", "quote": "Of another kind."},
        {"claim": "No crystals of urate were found.", "quote": "Gout was excluded"},
    ],
)
def test_a_claim_made_twice_is_the_same_reason_twice(change: dict[str, str]) -> None:
    gout = GOOD.statements[1]
    case = replace(GOOD, statements=(*GOOD.statements, replace(gout, **change)))
    assert reason(same_reason_twice.check(case, SOURCE)) == "same_reason_twice"
    assert same_reason_twice.check(GOOD, SOURCE) is None


def test_a_claim_that_denies_another_is_not_the_same() -> None:
    gout = GOOD.statements[1]
    other = replace(gout, claim="Crystals were found.", quote="Of another kind.")
    assert same_reason_twice.check(replace(GOOD, statements=(gout, other)), SOURCE) is None


@pytest.mark.parametrize(
    "line",
    [
        "Patient 2 was a man.",
        "We report three cases of this.",
        "A 61-year-old man with the same swelling came a month later.",
        "The second patient had a swollen ankle.",
        "Both patients kept pigeons.",
    ],
)
def test_a_second_patient_in_the_prompt_is_several(line: str) -> None:
    assert reason(several_patients.check(with_line(line), SOURCE)) == "several_patients"
    assert several_patients.check(GOOD, SOURCE) is None


@pytest.mark.parametrize(
    "line",
    [
        "Her 40-year-old brother had tuberculosis.",
        "She had been in contact with a 44-year-old man who coughed.",
        "She was the second child of healthy parents.",
        "The 52-year-old woman lived alone.",
    ],
)
def test_someone_else_in_the_story_is_no_second_patient(line: str) -> None:
    assert several_patients.check(with_line(line), SOURCE) is None


def test_one_alternative_or_no_support_is_too_few_reasons() -> None:
    one = replace(GOOD, statements=GOOD.statements[1:])
    unsupported = replace(GOOD, statements=GOOD.statements[:2])
    itself = replace(GOOD.statements[0], diagnosis="Tuberculous tenosynovitis")
    against_itself = replace(GOOD, statements=(itself, *GOOD.statements[1:]))
    for case in (one, unsupported, against_itself):
        assert reason(too_few_reasons.check(case, SOURCE)) == "too_few_reasons"
    assert too_few_reasons.check(GOOD, SOURCE) is None
