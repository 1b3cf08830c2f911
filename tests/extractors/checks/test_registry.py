"""Checks are found by listing their package, and each declares who it is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import extractors.checks as package
from extractors.checks import NamedCheck, all_checks, failures, run_checks
from schemas.published import COLUMNS
from tests.extractors.checks.columns import OTHER_ARTICLE, OTHER_CASE, OTHER_STATEMENT, only
from tests.extractors.fictional import a_case, article

SOURCE = article()
GOOD = a_case(SOURCE)
BAD = replace(
    GOOD,
    case_prompt=f"{GOOD.case_prompt} Mrs Alder, patient 2, had TT at 99 years, and died. Is it?",
    final_diagnosis="Tuberculous_tenosynovitis",
    statements=(replace(GOOD.statements[0], quote="Never said."), *GOOD.statements[:1] * 2),
    prompt_spans=(*GOOD.prompt_spans, *GOOD.prompt_spans),
)


def test_every_file_of_the_package_is_a_check_in_the_order_of_names() -> None:
    files = sorted(path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py"))
    assert [item.name for item in all_checks()] == files


def test_every_check_says_its_reason_and_what_it_does() -> None:
    for item in all_checks():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", item.policy.reason)
        assert item.policy.says.endswith(".")
        assert item.run.__doc__


def test_every_check_has_a_test() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    tests = "\n".join(file.read_text(encoding="utf-8") for file in files)
    missing = [item.name for item in all_checks() if f"{item.name}." not in tests]
    assert not missing


def test_a_good_case_passes_them_all() -> None:
    assert failures(a_case(SOURCE), SOURCE) == ()


def test_the_first_failing_check_is_the_reject() -> None:
    bad = a_case(SOURCE, final_diagnosis="Tuberculous_tenosynovitis", statements=())
    found = failures(bad, SOURCE)
    assert [item.reason for item in found] == [
        "bad_label",
        "statement_without_quote",
        "too_few_reasons",
    ]
    assert run_checks(bad, SOURCE) == found[0]


def _needed(item: NamedCheck) -> list[str]:
    return [name for need in item.policy.needs for name in need.split("|")]


def test_a_check_names_the_columns_it_reads() -> None:
    known = {column.name for column in COLUMNS} | {"retracted"}
    for item in all_checks():
        assert item.policy.needs
        assert {*_needed(item), *item.policy.helps} <= known
        assert not {*_needed(item)} & {*item.policy.helps}


def test_a_check_judges_by_the_columns_it_needs_alone() -> None:
    for item in all_checks():
        for case in (GOOD, BAD):
            found = item.run(*only(_needed(item), case, SOURCE))
            assert found is None or (case is BAD and found.reason == item.policy.reason)


def test_a_check_reads_no_column_that_it_does_not_name() -> None:
    others = (replace(OTHER_CASE, statements=(OTHER_STATEMENT,) * 2), OTHER_ARTICLE)
    for item in all_checks():
        named = (*_needed(item), *item.policy.helps)
        for case in (GOOD, BAD):
            changed = only(named, case, SOURCE, others)
            assert item.run(*changed) == item.run(case, SOURCE), item.name
