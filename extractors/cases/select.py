"""An article is worth drafting if it tells one person's case at length and weighs alternatives."""

from __future__ import annotations

import re

from extractors.cases.narrative import heading, narrative
from extractors.language.sentences import Sentence, article_sentences, word_count
from extractors.language.wordlist import pattern
from schemas.article import Article
from schemas.reject import Reject

_NUMBERED_CASE = re.compile(
    r"\b(?:case|patient|subject)s?\s*(?:report\s*)?(?:no\.?\s*|number\s*|#\s*)?"
    r"(\d{1,2}|[ivx]{1,4}|[a-e]|one|two|three|first|second|third)\b",
    re.IGNORECASE,
)
# How a patient is brought in: once each, by an age.
_INTRODUCED = re.compile(
    r"(?:(?:case|patient)\s*\w+[.:)]?\s*(?:is |was )?)?"
    r"(?:an?|the (?:first|second|third)|another|our)\s"
    r"(?:[\w,-]+\s){0,3}?(\d{1,3})[\s-]*(?:year|yr|month|week|day)s?[\s-]*old\b",
    re.IGNORECASE,
)
_SECOND = frozenset({"2", "ii", "two", "b", "second"})


def select(
    article: Article, *, min_words: int, max_words: int, require_differential: bool = True
) -> Reject | None:
    """Why the article makes no candidate, if it does not; bounds are words of the narrative."""
    told = narrative(article, article_sentences(article))
    return (
        not_human(article, told)
        or several_patients(article, told)
        or _length(told, min_words, max_words)
        or (no_differential(article) if require_differential else None)
    )


def not_human(article: Article, told: tuple[Sentence, ...]) -> Reject | None:
    """An animal as the patient: the heading names one, and the narrative speaks of no person."""
    heading = " ".join((article.title, *article.subjects, article.journal, *article.keywords))
    hit = pattern("animals").search(heading)
    if hit is None:
        return None
    text = " ".join(item.text for item in told) or article.text
    if len(pattern("animals").findall(text)) <= len(pattern("people").findall(text)):
        return None
    return Reject("not_human", f"the patient is an animal: {hit[0]}", article.title)


def several_patients(article: Article, told: tuple[Sentence, ...]) -> Reject | None:
    """More than one patient: by title, by numbered sections, by two introductions."""
    by_title = pattern("several_cases").search(article.title)
    if by_title is not None:
        return Reject("several_patients", f"the title says {by_title[0]}", article.title)
    for section in article.sections:
        number = _NUMBERED_CASE.search(heading(section))
        if number and number[1].casefold() in _SECOND and section.kind not in {"discussion"}:
            return Reject("several_patients", "its sections number the cases", heading(section))
    for sentence in told:
        hit = pattern("several_told").search(sentence.text)
        if hit is not None:
            return Reject("several_patients", f"the narrative says {hit[0]}", sentence.text)
    ages = {match[1] for item in told if (match := _INTRODUCED.match(item.text))}
    if len(ages) > 1:
        said = ", ".join(sorted(ages))
        return Reject("several_patients", f"patients aged {said} are brought in", told[0].text)
    return None


def no_differential(article: Article) -> Reject | None:
    """Nothing in abstract or body says that other diagnoses were thought of."""
    if pattern("alternatives_weighed").search(f"{article.abstract}\n{article.text}"):
        return None
    return Reject("no_differential", "no phrase weighs one diagnosis against another")


def _length(told: tuple[Sentence, ...], min_words: int, max_words: int) -> Reject | None:
    words = sum(word_count(sentence.text) for sentence in told)
    if words < min_words and not words:
        return Reject("too_short", "no case narrative was found")
    if words < min_words:
        return Reject("too_short", f"the narrative has {words} words, {min_words} are needed")
    if words > max_words:
        return Reject("too_long", f"the narrative has {words} words, {max_words} are allowed")
    return None
