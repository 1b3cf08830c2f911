from __future__ import annotations

import functools
import re

import pytest

from tests.planting.bases import Base, gold_bases, made_bases
from tests.planting.judging import caught, passing, reported, reported_of
from tests.planting.kinds import KINDS, Planted, plant

_EACH = 3
_SEED = 11
# A floor: kinds of which nothing was missed when this was written. The bench measures the rest.
_SEEN = (
    "label_in_prompt",
    "alias_in_prompt",
    "negated_or_listed_in_prompt",
    "label_of_another_disease",
    "quote_invented",
    "number_changed",
    "finding_invented",
    "told_from_behind",
    "not_english",
    "prompt_too_short",
    "licence_barred",
    "retracted",
)


@functools.cache
def _bases() -> tuple[tuple[Base, ...], ...]:
    made = made_bases(30, _SEED)
    real = tuple(passing(gold_bases()[:30]))
    return (made, real) if real else (made,)


@functools.cache
def _planted(kind: str) -> tuple[Planted, ...]:
    return tuple(item for bases in _bases() for item in plant(kind, bases, _EACH, _SEED))


def test_cases_put_together_from_the_truth_of_made_articles_are_sound() -> None:
    turned = {
        base.draft.pmcid: found
        for base in _bases()[0]
        if (found := reported(base.draft, base.article))
    }
    assert turned == {}


@pytest.mark.parametrize("kind", KINDS)
def test_each_planter_plants_different_faults_that_change_the_case(kind: str) -> None:
    items = _planted(kind)
    assert len(items) == _EACH * len(_bases())
    for item in items:
        changed = (item.fault.draft, item.fault.article) != (item.base.draft, item.base.article)
        assert changed or item.fault.captured is not None
    assert len({(item.base.draft.pmcid, item.fault.what) for item in items}) == len(items)


def test_what_is_told_by_article_and_prompt_leaves_offsets_and_statements_in_place() -> None:
    for kind in ("label_in_prompt", "tells_outcome", "identifiers", "two_patients"):
        for item in _planted(kind):
            before, after = item.base, item.fault
            text = after.article.text
            start = before.draft.breakpoint
            behind = before.article.text[start : start + 40]
            assert text[after.draft.breakpoint :][: len(behind)] == behind
            for old, new in zip(before.article.paragraphs, after.article.paragraphs, strict=True):
                assert text[new.start : new.end].startswith(
                    before.article.text[old.start : old.end][:9]
                )
            for sentence in re.split(r"\n\n", after.draft.case_prompt):
                assert sentence[:30] in text


def test_seeds_draw_other_faults_and_the_same_seed_the_same() -> None:
    (made, *_) = _bases()
    first, again, other = (
        [item.fault.what for item in plant("identifiers", made, 5, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("kind", _SEEN)
def test_plain_faults_are_caught_for_the_right_reason(kind: str) -> None:
    for item in _planted(kind):
        found = reported_of(item.fault)
        assert caught(item.fault, found), (item.fault.what, found)
