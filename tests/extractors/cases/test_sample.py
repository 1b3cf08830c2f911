"""The sample articles come out of the chain from article to case as their list says."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.cases.gates import gate
from extractors.cases.rules import draft
from extractors.cases.select import select
from extractors.checks import run_checks
from extractors.grounding import ground
from extractors.jats import Unreadable, read
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"


def rows() -> Iterator[dict[str, str]]:
    listed = SAMPLE / "expected.csv"
    if listed.exists():
        with listed.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def outcome(article: Article) -> Case | Reject:
    away = gate(article) or select(article, min_words=150, max_words=3000)
    made = away or draft(article)
    if isinstance(made, Reject):
        return made
    case = ground(made, article)
    return case if isinstance(case, Reject) else run_checks(case, article) or case


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row["pmcid"])
def test_a_sample_article_ends_as_listed(row: dict[str, str]) -> None:
    if row["stage"] == "fetch":
        pytest.skip("turned away before it is read")
    (path,) = SAMPLE.glob(f"{row['pmcid']}*.xml")
    if row["reason"] == "unreadable":
        with pytest.raises(Unreadable):
            read(path.read_bytes())
        return
    made = outcome(read(path.read_bytes()))
    if row["stage"] in {"read", "select", "extract", "ground", "check"}:
        assert isinstance(made, Reject)
        assert made.reason == row["reason"]
    else:
        assert isinstance(made, Case), made
        assert made.final_diagnosis == row["diagnosis"]
