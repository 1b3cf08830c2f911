"""Checks are found by listing their package, and each declares who it is."""

from __future__ import annotations

import re
from pathlib import Path

import extractors.checks as package
from extractors.checks import all_checks, failures, run_checks
from tests.extractors.fictional import a_case, article

SOURCE = article()


def test_every_file_of_the_package_is_a_check_in_the_order_of_names() -> None:
    files = sorted(path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py"))
    assert [item.name for item in all_checks()] == files


def test_every_check_says_its_reason_and_what_it_does() -> None:
    for item in all_checks():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", item.policy.reason)
        assert item.policy.says.endswith(".")
        assert item.run.__doc__


def test_every_check_has_a_test() -> None:
    tests = (Path(__file__).parent / "test_checks.py").read_text(encoding="utf-8")
    missing = [item.name for item in all_checks() if f"{item.name}." not in tests]
    assert not missing


def test_a_good_case_passes_them_all() -> None:
    assert failures(a_case(SOURCE), SOURCE) == ()


def test_the_first_failing_check_is_the_reject() -> None:
    bad = a_case(SOURCE, final_diagnosis="Tuberculous_tenosynovitis", statements=())
    found = failures(bad, SOURCE)
    assert [item.reason for item in found] == ["bad_label", "too_few_reasons"]
    assert run_checks(bad, SOURCE) == found[0]
