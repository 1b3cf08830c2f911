"""Rejects say what was found and what is needed, in words that agree."""

from __future__ import annotations

from extractors.cases.gates import gate
from extractors.cases.rules import draft
from extractors.cases.select import select, several_patients
from schemas.reject import Reject
from tests.extractors.fictional import DISCUSSION, PARTS, Part, article


def test_too_few_alternatives_say_how_many_are_needed() -> None:
    parts: list[Part] = [*PARTS[:2], ("Discussion", "discussion", DISCUSSION[1:])]
    found = draft(article(parts))
    assert isinstance(found, Reject)
    assert found.detail == "no other diagnosis is weighed, 2 are needed"


def test_no_narrative_is_said_in_words() -> None:
    found = select(article([PARTS[0], PARTS[2]]), min_words=150, max_words=3000)
    assert found is not None
    assert (found.reason, found.detail) == ("too_short", "no case narrative was found")


def test_three_subjects_are_named_at_most() -> None:
    found = gate(article(article_type="research-article", subjects=("A", "B", "C", "D")))
    assert found is not None
    assert found.detail == "type research-article, subjects A, B, C"


def test_a_number_is_not_cut_out_of_a_name() -> None:
    source = article(title="COVID-19 pneumonia in patients with gout")
    found = several_patients(source, ())
    assert found is not None
    assert found.detail == "the title says patients"
