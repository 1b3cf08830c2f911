"""Real case reports of different patients: none is a duplicate or a relative of another."""

from __future__ import annotations

import json

import pytest

from extractors.corpus.profiles import Standing, profile
from extractors.corpus.relations import Thresholds, find_relations
from extractors.jats import read
from schemas.settings import Settings
from tests.bench import SHARED

GOLD = SHARED / "corpus" / "gold.jsonl"


@pytest.mark.skipif(not GOLD.exists(), reason="the real articles are not here")
def test_real_reports_of_different_patients_are_not_related() -> None:
    profiles = []
    rows = map(json.loads, GOLD.read_text("utf-8").splitlines())
    for row in {row["pmcid"]: row for row in rows}.values():
        article = read((GOLD.parent / "jats" / f"{row['pmcid']}.xml").read_bytes())
        start = max(0, article.text.find(row.get("breakpoint") or "\0"))
        labels = [row.get("final_diagnosis") or article.title, *(row.get("aliases") or ())]
        prompt = article.text[:start] or article.text[:2000]
        profiles.append(
            profile(row["pmcid"], article.text, prompt, labels, article.authors, Standing())
        )
    words = {one.pmcid: one for one in profiles}
    default = Settings()
    at = Thresholds(default.duplicate_similarity, default.related_similarity)
    found = find_relations(profiles, words.keys(), lambda _: words, at)
    assert not {(profiles[i].pmcid, profiles[j].pmcid): told for (i, j), told in found.items()}
    assert sum(one.youngest is not None and one.sex is not None for one in profiles) > 60
