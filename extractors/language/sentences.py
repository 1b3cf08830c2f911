"""Sentences are the unit of everything the rules decide: what is shown, withheld or quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from extractors.language.wordlist import word_set
from schemas.article import Article, Paragraph, SectionKind

_END = re.compile(r"[.!?][\"'”’)\]]*(?:\s*\[[\d,\s–-]+\])*(?=\s+[\"'“‘(\[]?[A-Z0-9Α-Ω])")
_LETTERED = re.compile(
    r"(?:°|\d\s?|\b(?:vitamin|hepatitis|type|group|grade|class|stage|influenza|h(?:a)?emophilia|"
    r"factor|protein|immunoglobulin|panel|fig(?:ure)?\.?|case|patient|and|or|child|troponin)\s)\Z",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]*[^\s][^\n]*")
_LAST_WORD = re.compile(r"[\w.&'-]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article by its place, with the kind of section it stands in."""

    start: int
    end: int
    text: str
    kind: SectionKind | None
    section: int


@lru_cache(maxsize=64)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each sentence in a run of prose."""
    return tuple(_sentence_spans(text))


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match[0][0] == "." and _is_abbreviation(text, match.start(), match.end()):
            continue
        yield start, match.end()
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1
    if text[start:].strip():
        yield start, len(text.rstrip())


def sentence_at(text: str, place: int) -> tuple[int, str]:
    """The sentence of a text that holds a place, and where it starts."""
    for start, end in sentence_spans(text):
        if place < end:
            return start, text[start:end]
    return 0, text


def _is_abbreviation(text: str, dot: int, end: int) -> bool:
    before = _LAST_WORD.search(text, max(0, dot - 24), dot)
    if before is None:
        return False
    word = before[0].casefold().lstrip("(.")
    if len(word) == 1 and word.isalpha():
        # One letter and a dot opens a name or a genus, unless a kind such as "vitamin" goes before.
        return _LETTERED.search(text[max(0, before.start() - 20) : before.start()]) is None
    return word in word_set("abbreviations")


def article_sentences(article: Article, end: int | None = None) -> tuple[Sentence, ...]:
    """The sentences of the body in order, titles left out, as far as paragraphs begin before `end`.

    Of a text without paragraphs they are those of its lines.
    """
    found: list[Sentence] = []
    for paragraph in article.paragraphs or _lines(article.text):
        if end is not None and paragraph.start >= end:
            break
        if paragraph.kind == "title":
            continue
        inside = 0 <= paragraph.section < len(article.sections)
        kind = article.sections[paragraph.section].kind if inside else None
        block = article.text[paragraph.start : paragraph.end]
        for first, last in sentence_spans(block):
            place = paragraph.start + first, paragraph.start + last
            found.append(Sentence(*place, block[first:last], kind, paragraph.section))
    return tuple(found)


def _lines(text: str) -> Iterator[Paragraph]:
    for line in _LINE.finditer(text):
        yield Paragraph("prose", -1, line.start(), line.end())


def word_count(text: str) -> int:
    """How many words a reader would count."""
    return len(text.split())
