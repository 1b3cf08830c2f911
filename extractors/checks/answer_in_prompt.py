"""A question that names its answer asks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from extractors.checks import Check
from extractors.language.abbreviations import abbreviations, bracketed
from extractors.language.heads import core_names
from extractors.language.polarity import denies
from extractors.language.sentences import sentence_at
from extractors.language.stems import content_stems
from extractors.language.terms import find_run_together, find_terms, listed_with_others
from extractors.language.wordlist import words
from schemas.article import Article, Span
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="answer_in_prompt",
    says="The prompt holds the label, an alias, the head of either with its qualifiers or an "
    "abbreviation of it, in any plural, word order, spelling or writing, also where it is denied "
    "or listed; an abbreviation only as a word in its own case.",
    needs=("case_prompt", "final_diagnosis"),
    helps=("final_diagnosis_aliases", "title", "abstract", "text"),
)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt names the answer."""
    names = (case.final_diagnosis, *case.final_diagnosis_aliases)
    cores = tuple(core for name in names for core in core_names(name))
    short = _short_forms((*names, *cores), article)
    hit = find_terms(case.case_prompt, (*names, *cores, *short))
    hit = hit or find_run_together(case.case_prompt, names)
    if hit is None:
        return None
    name, place = hit
    around = case.case_prompt[max(0, place.start - 60) : place.end + 60]
    return CHECK.reject(f"the prompt {_how(case.case_prompt, place)} {name}", around)


def _how(prompt: str, place: Span) -> str:
    """Denied and listed mentions are told apart, and are mentions all the same."""
    start, sentence = sentence_at(prompt, place.start)
    inside = Span(place.start - start, place.end - start)
    if denies(sentence, inside):
        return "denies"
    return "lists" if listed_with_others(sentence, inside) else "says"


def _short_forms(names: tuple[str, ...], article: Article) -> Iterator[str]:
    """What abbreviates a name, and a name of which a part is abbreviated."""
    meant = {frozenset(content_stems(name)): name for name in names}
    parts = (article.title, article.abstract, article.text)
    defined = _defined(*parts)
    yield from (short for part in parts for short in bracketed(part, names))
    for short, long in (*_usual(), *defined):
        for stems in meant:
            if long == stems:
                yield short
            elif long < stems and len(long) > 0:
                yield " ".join((short, *sorted(stems - long)))


@cache
def _usual() -> tuple[tuple[str, frozenset[str]], ...]:
    pairs = (entry.split(" = ") for entry in words("usual_abbreviations"))
    return tuple((short, frozenset(content_stems(long))) for short, long in pairs)


@lru_cache(maxsize=8)
def _defined(*parts: str) -> tuple[tuple[str, frozenset[str]], ...]:
    found = abbreviations("\n".join(parts))
    return tuple((short, frozenset(content_stems(long))) for short, long in found.items())
