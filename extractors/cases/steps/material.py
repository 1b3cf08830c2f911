"""What a model is shown, fenced so that nothing inside can pass for an instruction or an end."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from extractors.cases.narrative import narrative
from extractors.grounding.quotes import locate
from extractors.language.same_words import words_digest
from extractors.language.sentences import article_sentences, word_count
from schemas.article import Article, Paragraph
from schemas.case import Case, Draft, DraftStatement, Statement
from schemas.reject import Reject

_LOOKS_LIKE_A_FENCE = re.compile(r"<(?=\s*/?\s*(?:article|scored|case|findings)-)", re.IGNORECASE)
_CUT = "[…]"
_KEPT_FIRST = ("case", "discussion", "conclusion", "results", "other", "introduction", "methods")
_WORD = re.compile(r"\S+")


def fenced(name: str, content: str) -> str:
    """The content between two lines that bear its digest; what looks like a fence is broken.

    The digest is that of the words, so that a text which is spaced anew is asked about alike.
    """
    plain = _LOOKS_LIKE_A_FENCE.sub("< ", content)
    mark = f"{name}-{words_digest(plain)[:12]}"
    return f"<{mark}>\n{plain}\n</{mark}>"


def fenced_article(article: Article, most_words: int) -> str:
    """Title, abstract and text, the text cut to so many words."""
    title, abstract = (" ".join(part.split()) for part in (article.title, article.abstract))
    text = shown_text(article, most_words)
    return fenced("article", f"Title: {title}\nAbstract: {abstract}\n\n{text}")


def fenced_json(name: str, value: Any) -> str:
    """A value as JSON in a fence of this name."""
    return fenced(name, json.dumps(value, ensure_ascii=False, indent=1))


def case_told(case: Case | Draft) -> dict[str, Any]:
    """What a model is told of a case: nothing by which one article is known from another."""
    statements: Sequence[Statement | DraftStatement] = case.statements
    return {
        "case_prompt": case.case_prompt,
        "final_diagnosis": case.final_diagnosis,
        "final_diagnosis_aliases": list(case.final_diagnosis_aliases),
        "statements": [_statement(n, item) for n, item in enumerate(statements, 1)],
    }


def findings_told(rejects: Sequence[Reject]) -> list[dict[str, str]]:
    """What a model is told of the faults that were found."""
    return [
        {"reason": item.reason, "detail": item.detail, "evidence": item.evidence}
        for item in rejects
    ]


def words_found(quotes: Sequence[str], article: Article) -> list[str]:
    """Those quotes that the text holds, in its own words."""
    found = (locate(quote, article.text) for quote in quotes)
    return list(dict.fromkeys(item.words(article.text) for item in found if item is not None))


def _statement(number: int, item: Statement | DraftStatement) -> dict[str, Any]:
    return {
        "number": number,
        "claim": item.claim,
        "quote": item.quote,
        "bears": item.bears,
        "diagnosis": item.diagnosis,
    }


def shown_text(article: Article, most_words: int) -> str:
    """The text, or as much of it as goes into so many words: the case and the discussion first."""
    if word_count(article.text) <= most_words:
        return article.text
    blocks = article.paragraphs or (Paragraph("prose", -1, 0, len(article.text)),)
    ranks = _ranks(article)
    order = sorted(range(len(blocks)), key=lambda n: (ranks.get(blocks[n].section, 4), n))
    kept: dict[int, str] = {}
    left = most_words
    for number in order:
        words = list(_WORD.finditer(article.text, blocks[number].start, blocks[number].end))
        if words and left:
            kept[number] = article.text[blocks[number].start : words[:left][-1].end()]
            left -= min(left, len(words))
    return _joined(kept, blocks, article.text)


def _ranks(article: Article) -> dict[int, int]:
    """How soon each section is kept; what tells the case goes first, whatever its kind is."""
    told = {item.section for item in narrative(article, article_sentences(article))}
    kinds = {kind: rank for rank, kind in enumerate(_KEPT_FIRST)}
    last = len(_KEPT_FIRST)
    return {
        index: 0 if index in told else kinds.get(section.kind, last)
        for index, section in enumerate(article.sections)
    }


def _joined(kept: dict[int, str], blocks: Sequence[Paragraph], text: str) -> str:
    parts: list[str] = []
    expected = 0
    for number in sorted(kept):
        if number != expected:
            parts.append(_CUT)
        parts.append(kept[number])
        block = blocks[number]
        whole = not text[block.start + len(kept[number]) : block.end].strip()
        expected = number + 1 if whole else -1
    if expected != len(blocks):
        parts.append(_CUT)
    return "\n\n".join(parts)
