"""A draft becomes a case only when each of its quotes and sentences has a place in the article."""

from __future__ import annotations

from functools import lru_cache

from extractors.grounding.prompt import Unfaithful, prompt_spans, unfaithful_sentences
from extractors.grounding.quotes import Found, locate
from extractors.language.sentences import article_sentences, sentence_spans
from extractors.language.stems import content_stems
from schemas.article import Article, Span
from schemas.case import Case, Draft, DraftStatement, Statement
from schemas.reject import Reject

# A quote rests on the prompt when three sentences of the prompt say this share of its words; half
# of them where its place is among those the prompt was made of, which may have been cut.
_SAID_SHARE = 0.8
_SHOWN_SHARE = 0.5
_SAYING_SENTENCES = 3


def ground(draft: Draft, article: Article) -> Case | Reject:
    """The case with spans for prompt and quotes, its quotes in the article's own words."""
    misplaced = _misplaced(draft, article)
    if misplaced is not None:
        return misplaced
    spans = prompt_spans(
        draft.case_prompt,
        article.text,
        article_sentences(article, draft.breakpoint),
        draft.breakpoint,
    )
    if isinstance(spans, Unfaithful):
        return _unfaithful(spans)
    if not spans:
        return Reject("unfaithful_prompt", "the prompt rests on no sentence of the article")
    statements = []
    for item in draft.statements:
        found = locate(item.quote, article.text)
        if found is None:
            return _ungrounded(item)
        statements.append(_statement(item, found, draft.case_prompt, spans, article.text))
    return Case(
        pmcid=draft.pmcid,
        case_prompt=draft.case_prompt,
        prompt_spans=spans,
        final_diagnosis=draft.final_diagnosis,
        final_diagnosis_aliases=draft.final_diagnosis_aliases,
        final_diagnosis_parent=draft.final_diagnosis_parent,
        statements=tuple(statements),
        breakpoint=draft.breakpoint,
        extractor=draft.extractor,
        scores=draft.scores,
    )


def ungrounded_parts(draft: Draft, article: Article) -> tuple[Reject, ...]:
    """Everything for which `ground` would refuse the draft, so that all of it can be repaired."""
    misplaced = _misplaced(draft, article)
    quotes = (item for item in draft.statements if locate(item.quote, article.text) is None)
    if misplaced is not None:
        return (misplaced, *map(_ungrounded, quotes))
    said = article_sentences(article, draft.breakpoint)
    prompt = unfaithful_sentences(draft.case_prompt, article.text, said, draft.breakpoint)
    return (*map(_unfaithful, prompt), *map(_ungrounded, quotes))


def _misplaced(draft: Draft, article: Article) -> Reject | None:
    if draft.breakpoint < 0:
        return Reject("ungrounded", "the sentence of the breakpoint is nowhere in the text")
    if draft.breakpoint > len(article.text):
        return Reject("unfaithful_prompt", f"no breakpoint at {draft.breakpoint} in the text")
    if not content_stems(draft.case_prompt):
        return Reject("unfaithful_prompt", "the prompt is empty")
    return None


def _unfaithful(found: Unfaithful) -> Reject:
    return Reject("unfaithful_prompt", found.why, found.sentence)


def _ungrounded(item: DraftStatement) -> Reject:
    return Reject("ungrounded", f"no place for the quote of: {item.claim}", item.quote)


def _statement(
    item: DraftStatement, found: Found, prompt: str, spans: tuple[Span, ...], text: str
) -> Statement:
    quote = found.words(text)
    return Statement(
        claim=item.claim,
        quote=quote,
        spans=found.spans,
        status=found.status,
        bears=item.bears,
        diagnosis=item.diagnosis,
        in_prompt=rests_on_prompt(quote, found.spans, prompt, spans),
    )


@lru_cache(maxsize=8)
def _said(prompt: str) -> tuple[frozenset[str], ...]:
    """The words of each sentence of a prompt."""
    spans = sentence_spans(prompt)
    return tuple(frozenset(content_stems(prompt[start:end])) for start, end in spans)


def rests_on_prompt(
    quote: str, places: tuple[Span, ...], prompt: str, prompt_places: tuple[Span, ...]
) -> bool:
    """Whether a few sentences of the prompt say a quote's words, fewer if it lies in its spans."""
    wanted = set(content_stems(quote))
    shown = places and all(any(held.holds(place) for held in prompt_places) for place in places)
    missing = set(wanted)
    for _ in range(_SAYING_SENTENCES):
        missing -= max(_said(prompt), key=lambda held: len(missing & held), default=frozenset())
    share = _SHOWN_SHARE if shown else _SAID_SHARE
    return bool(wanted) and len(wanted) - len(missing) >= share * len(wanted)
