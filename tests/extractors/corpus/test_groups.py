"""Duplicates and relatives: the same whatever the order, and the published one stays."""

from __future__ import annotations

import random

from extractors.corpus.groups import Profile, group, profile

WORDS = ("fever", "cough", "rash", "node", "biopsy", "scan", "pain", "liver", "kidney", "nerve")
THRESHOLDS = {"duplicate_similarity": 0.7, "related_similarity": 0.2}


def text(seed: int, words: int = 300) -> str:
    pick = random.Random(seed)
    return " ".join(f"{pick.choice(WORDS)}{pick.randrange(40)}" for _ in range(words))


def case(number: int, told: str, age: str = "", **changes: object) -> Profile:
    prompt = f"A {age} man came with pain." if age else "A man came with pain."
    given = {"diagnosis": f"disease {number}", "authors": [f"A. Author{number}"]} | changes
    return profile(f"PMC{number}", told, prompt, exact_quotes=1, **given)  # type: ignore[arg-type]


def test_the_same_report_with_other_spaces_case_and_a_few_words_is_a_duplicate() -> None:
    told = text(1)
    again = "  ".join(told.upper().split()) + " and one more paragraph about something else"
    kept, rejects = group([case(1, told), case(2, again)], published=(), **THRESHOLDS)
    assert [c.pmcid for c in kept] == ["PMC1"]
    assert [(r.article, r.reason) for r in rejects] == [("PMC2", "duplicate")]
    assert "PMC1" in rejects[0].detail


def test_of_duplicates_the_published_one_stays() -> None:
    told = text(1)
    kept, _ = group([case(1, told), case(2, told)], published={"PMC2"}, **THRESHOLDS)
    assert [c.pmcid for c in kept] == ["PMC2"]


def test_different_reports_share_nothing() -> None:
    kept, rejects = group([case(n, text(n)) for n in range(20)], published=(), **THRESHOLDS)
    assert len({c.cluster for c in kept}) == 20
    assert not rejects


def test_one_patient_in_two_reports_is_one_cluster() -> None:
    told = "with 17.8 mg/L and 253 U/L and 4.1 µg/L "
    one = case(1, told + text(1), "47-year-old", diagnosis="Rare disease")
    other = case(2, told + text(2), "47-year-old", diagnosis="rare disease")
    stranger = case(3, text(3), "47-year-old", diagnosis="Rare disease")
    kept, _ = group([one, other, stranger], published=(), **THRESHOLDS)
    assert {c.pmcid: c.cluster for c in kept} == {"PMC1": "PMC1", "PMC2": "PMC1", "PMC3": "PMC3"}


def test_the_order_of_cases_leaves_no_trace() -> None:
    told = [text(n // 2) + f" {n}" for n in range(12)]
    cases = [case(n, told[n]) for n in range(12)]
    shuffled = random.Random(5).sample(cases, len(cases))
    one, other = (group(c, published=(), **THRESHOLDS) for c in (cases, shuffled))
    assert one[0] == other[0]
    assert sorted(r.article for r in one[1]) == sorted(r.article for r in other[1])
