"""On real articles, where they are at hand: careful cases pass, but for what they truly lack."""

from __future__ import annotations

import pytest

from extractors.checks import failures
from schemas.case import Case
from tests.bench import SHARED
from tests.bench.gold_cases import gold_cases

HERE = (SHARED / "corpus" / "gold.jsonl").exists()
LACKING = {"too_few_reasons", "prompt_too_short"}


@pytest.mark.skipif(not HERE, reason="the answered case reports are not here")
def test_few_careful_cases_are_turned_away() -> None:
    cases = [(item.made, item.article) for item in gold_cases() if isinstance(item.made, Case)]
    turned = [
        made.pmcid
        for made, article in cases
        if {item.reason for item in failures(made, article)} - LACKING
    ]
    assert len(cases) >= 40
    assert len(turned) < 0.05 * len(cases), turned
