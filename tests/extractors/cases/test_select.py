"""Which articles are worth drafting, and why the others are not."""

from __future__ import annotations

import pytest

from extractors.cases.select import select
from schemas.article import Article
from tests.extractors.fictional import DISCUSSION, NARRATIVE, PARTS, Part, article, told


def reason(source: Article, *, least: int = 80, most: int = 2500) -> str | None:
    found = select(source, min_words=least, max_words=most)
    return found.reason if found else None


def test_one_patient_with_alternatives_weighed_is_selected() -> None:
    assert reason(article()) is None


@pytest.mark.parametrize(
    "title",
    [
        "Tenosynovitis of the wrist: report of two cases",
        "Three patients with tenosynovitis of the wrist",
        "Tenosynovitis of the wrist: a case series",
        "Tenosynovitis in monozygotic twins",
    ],
)
def test_a_title_may_say_that_there_are_several_patients(title: str) -> None:
    assert reason(article(title=title)) == "several_patients"


@pytest.mark.parametrize("headings", [("Case 1", "Case 2"), ("2.1. Patient A", "2.2. Patient B")])
def test_numbered_sections_are_several_patients(headings: tuple[str, str]) -> None:
    parts: list[Part] = [(heading, "case", NARRATIVE) for heading in headings]
    assert reason(article([*parts, PARTS[2]])) == "several_patients"


def test_one_numbered_case_is_one_patient() -> None:
    assert reason(article([("Case 1", "case", NARRATIVE), PARTS[2]])) is None


def test_a_narrative_may_say_that_there_are_several_patients() -> None:
    second = "The second patient was a man of 40 years with the same swelling."
    assert reason(told(*NARRATIVE, second)) == "several_patients"


def test_an_animal_is_not_human() -> None:
    dog = "A five-year-old spaniel was limping. The dog had a swollen paw. " * 8
    parts: list[Part] = [("Case presentation", "case", [dog]), PARTS[2]]
    source = article(parts, title="Tenosynovitis of the paw in a dog: a case report")
    assert reason(source) == "not_human"


def test_a_person_bitten_by_an_animal_is_human() -> None:
    assert reason(article(title="Tenosynovitis of the wrist after a dog bite")) is None


def test_lengths_are_words_of_the_narrative() -> None:
    assert reason(article(), least=500) == "too_short"
    assert reason(article(), most=50) == "too_long"


@pytest.mark.parametrize(
    "phrase",
    [
        "Gout was ruled out.",
        "It was mistaken for a ganglion at first.",
        "A ganglion was less likely.",
        "It can mimic a ganglion.",
        "The differential diagnosis is wide.",
        "She was initially diagnosed with a ganglion.",
    ],
)
def test_more_than_one_word_says_that_alternatives_were_weighed(phrase: str) -> None:
    quiet: list[Part] = [PARTS[0], PARTS[1], ("Discussion", "discussion", ["It is rare."])]
    assert reason(article(quiet)) == "no_differential"
    quiet[2] = ("Discussion", "discussion", [phrase])
    assert reason(article(quiet)) is None


def test_differentials_need_not_be_asked_for() -> None:
    quiet: list[Part] = [PARTS[1], ("Discussion", "discussion", ["It is rare."])]
    source = article(quiet)
    assert select(source, min_words=1, max_words=999, require_differential=False) is None
    assert DISCUSSION
