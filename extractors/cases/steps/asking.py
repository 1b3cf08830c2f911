"""What each step asks a model: messages, and the type that the answer must have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from extractors.cases.answers import Scored
from extractors.cases.prompts import MOST_WORDS, PROMPTS, Messages, Step
from extractors.cases.steps.material import (
    case_told,
    fenced_article,
    fenced_json,
    findings_told,
    words_found,
)
from extractors.language.sentences import article_sentences
from schemas.article import Article
from schemas.case import Case, Draft
from schemas.reject import Reject


class Ask(NamedTuple):
    """A question to a model, by the step and the version of the prompt that made it."""

    messages: Messages
    answer: type[BaseModel]
    step: Step
    prompt: str


def score_messages(article: Article) -> Ask:
    """Whether the article makes a good question."""
    return _ask("score", article=_shown(article))


def extract_messages(article: Article, scored: Scored) -> Ask:
    """The case, its answer and the reasons; the scores help as far as the text bears them out."""
    helps = {
        "differential": words_found([scored.differential.quote], article),
        "stated_diagnosis": words_found([scored.stated_diagnosis.quote], article),
    }
    return _ask("extract", article=_shown(article), scored=fenced_json("scored", helps))


def repair_messages(article: Article, draft: Draft, rejects: Sequence[Reject]) -> Ask:
    """The same case with its faults mended."""
    told = case_told(draft) | {"breakpoint": _first_withheld(draft, article)}
    return _ask(
        "repair",
        article=_shown(article),
        case=fenced_json("case", told),
        findings=fenced_json("findings", findings_told(rejects)),
    )


def verify_messages(article: Article, case: Case) -> Ask:
    """What is wrong with the case."""
    return _ask("verify", article=_shown(article), case=fenced_json("case", case_told(case)))


def _ask(step: Step, **material: str) -> Ask:
    prompt = PROMPTS[step]
    return Ask(prompt.messages(**material), prompt.answer, step, prompt.version)


def _shown(article: Article) -> str:
    return fenced_article(article, MOST_WORDS)


def _first_withheld(draft: Draft, article: Article) -> str | None:
    """The sentence of the breakpoint, or nothing where it is not in the text."""
    for sentence in article_sentences(article):
        if 0 <= draft.breakpoint < sentence.end:
            return article.text[draft.breakpoint : sentence.end]
    return None
