"""Where an article tells its case, apart from what it says about other people's."""

from __future__ import annotations

import re

from extractors.language.sentences import Sentence
from schemas.article import Article, Section

_TOLD = re.compile(
    r"\b(?:case|patient|clinical|history|presenting|presentation|complaint|examination|"
    r"investigations?|laboratory|imaging|radiolog\w*|work-?up|diagnos\w*|patholog\w*|findings|"
    r"treatment|intervention|outcome|follow-?up|course|surg\w*|timeline)\b",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"\b(?:\d{1,3}|[a-z]+(?:-[a-z]+)?)[\s-]*(?:year|yr|month|week|day)s?[\s-]*(?:old|of age)\b|"
    r"\b(?:our|the) patient (?:was|is|presented)\b|\baged \d",
    re.IGNORECASE,
)
_OUTSIDE = frozenset({"discussion", "conclusion", "introduction", "consent", "end_matter"})


def narrative(article: Article, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """The sentences that tell the case, in order; empty where none are found."""
    case = _case_sections(article)
    told = [item for item in sentences if item.section in case]
    if not told:
        told = _unsectioned(sentences)
    return tuple(told)


def heading(section: Section) -> str:
    """A section's own title; some have none."""
    return section.path[-1] if section.path else ""


def _case_sections(article: Article) -> set[int]:
    """Sections of the kind `case` and those behind them that go on telling it."""
    kinds = [section.kind for section in article.sections]
    chosen = {index for index, kind in enumerate(kinds) if kind == "case"}
    if not chosen:
        return _by_title(article)
    for index in range(min(chosen) + 1, len(kinds)):
        if kinds[index] in _OUTSIDE:
            break
        if _TOLD.search(heading(article.sections[index])):
            chosen.add(index)
    return chosen


def _by_title(article: Article) -> set[int]:
    """No section is typed as the case: take those that sound like it and speak of an age."""
    return {
        index
        for index, section in enumerate(article.sections)
        if section.kind not in _OUTSIDE
        and (_TOLD.search(heading(section)) or _AGED.search(article.text[section.start :][:600]))
    }


def _unsectioned(sentences: tuple[Sentence, ...]) -> list[Sentence]:
    """From the first sentence that gives the patient's age to where another section begins."""
    for first, sentence in enumerate(sentences):
        if sentence.kind not in _OUTSIDE - {"introduction"} and _AGED.search(sentence.text):
            rest = sentences[first:]
            return [item for item in rest if item.section == sentence.section]
    return []
