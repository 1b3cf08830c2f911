"""An answer becomes a draft; what it claims is proved later, by grounding and checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from extractors.cases.answers import Extracted, Reason, Repaired, Scored
from extractors.cases.narrative import narrative
from extractors.cases.prompts import PROMPTS
from extractors.cases.steps.judging import scores_of
from extractors.grounding.quotes import locate
from extractors.language.sentences import article_sentences
from schemas.article import Article
from schemas.case import Draft, DraftStatement, Extractor
from schemas.reject import Reject

# Grounding refuses it, and so such a draft can be repaired.
NOWHERE = -1


def draft_of(
    article: Article, scored: Scored, extracted: Extracted, model: str, prompt: str
) -> Draft | Reject:
    """The draft that an answer makes; `prompt` is the version of what was asked."""
    return _empty(extracted) or Draft(
        pmcid=article.ids.pmcid or "",
        case_prompt=_prompt(extracted.case_prompt),
        final_diagnosis=_line(extracted.final_diagnosis),
        final_diagnosis_aliases=_aliases(extracted),
        final_diagnosis_parent=_line(extracted.final_diagnosis_parent or "") or None,
        statements=_statements(extracted.statements),
        breakpoint=place_of(extracted.breakpoint, article),
        extractor=Extractor("llm", model, prompt),
        scores=scores_of(scored),
    )


def repaired(draft: Draft, answer: Repaired, article: Article) -> Draft | Reject:
    """The draft as the repair left it; its row names the prompt of the repair, too."""
    made_by = draft.extractor
    prompts = " ".join(filter(None, (made_by.prompt, PROMPTS["repair"].version)))
    return _empty(answer) or replace(
        draft,
        case_prompt=_prompt(answer.case_prompt),
        final_diagnosis=_line(answer.final_diagnosis),
        final_diagnosis_aliases=_aliases(answer),
        statements=_statements(answer.statements),
        breakpoint=place_of(answer.breakpoint, article),
        extractor=replace(made_by, prompt=prompts),
    )


def place_of(sentence: str, article: Article) -> int:
    """Where the sentence begins that holds these words: in the case, if it can be found there."""
    sentences = article_sentences(article)
    told = narrative(article, sentences)
    starts = [told[0].start, 0] if told else [0]
    for start in starts:
        found = locate(sentence, article.text, start)
        if found is not None:
            place = found.spans[0].start
            held = (item.start for item in sentences if item.start <= place < item.end)
            return next(held, place)
    return NOWHERE


def _empty(answer: Extracted | Repaired) -> Reject | None:
    """Why an answer makes no draft: a part that nothing can be made of without."""
    if not answer.final_diagnosis.strip():
        return Reject("no_diagnosis", "the model found no diagnosis")
    if not answer.case_prompt.strip():
        return Reject("thin", "the model found nothing to tell before the diagnosis")
    if not answer.statements:
        return Reject("no_alternatives", "the model found no reasons")
    return None


def _statements(reasons: Iterable[Reason]) -> tuple[DraftStatement, ...]:
    return tuple(
        DraftStatement(_line(item.claim), item.quote.strip(), item.bears, _line(item.diagnosis))
        for item in reasons
    )


def _aliases(answer: Extracted | Repaired) -> tuple[str, ...]:
    """The other names, each once, without the label itself."""
    label = _line(answer.final_diagnosis).casefold()
    names = {name.casefold(): name for name in map(_line, answer.final_diagnosis_aliases)}
    return tuple(name for folded, name in names.items() if folded and folded != label)


def _prompt(text: str) -> str:
    """Paragraphs parted by one empty line, each without stray spaces."""
    return "\n\n".join(filter(None, (_line(block) for block in text.split("\n"))))


def _line(text: str) -> str:
    return " ".join(text.split())
