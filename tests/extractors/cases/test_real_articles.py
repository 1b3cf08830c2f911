"""On real articles, where they are at hand: every draft is proved, and no figure sinks."""

from __future__ import annotations

import pytest

from extractors.cases.rules import draft
from extractors.checks import failures
from extractors.grounding import ground
from extractors.jats import read
from schemas.case import Case, Draft
from tests.bench import SHARED, gold

REAL = sorted((SHARED / "corpus" / "jats").glob("*.xml"))

pytestmark = pytest.mark.skipif(not REAL, reason="the real articles are not here")

# What a draft must never have, whatever the article: these are promises of the rules, not of luck.
PROMISED = {
    "label_not_in_article",
    "numbers_differ",
    "prompt_past_breakpoint",
    "quote_not_in_text",
    "same_reason_twice",
}


def test_every_draft_of_a_real_article_is_proved_and_keeps_its_promises() -> None:
    for path in REAL:
        article = read(path.read_bytes())
        made = draft(article, require_reasons=False)
        if not isinstance(made, Draft):
            continue
        case = ground(made, article)
        assert isinstance(case, Case), (path.name, case)
        assert all(item.status == "exact" for item in case.statements)
        broken = {item.reason for item in failures(case, article)} & PROMISED
        assert not broken, (path.name, broken)


def test_the_figures_on_answered_articles_do_not_sink() -> None:
    found = gold.answers()
    suitable = [item for item in found if item.gold["suitable"]]
    drafted = [item for item in suitable if isinstance(item.result, Draft)]
    right = sum(item.right for item in drafted)
    away = sum(not isinstance(item.result, Draft) for item in found if not item.gold["suitable"])
    assert right >= 0.5 * len(suitable)
    assert right >= 0.75 * len(drafted)
    assert len(drafted) >= 0.7 * len(suitable)
    assert not [item.gold["pmcid"] for item in drafted if gold.bad_form(item)]
    quotes = [hit for item in drafted for hit in gold.quoted(item)]
    assert sum(quotes) >= 0.5 * len(quotes)
    assert not [item.gold["pmcid"] for item in drafted if gold.leaked(item)]
    assert away >= 0.8 * (len(found) - len(suitable))
