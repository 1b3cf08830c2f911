"""Planted cases have the fault that they are said to have, and no place among cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from extractors.cases.answers import Flag
from extractors.cases.planted import KINDS, Kind, Planted, chosen, plant, score_of_verifier
from extractors.cases.rules import draft
from extractors.cases.steps import reject_of, verdict_of
from extractors.checks import run_checks
from extractors.grounding import ground
from extractors.jats import Unreadable, read
from extractors.language.wordlist import words
from schemas.article import Article, pmcid_number
from schemas.case import Case, Draft, Verdict
from tests.corpus_maker import make_articles
from tests.extractors.cases.answered import flagged
from tests.extractors.fictional import a_case, article

IDS = [f"PMC{number}" for number in range(5000, 9000)]
FLAG: dict[Kind, Flag] = {
    "answer_in_prompt": "answer_in_prompt",
    "invented_finding": "unfaithful",
    "swapped_label": "wrong_diagnosis",
    "swapped_quote": "quote_does_not_carry_claim",
}
PASSED, FAILED = Verdict("m", True, ()), Verdict("m", False, ("unfaithful",))


def _sound(source: Article) -> Case | None:
    made = draft(source)
    case = ground(made, source) if isinstance(made, Draft) else None
    return case if isinstance(case, Case) and run_checks(case, source) is None else None


@cache
def sound() -> tuple[tuple[Case, Article], ...]:
    def found() -> Iterator[tuple[Case, Article]]:
        yield a_case(article()), article()
        for made in make_articles(40, seed=11):
            try:
                source = read(made.xml)
            except Unreadable:
                continue
            case = _sound(source)
            if case is not None:
                yield case, source

    return tuple(found())


def planted(kind: Kind) -> list[tuple[Planted, Case, Article]]:
    return [(plant(case, source, kind), case, source) for case, source in sound()]


def changed(one: Case, other: Case) -> set[str]:
    names = type(one).__dataclass_fields__.keys() - {"pmcid"}
    return {name for name in names if getattr(one, name) != getattr(other, name)}


def test_an_answer_put_into_the_prompt_is_there_and_was_not() -> None:
    for made, case, _ in planted("answer_in_prompt"):
        assert made.kind == "answer_in_prompt"
        assert changed(made.case, case) == {"case_prompt"}
        label = case.final_diagnosis.casefold()
        assert label in made.case.case_prompt.casefold()
        assert label not in case.case_prompt.casefold()
        assert made.case.case_prompt.replace(f" {made.fault}", "", 1) == case.case_prompt


def test_an_invented_finding_is_in_the_prompt_and_nowhere_in_the_article() -> None:
    for made, case, source in planted("invented_finding"):
        assert made.kind == "invented_finding"
        assert changed(made.case, case) == {"case_prompt"}
        assert made.fault in made.case.case_prompt
        assert made.case.case_prompt.replace(f" {made.fault}", "", 1) == case.case_prompt
        (entry,) = [line for line in words("invented_findings") if line.endswith(made.fault)]
        telling = entry.split(" | ")[0]
        assert telling.casefold() not in source.text.casefold()
        assert case.final_diagnosis.casefold() not in made.fault.casefold()


def test_a_swapped_label_is_a_diagnosis_that_the_authors_dismissed() -> None:
    for made, case, _ in planted("swapped_label"):
        if made.kind != "swapped_label":
            continue
        assert made.case.final_diagnosis == made.fault != case.final_diagnosis
        assert made.case.final_diagnosis_aliases == ()
        dismissed = {item.diagnosis for item in case.statements if item.bears == "excludes"}
        assert made.fault in dismissed
        assert made.fault.casefold() not in made.case.case_prompt.casefold()
        assert made.case.case_prompt == case.case_prompt
        assert made.case.statements == case.statements


def test_a_swapped_quote_is_in_the_article_and_says_nothing_of_the_claim() -> None:
    for made, case, source in planted("swapped_quote"):
        if made.kind != "swapped_quote":
            continue
        assert changed(made.case, case) == {"statements"}
        pairs = zip(made.case.statements, case.statements, strict=True)
        ((new, old),) = [(new, old) for new, old in pairs if new != old]
        assert new.claim == old.claim
        assert new.quote == made.fault != old.quote
        (span,) = new.spans
        assert source.text[span.start : span.end] == new.quote
        long = {word for word in new.claim.casefold().split() if len(word) > 7}
        assert not long & set(new.quote.casefold().split())


@pytest.mark.parametrize("kind", KINDS)
def test_most_articles_have_room_for_every_kind_of_fault(kind: Kind) -> None:
    made = [item.kind == kind for item, _, _ in planted(kind)]
    assert len(made) > 10
    assert sum(made) >= 0.75 * len(made)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_case_has_an_id_that_nothing_can_publish(kind: Kind) -> None:
    made, case, source = planted(kind)[0]
    assert not isinstance(made, Case)
    assert made.case.pmcid == made.id
    assert made.source == case.pmcid
    assert case.pmcid.removeprefix("PMC") not in made.id
    with pytest.raises(ValueError, match="invalid literal"):
        pmcid_number(made.id)
    assert plant(case, source, kind) == made


def test_two_in_a_hundred_are_chosen_but_twenty_at_least_where_there_are_so_many() -> None:
    assert len(chosen(IDS)) == 80
    assert len(chosen(IDS[:900])) == 20
    assert len(chosen(IDS[:7])) == 7
    assert chosen([]) == {}
    assert len(chosen(IDS, share=0.1)) == 400


def test_the_choice_depends_on_neither_order_nor_chance_but_on_the_salt() -> None:
    assert chosen(IDS) == chosen([*reversed(IDS), *IDS])
    assert chosen(IDS) != chosen(IDS, salt="another")


def test_every_kind_has_its_turn() -> None:
    assert Counter(chosen(IDS).values()) == dict.fromkeys(KINDS, 20)


def test_more_cases_change_few_choices_and_no_kind() -> None:
    before, after = chosen(IDS[:2000]), chosen(IDS[:2100])
    assert len(before.keys() - after.keys()) <= 8
    assert all(after[pmcid] == kind for pmcid, kind in before.items() if pmcid in after)


def faulty() -> list[Planted]:
    return [plant(case, source, KINDS[n % 4]) for n, (case, source) in enumerate(sound())]


def judged(verdict: Verdict, sound_ones: int) -> list[tuple[str, Verdict]]:
    """The same verdict on all that is faulty, and on so many sound cases."""
    named = [item.id for item in faulty()] + [f"PMC{number}" for number in range(sound_ones)]
    return [(name, verdict) for name in named]


def test_a_verifier_that_always_agrees_catches_nothing() -> None:
    score = score_of_verifier(judged(PASSED, 9), 0)
    assert score.catch_rate == 0.0
    assert score.false_alarm_rate == 0.0


def test_a_verifier_that_flags_all_alike_catches_one_kind_and_raises_false_alarms() -> None:
    score = score_of_verifier(judged(FAILED, 0), 9)
    assert {item.kind for item in score.kinds if item.caught} == {"invented_finding"}
    assert score.false_alarm_rate == 1.0


def test_a_verifier_that_sees_what_was_planted_catches_all() -> None:
    verdicts = {}
    for (_, source), item in zip(sound(), faulty(), strict=True):
        number = None
        if item.kind == "swapped_quote":
            quotes = [statement.quote for statement in item.case.statements]
            number = quotes.index(item.fault) + 1
        made = verdict_of(flagged(FLAG[item.kind], item.fault, number), item.case, source, "m")
        if made.unproved == 0:
            assert reject_of(made) is not None
        verdicts[item.id] = made.verdict
    sound_ones = [(f"PMC{number}", PASSED) for number in range(3)]
    score = score_of_verifier([*verdicts.items(), *sound_ones], 1)
    assert score.catch_rate == 1.0
    assert score.false_alarm_rate == 0.25
    assert score.planted == score.caught == len(faulty())


def test_no_verdict_is_in_no_rate() -> None:
    score = score_of_verifier([], 0)
    assert score.catch_rate is None
    assert score.false_alarm_rate is None
