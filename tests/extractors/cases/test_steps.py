"""Answers become drafts, verdicts or rejects; a flag that nothing proves is none."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.cases.answers import Repaired, Verified
from extractors.cases.prompts import PROMPTS
from extractors.cases.steps import (
    NOWHERE,
    Thresholds,
    draft_of,
    judge,
    marked,
    reject_of,
    repaired,
    verdict_of,
)
from extractors.checks import failures, run_checks
from extractors.grounding import ground, ungrounded_parts
from schemas.article import Article
from schemas.case import Case, Draft, Extractor, Scores, Verification
from schemas.reject import Reject
from tests.extractors.cases.answered import GOOD, extracted, flagged, scored
from tests.extractors.fictional import NARRATIVE, PARTS, a_case, article

SOURCE = article()


def drafted(source: Article = SOURCE, **changes: Any) -> Draft:
    made = draft_of(source, scored(), extracted(**changes), "a-model", "extract-1-abc")
    assert isinstance(made, Draft), made
    return made


def mended(draft: Draft, **changes: Any) -> Draft | Reject:
    answer = {name: value for name, value in GOOD.items() if name != "final_diagnosis_parent"}
    return repaired(draft, Repaired.model_validate(answer | changes), SOURCE)


def verified(flag: str, evidence: str, statement: int | None = None) -> Verification:
    return verdict_of(flagged(flag, evidence, statement), a_case(SOURCE), SOURCE, "b-model")


def test_good_scores_are_kept() -> None:
    assert judge(scored(), Thresholds()) == Scores(
        thoroughness=4,
        differential=True,
        integrative=3,
        transparency=5,
        stated_diagnosis=True,
        imaging_dependent=False,
        specialty="Hand surgery",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"single_human_patient": False}, "several_patients"),
        ({"stated_diagnosis": False}, "no_diagnosis"),
        ({"differential": False}, "no_alternatives"),
        ({"thoroughness": 2}, "thin"),
    ],
)
def test_an_article_below_a_threshold_is_turned_away(changes: dict[str, Any], reason: str) -> None:
    made = judge(scored(**changes), Thresholds())
    assert isinstance(made, Reject)
    assert made.reason == reason
    assert made.detail


def test_a_reject_by_score_tells_the_models_reason_and_quote() -> None:
    made = judge(scored(differential=False), Thresholds())
    assert made == Reject("no_alternatives", "why differential", "Gout was excluded")


def test_thresholds_can_be_lowered() -> None:
    low = Thresholds(differential=False, stated_diagnosis=False, thoroughness=1)
    poor = scored(differential=False, stated_diagnosis=False, thoroughness=1)
    assert isinstance(judge(poor, low), Scores)


def test_a_good_answer_becomes_a_case_that_passes_every_check() -> None:
    made = drafted()
    assert SOURCE.text[made.breakpoint :].startswith("Histological examination")
    assert made.final_diagnosis_aliases == ("TT",)
    assert made.final_diagnosis_parent == "Infectious tenosynovitis"
    assert made.extractor == Extractor("llm", "a-model", "extract-1-abc")
    assert "\n" not in made.statements[0].claim
    case = ground(made, SOURCE)
    assert isinstance(case, Case)
    assert not failures(case, SOURCE)
    assert case.statements[0].quote in SOURCE.text or "…" in case.statements[0].quote


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"final_diagnosis": " "}, "no_diagnosis"),
        ({"case_prompt": "\n"}, "thin"),
        ({"statements": []}, "no_alternatives"),
    ],
)
def test_an_answer_without_its_core_is_a_reject(changes: dict[str, Any], reason: str) -> None:
    made = draft_of(SOURCE, scored(), extracted(**changes), "m", "p")
    assert isinstance(made, Reject)
    assert made.reason == reason
    again = mended(drafted(), **changes)
    assert isinstance(again, Reject)
    assert again.reason == reason


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("culture grew Mycobacterium tuberculosis", "Histological examination"),
        ("HISTOLOGICAL  EXAMINATION of the synovium", "Histological examination"),
        ("A final diagnosis of tuberculous tenosynovitis was made.", "A final diagnosis"),
        ("Gout was excluded by the absence of crystals.", "Gout was excluded"),
    ],
)
def test_the_breakpoint_is_where_the_sentence_of_these_words_begins(
    given: str, expected: str
) -> None:
    assert SOURCE.text[drafted(breakpoint=given).breakpoint :].startswith(expected)


def test_a_sentence_that_stands_twice_is_taken_in_the_case() -> None:
    twice = "A final diagnosis of tuberculous tenosynovitis was made."
    source = article([("Introduction", "introduction", [twice]), *PARTS[1:]])
    made = drafted(source, breakpoint=twice)
    assert made.breakpoint > source.sections[1].start


@pytest.mark.parametrize("given", ["The biopsy was read as sarcoidosis.", ""])
def test_a_breakpoint_that_is_nowhere_makes_a_draft_that_grounding_refuses(given: str) -> None:
    made = drafted(breakpoint=given)
    assert made.breakpoint == NOWHERE
    refused = ground(made, SOURCE)
    assert isinstance(refused, Reject)
    assert refused.reason == "ungrounded"


def test_what_is_wrong_with_an_answer_is_left_to_grounding_and_checks() -> None:
    named = ground(drafted(final_diagnosis="TuberculousTenosynovitis"), SOURCE)
    assert isinstance(named, Case)
    refused = run_checks(named, SOURCE)
    assert refused is not None
    assert refused.reason == "bad_label"
    invented = ground(drafted(case_prompt=f"{NARRATIVE[0]} Ferritin was 900 ng/mL."), SOURCE)
    assert isinstance(invented, Reject)
    assert invented.reason == "unfaithful_prompt"


def test_a_repair_can_be_told_everything_that_is_not_in_the_article() -> None:
    reasons = [
        GOOD["statements"][0],
        *(item | {"quote": "Nobody wrote this sentence."} for item in GOOD["statements"][1:]),
    ]
    prompt = f"Ferritin was 900 ng/mL. {NARRATIVE[0]} Her uncle was a pilot in Peru."
    faulty = drafted(case_prompt=prompt, statements=reasons)
    found = ungrounded_parts(faulty, SOURCE)
    assert [item.reason for item in found] == ["unfaithful_prompt"] * 2 + ["ungrounded"] * 2
    assert found[0] == ground(faulty, SOURCE)
    assert found[1].evidence == "Her uncle was a pilot in Peru."
    assert ungrounded_parts(drafted(), SOURCE) == ()
    nowhere = ungrounded_parts(drafted(breakpoint="", statements=reasons), SOURCE)
    assert [item.reason for item in nowhere] == ["ungrounded"] * 3


def test_a_repair_takes_the_place_of_the_draft_and_names_its_prompt() -> None:
    made = mended(drafted(breakpoint="nowhere", final_diagnosis="TuberculousTenosynovitis"))
    assert isinstance(made, Draft)
    assert made.final_diagnosis == "Tuberculous tenosynovitis"
    assert made.final_diagnosis_parent == "Infectious tenosynovitis"
    assert made.scores == drafted().scores
    prompts = f"extract-1-abc {PROMPTS['repair'].version}"
    assert made.extractor == Extractor("llm", "a-model", prompts)
    case = ground(made, SOURCE)
    assert isinstance(case, Case)
    assert not failures(case, SOURCE)


def test_no_flag_is_a_pass() -> None:
    made = verdict_of(Verified(flags=[]), a_case(SOURCE), SOURCE, "b-model")
    assert made.verdict.passed
    assert made.verdict.flags == ()
    assert made.verdict.model == "b-model"
    assert reject_of(made) is None


@pytest.mark.parametrize(
    ("flag", "evidence", "statement"),
    [
        ("unfaithful", "She kept pigeons", None),
        ("answer_in_prompt", "swelling", None),
        ("wrong_diagnosis", "tuberculous  TENOSYNOVITIS", None),
        ("wrong_diagnosis", "Tuberculous", None),
        ("not_inferable", "culture grew … tuberculosis", None),
        ("quote_does_not_carry_claim", "excluded by the absence of crystals", 2),
    ],
)
def test_a_proved_flag_is_a_reject_with_its_evidence(
    flag: str, evidence: str, statement: int | None
) -> None:
    made = verified(flag, evidence, statement)
    assert not made.verdict.passed
    assert made.verdict.flags == (flag,)
    assert made.unproved == 0
    about = f"statement {statement}: " if statement else ""
    assert reject_of(made) == Reject(flag, f"{about}It is so.", evidence)


@pytest.mark.parametrize(
    ("flag", "evidence", "statement"),
    [
        ("unfaithful", "She kept parrots and hens in the attic", None),
        ("unfaithful", "", None),
        ("unfaithful", "pigeons", None),
        ("unfaithful", "and the", None),
        ("answer_in_prompt", "culture grew Mycobacterium tuberculosis", None),
        ("answer_in_prompt", "well", None),
        ("quote_does_not_carry_claim", "excluded by the absence of crystals", None),
        ("quote_does_not_carry_claim", "excluded by the absence of crystals", 4),
        ("quote_does_not_carry_claim", "excluded by the absence of crystals", 0),
        ("rests_on_withheld", "She kept pigeons", 1),
    ],
)
def test_a_flag_without_proof_is_none_and_is_counted(
    flag: str, evidence: str, statement: int | None
) -> None:
    made = verified(flag, evidence, statement)
    assert made.verdict.passed
    assert made.verdict.flags == ()
    assert made.unproved == 1
    assert reject_of(made) is None


def test_a_reason_on_withheld_findings_is_marked_and_stays() -> None:
    made = verified("rests_on_withheld", "ruled out by magnetic resonance imaging", 3)
    assert made.verdict.passed
    assert made.verdict.flags == ("rests_on_withheld",)
    assert reject_of(made) is None
    case = a_case(SOURCE)
    assert case.statements[2].in_prompt
    assert [item.in_prompt for item in marked(case, made).statements] == [
        *(item.in_prompt for item in case.statements[:2]),
        False,
    ]


def test_the_gravest_of_several_flags_is_the_reason() -> None:
    flags = [
        *flagged("not_inferable", "culture grew Mycobacterium").flags,
        *flagged("unfaithful", "nowhere at all to be found").flags,
        *flagged("answer_in_prompt", "swelling").flags,
        *flagged("rests_on_withheld", "ruled out by magnetic resonance imaging", 1).flags,
        *flagged("answer_in_prompt", "swelling").flags,
    ]
    made = verdict_of(Verified(flags=flags), a_case(SOURCE), SOURCE, "m")
    assert made.verdict.flags == ("answer_in_prompt", "not_inferable", "rests_on_withheld")
    assert made.unproved == 1
    assert len(made.findings) == 3
    found = reject_of(made)
    assert found is not None
    assert found.reason == "answer_in_prompt"
