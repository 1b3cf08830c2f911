"""Checks that prove prompt and statements again, for a case that anyone may have made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.checks import in_prompt_differs, statement_without_quote, unfaithful_prompt
from tests.extractors.checks.planted import GOOD, SOURCE, reason


def test_a_prompt_that_says_something_else_is_unfaithful() -> None:
    assert unfaithful_prompt.check(GOOD, SOURCE) is None
    case = replace(GOOD, case_prompt=GOOD.case_prompt.replace("left wrist", "right wrist"))
    assert reason(unfaithful_prompt.check(case, SOURCE)) == "unfaithful_prompt"


def test_a_bare_text_proves_a_prompt_too() -> None:
    bare = replace(SOURCE, sections=(), paragraphs=())
    case = replace(GOOD, breakpoint=len(bare.text))
    assert unfaithful_prompt.check(case, bare) is None
    made_up = replace(case, case_prompt="She had spent the winter in a lighthouse with scurvy.")
    assert reason(unfaithful_prompt.check(made_up, bare)) == "unfaithful_prompt"


@pytest.mark.parametrize("change", [{"claim": " "}, {"quote": ""}, {"quote": " … "}])
def test_a_statement_needs_a_claim_and_a_quote(change: dict[str, str]) -> None:
    case = replace(GOOD, statements=(replace(GOOD.statements[0], **change),))
    assert reason(statement_without_quote.check(case, SOURCE)) == "statement_without_quote"
    assert statement_without_quote.check(GOOD, SOURCE) is None


def test_no_statements_are_none_with_quotes() -> None:
    case = replace(GOOD, statements=())
    assert reason(statement_without_quote.check(case, SOURCE)) == "statement_without_quote"


def test_a_wrong_flag_of_where_a_quote_rests_differs() -> None:
    assert in_prompt_differs.check(GOOD, SOURCE) is None
    for index, item in enumerate(GOOD.statements):
        turned = replace(item, in_prompt=not item.in_prompt)
        statements = (*GOOD.statements[:index], turned, *GOOD.statements[index + 1 :])
        found = in_prompt_differs.check(replace(GOOD, statements=statements), SOURCE)
        assert reason(found) == "in_prompt_differs"
