"""Duplicates and relatives: found whatever the words, the same whatever the order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.corpus.groups import group, next_choices
from extractors.corpus.profiles import ProfiledCase, Standing, profile
from extractors.corpus.relations import Relation, Thresholds, find_relations
from extractors.corpus.traits import age_of, author_key, numbers_of, sex_of
from schemas.reject import RejectedArticle
from schemas.split import Clustered
from tests.bench.relations import Figures, judge, profiled, relations_of
from tests.corpus_maker.relatives import DUPLICATES, RELATIVES, report

WORDS = ("fever", "cough", "rash", "node", "biopsy", "scan", "pain", "liver", "kidney", "nerve")
AT = Thresholds(duplicate=0.7, related=0.3)


def text(seed: int, words: int = 300) -> str:
    pick = random.Random(seed)
    return " ".join(f"{pick.choice(WORDS)}{pick.randrange(40)}" for _ in range(words))


def case(number: int, told: str, age: str = "", **changes: object) -> ProfiledCase:
    prompt = f"A {age} man came with pain." if age else "A man came with pain."
    given = {"labels": [f"disease {number}"], "authors": [f"A. Author{number}"]} | changes
    given.setdefault("standing", Standing())
    return profile(f"PMC{number}", told, prompt, **given)  # type: ignore[arg-type]


def relation(one: ProfiledCase, other: ProfiledCase) -> Relation | None:
    words = {one.pmcid: one, other.pmcid: other}
    return find_relations([one, other], words.keys(), lambda _: words, AT).get((0, 1))


def grouped(
    cases: list[ProfiledCase], published: tuple[str, ...] = ()
) -> tuple[list[Clustered], list[RejectedArticle]]:
    words = {one.pmcid: one for one in cases}
    found = find_relations(cases, words.keys(), lambda _: words, AT)
    told: dict[str, list[tuple[str, str]]] = {"duplicate": [], "related": []}
    for (i, j), kind in found.items():
        told[kind].append((cases[i].pmcid, cases[j].pmcid))
    standing = {one.pmcid: one.standing for one in cases}
    return group(standing, told["duplicate"], told["related"], published)


def test_the_same_report_with_other_spaces_case_and_paragraphs_is_a_duplicate() -> None:
    told = text(1)
    again = "  ".join(told.upper().split()) + " and more about something else " + text(2)
    assert relation(case(1, told), case(2, again)) == "duplicate"


def test_another_persons_story_in_much_the_same_words_is_related() -> None:
    told = text(1)
    other = f"{told[: len(told) * 4 // 5]} {text(2, 60)}"
    woman = profile("PMC2", other, "A 9-year-old girl came.", ["x"], ["B. C"], Standing())
    assert relation(case(1, told, "47-year-old"), woman) == "related"


def test_one_patient_in_two_reports_is_one_cluster() -> None:
    told = "with 17.8 mg/L and 253 U/L and 4.1 µg/L "
    one = case(1, told + text(1), "47-year-old", labels=["Rare syndrome"])
    other = case(2, told + text(2), "47-year-old", labels=["rare syndromes"])
    stranger = case(3, text(3), "47-year-old", labels=["Rare syndrome"])
    older = case(4, told + text(4), "52-year-old", labels=["Rare syndrome"])
    kept, _ = grouped([one, other, stranger, older])
    assert [c.cluster for c in kept] == ["PMC1", "PMC1", "PMC3", "PMC4"]


def test_one_team_on_one_disease_is_a_series_and_on_another_it_is_not() -> None:
    team = ["Ada B. Linde", "Karim Holm", "T. Moor"]
    one = case(1, text(1), "47-year-old", labels=["Rare syndrome", "RD"], authors=team)
    same = case(2, text(2), "9-year-old", labels=["rare syndrome"], authors=["A. Linde", "K Holm"])
    other = case(3, text(3), "47-year-old", labels=["Common cold"], authors=team)
    namesake = case(4, text(4), "9-year-old", labels=["RD"], authors=["Anna Linde", "Karl Holm"])
    assert relation(one, same) == "related"
    assert relation(one, other) is None
    assert relation(one, namesake) is None


def test_the_published_one_stays_then_the_better_judged_then_the_better_grounded() -> None:
    told = text(1)
    poor = case(1, told, standing=Standing(3, 3, 3, 1.0))
    judged = case(2, told, standing=Standing(4, 1, 3, 0.2))
    grounded = case(3, told, standing=Standing(4, 1, 3, 0.9))
    kept, rejects = grouped([poor, judged, grounded])
    assert kept == [Clustered("PMC3", "PMC1", ("PMC2", "PMC1"))]
    assert [r.article for r in rejects] == ["PMC1", "PMC2"]
    assert {r.reason for r in rejects} == {"duplicate"}
    assert "PMC3" in rejects[0].detail
    assert grouped([poor, judged, grounded], ("PMC1",))[0][0].pmcid == "PMC1"


def test_different_reports_share_nothing() -> None:
    kept, rejects = grouped([case(n, text(n)) for n in range(1, 20)])
    assert [c.cluster for c in kept] == [c.pmcid for c in kept]
    assert not rejects


def test_the_next_duplicate_is_tried_only_where_all_before_it_were_rejected() -> None:
    queues = {"A": ("B", "C"), "D": ("E", "F"), "G": ("H",), "J": ()}
    first = {"A": "B", "D": "E"}
    assert next_choices(queues, []) == []
    assert next_choices(queues, [{"A", "D", "J"}]) == [first]
    assert next_choices(queues, [{"A", "D", "J"}, {"B"}]) == [first, {"A": "C"}]
    assert next_choices(queues, [{"A", "D", "J"}, {"B"}, {"C"}]) == [first, {"A": "C"}]


@pytest.mark.parametrize(
    ("told", "months", "sex"),
    [
        ("A 47-year-old man", (564, 575), "male"),
        ("a forty-seven year old woman", (564, 575), "female"),
        ("An 18-month-old boy", (18, 18), "male"),
        ("a lady in her late sixties, with a 10-year-old scar", (792, 839), "female"),
        ("At the age of 62 he came; his mother", (744, 755), "male"),
        ("The patient came. She was well, as her brother was", None, "female"),
    ],
)
def test_age_and_sex_are_read_however_they_are_told(
    told: str, months: tuple[int, int] | None, sex: str
) -> None:
    assert (age_of(told), sex_of(told)) == (months, sex)


def test_numbers_are_measurements_and_variants_and_authors_are_surname_and_first_name() -> None:
    told = "On day 12: 71 µmol/L, 5 mg, 38.7 °C then 36.7 °C, pH 7.21, c.1183C>T in 2019."
    assert numbers_of(told) == {"71 µmol", "38.7 °", "7.21", "c.1183C>T"}
    assert author_key("Zoë M. Ångström") == "angstrom zoe"


def test_what_is_planted_is_found() -> None:
    reports = [report(index, seed=3, duplicates=0.2, related=0.2) for index in range(150)]
    profiles = [profiled(one) for one in reports]
    found = relations_of(profiles, {one.pmcid for one in profiles})
    figures = Figures()
    judge(figures, reports, found)
    assert figures.recall(DUPLICATES) >= 0.98
    assert figures.recall(RELATIVES) >= 0.8
    assert figures.precision("duplicate") >= 0.98
    assert figures.precision("related") >= 0.9


REPORTS = [profiled(report(index, 5, duplicates=0.3, related=0.3)) for index in range(30)]
WHOLE = relations_of(REPORTS, {one.pmcid for one in REPORTS})


@settings(max_examples=8)
@given(st.permutations(REPORTS), st.integers(0, len(REPORTS)))
def test_order_and_growth_leave_no_trace(cases: list[ProfiledCase], known: int) -> None:
    old, new = cases[:known], cases[known:]
    grown = relations_of(old, {one.pmcid for one in old})
    grown |= relations_of(cases, {one.pmcid for one in new})
    assert {frozenset(pair): told for pair, told in grown.items()} == {
        frozenset(pair): told for pair, told in WHOLE.items()
    }
    assert sorted(map(repr, grouped(cases)[0])) == sorted(map(repr, grouped(REPORTS)[0]))
