"""Cases cut by a careful reader from real articles: what the checks have against them is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from extractors.grounding import ground
from extractors.jats import read
from extractors.language.sentences import article_sentences
from schemas.article import Article
from schemas.case import Case, Draft, DraftStatement, Extractor
from schemas.reject import Reject
from tests.bench import SHARED, Missing

_CORPUS = SHARED / "corpus"


@dataclass(frozen=True, slots=True)
class GoldCase:
    """A suitable article with the draft that its gold row makes, and what grounding made of it."""

    article: Article
    draft: Draft
    made: Case | Reject


def gold_cases() -> Iterator[GoldCase]:
    """A case of every suitable gold row: the narrative before the breakpoint that names no leak."""
    listed = _CORPUS / "gold.jsonl"
    if not listed.exists():
        raise Missing("the answered case reports (../shared/corpus/gold.jsonl) are not here")
    for line in listed.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["suitable"]:
            article = read((_CORPUS / "jats" / f"{row['pmcid']}.xml").read_bytes())
            draft = _draft(row, article)
            yield GoldCase(article, draft, ground(draft, article))


def _draft(row: dict[str, Any], article: Article) -> Draft:
    end = _place(row["breakpoint"], article.text)
    names = (row["final_diagnosis"], *row["aliases"], *row["leak_terms"])
    told = [
        item.text
        for item in article_sentences(article)
        if item.end <= end and item.kind == "case" and not any(_holds(item.text, n) for n in names)
    ]
    return Draft(
        pmcid=row["pmcid"],
        case_prompt=" ".join(told),
        final_diagnosis=row["final_diagnosis"],
        final_diagnosis_aliases=tuple(row["aliases"]),
        final_diagnosis_parent=row["parent"],
        statements=tuple(
            DraftStatement(item["claim"], item["quote"], item["bears"], item["of"])
            for item in row["statements"]
        ),
        breakpoint=end,
        extractor=Extractor("rules"),
    )


def _place(words: str, text: str) -> int:
    pattern = r"\W+".join(map(re.escape, re.findall(r"\w+", words)[:5]))
    match = re.search(pattern, text)
    assert match is not None, words
    return match.start()


def _holds(text: str, name: str) -> bool:
    """Long terms are listed as stems ("epiglott"), short ones are words in their own case."""
    short = len(name) <= 6 and sum(char.isupper() for char in name) >= 2
    ending = r"s?\b" if short else ""
    return re.search(rf"\b{re.escape(name)}{ending}", text, 0 if short else re.I) is not None
