"""A draft case by rules alone: the baseline, and what runs where no model can be had."""

from __future__ import annotations

from dataclasses import dataclass, replace

from extractors.cases.breakpoint import Prompt, cut
from extractors.cases.diagnosis import Diagnosis, find_diagnosis
from extractors.cases.gates import gate
from extractors.cases.narrative import narrative
from extractors.cases.select import select
from extractors.cases.statements import alternatives, find_statements
from extractors.language.counts import counted
from extractors.language.sentences import Sentence, article_sentences, word_count
from extractors.language.terms import find_terms
from schemas.article import Article
from schemas.case import Draft, DraftStatement, Extractor
from schemas.reject import Reject

_LEAST_PROMPT_WORDS = 60
_FEWEST_ALTERNATIVES = 2
_RULES = Extractor(kind="rules")


def draft(article: Article, *, require_reasons: bool = True) -> Draft | Reject:
    """The article's case as a question; `require_reasons=False` keeps drafts that weigh nothing."""
    sentences = article_sentences(article)
    told = narrative(article, sentences)
    if not told:
        return Reject("thin", "no part of the article tells the case")
    found = find_diagnosis(article, told)
    if found is None:
        return Reject("no_diagnosis", "title, abstract and text agree on none", article.title)
    prompt = cut(told, found)
    reasons = find_statements(article, sentences, told, prompt.breakpoint, found)
    fault = _thin(prompt)
    if fault is None and require_reasons:
        fault = _unreasoned(reasons)
    return fault or _draft(article, prompt, found, reasons)


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as far as one can be made, and why the article would be turned away, if it would."""

    draft: Draft | None
    unsuitable: Reject | None


def look(article: Article) -> Look:
    """A draft for looking and measuring, with the gates for reasons and length off."""
    made = draft(article, require_reasons=False)
    away = turned_away(article)
    if isinstance(made, Reject):
        return Look(None, away or made)
    hit = find_terms(made.case_prompt, (made.final_diagnosis, *made.final_diagnosis_aliases))
    if hit is None:
        return Look(made, away)
    named = Reject("answer_in_prompt", f"the prompt names {hit[0]}")
    # What names its answer is no question.
    return Look(replace(made, case_prompt=""), away or named)


def turned_away(article: Article) -> Reject | None:
    """Why an article is no report of one person, whatever its length and whatever it weighs."""
    return gate(article) or select(
        article, min_words=0, max_words=1_000_000, require_differential=False
    )


def _draft(
    article: Article, prompt: Prompt, found: Diagnosis, reasons: tuple[DraftStatement, ...]
) -> Draft:
    return Draft(
        pmcid=article.ids.pmcid or "",
        case_prompt=_joined(prompt.shown),
        final_diagnosis=found.label,
        final_diagnosis_aliases=found.aliases,
        final_diagnosis_parent=None,
        statements=reasons,
        breakpoint=prompt.breakpoint,
        extractor=_RULES,
    )


def _joined(shown: tuple[Sentence, ...]) -> str:
    """The sentences with a new line where a section of the article begins."""
    text = ""
    for index, sentence in enumerate(shown):
        if index:
            text += "\n\n" if sentence.section != shown[index - 1].section else " "
        text += sentence.text
    return text


def _thin(prompt: Prompt) -> Reject | None:
    words = sum(word_count(sentence.text) for sentence in prompt.shown)
    if words >= _LEAST_PROMPT_WORDS:
        return None
    return Reject("thin", f"{words} words stand before the diagnosis is told")


def _unreasoned(reasons: tuple[DraftStatement, ...]) -> Reject | None:
    weighed = alternatives(reasons)
    if len(weighed) < _FEWEST_ALTERNATIVES:
        said = counted(len(weighed), "other diagnosis is", "other diagnoses are")
        needed = f"{_FEWEST_ALTERNATIVES} are needed"
        return Reject("no_alternatives", f"{said} weighed, {needed}")
    if all(item.bears == "excludes" for item in reasons):
        return Reject("thin", "no sentence says what supports the diagnosis")
    return None
