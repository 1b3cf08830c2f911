"""Changes to a prompt, to an article, or to both at once so that they go on agreeing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from schemas.arrival import Captured
from schemas.article import Article
from schemas.case import Draft, DraftStatement
from tests.planting.bases import Base

Edit = tuple[int, int, str]


@dataclass(frozen=True)
class Fault:
    """A draft with its article after one fault was planted, and the names that it may be given.

    `captured` is the article as it came in, where the fault lies in what may be used at all.
    """

    draft: Draft
    article: Article
    right: frozenset[str]
    what: str
    captured: Captured | None = None


def fault(
    base: Base, what: str, *right: str, article: Article | None = None, **changes: object
) -> Fault:
    """The draft of a base with these fields changed."""
    draft = replace(base.draft, **changes)  # type: ignore[arg-type]
    return Fault(draft, article or base.article, frozenset(right), what)


def edited(article: Article, edits: Iterable[Edit]) -> Article:
    """The article with stretches of its text replaced, and every offset moved along."""
    ordered = sorted(edits)
    return replace(
        article,
        text=applied(article.text, ordered),
        sections=tuple(
            replace(item, start=moved(item.start, ordered), end=moved(item.end, ordered))
            for item in article.sections
        ),
        paragraphs=tuple(
            replace(item, start=moved(item.start, ordered), end=moved(item.end, ordered))
            for item in article.paragraphs
        ),
    )


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with stretches replaced."""
    changed, last = "", 0
    for start, end, new in sorted(edits):
        changed += text[last:start] + new
        last = end
    return changed + text[last:]


def indefinite(name: str) -> str:
    """A name behind its article."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def moved(offset: int, edits: Iterable[Edit]) -> int:
    """Where an offset lies after the edits; what is put at an end belongs to what ends there."""
    return offset + sum(len(new) - (end - start) for start, end, new in edits if end <= offset)


def told(base: Base, sentence: str, *right: str, at: int | None = None, rng: Random) -> Fault:
    """A sentence that article and prompt both tell, behind one of the prompt's own."""
    index = rng.randrange(len(base.shown)) if at is None else at % len(base.shown)
    behind = base.shown[index]
    edits = [(behind.end, behind.end, f" {sentence}")]
    article = edited(base.article, edits)
    return Fault(
        replace(
            base.draft,
            case_prompt=with_sentence(base, sentence, index),
            breakpoint=moved(base.draft.breakpoint, edits),
        ),
        article,
        frozenset(right),
        sentence,
    )


def said(base: Base, sentence: str, *right: str, at: int | None = None, rng: Random) -> Fault:
    """A sentence that only the prompt tells."""
    index = rng.randrange(len(base.shown)) if at is None else at % len(base.shown)
    prompt = with_sentence(base, sentence, index)
    return fault(base, sentence, *right, case_prompt=prompt)


def reworded(base: Base, index: int, text: str, *right: str) -> Fault:
    """A prompt in which one sentence reads otherwise than in the article."""
    start = sentence_place(base, index)
    old, prompt = base.shown[index].text, base.draft.case_prompt
    what = f"{old!r} -> {text!r}"
    return fault(base, what, *right, case_prompt=prompt[:start] + text + prompt[start + len(old) :])


def with_sentence(base: Base, sentence: str, index: int) -> str:
    """The prompt with a sentence behind one of its own."""
    end = sentence_place(base, index) + len(base.shown[index].text)
    prompt = base.draft.case_prompt
    return f"{prompt[:end]} {sentence}{prompt[end:]}"


def sentence_place(base: Base, index: int) -> int:
    """Where a sentence of the prompt begins in it."""
    start = 0
    for item in base.shown[: index + 1]:
        found = base.draft.case_prompt.index(item.text, start)
        start = found + len(item.text)
    return found


def swapped(text: str, pairs: Iterable[tuple[str, str]], rng: Random) -> tuple[str, str] | None:
    """The text with one hit of one of the patterns replaced, and the hit; None where none fits."""
    hits = [(match, match.expand(new)) for old, new in pairs for match in re.finditer(old, text)]
    if not hits:
        return None
    match, new = rng.choice(hits)
    new = opened(new) if match[0][:1].isupper() else new
    return text[: match.start()] + new + text[match.end() :], match[0]


def shuffled(base: Base, rng: Random) -> Iterator[tuple[int, str]]:
    """The sentences of the prompt with their places, in any order."""
    order = list(enumerate(item.text for item in base.shown))
    rng.shuffle(order)
    yield from order


def with_statement(base: Base, index: int, statement: DraftStatement) -> tuple[DraftStatement, ...]:
    """The statements with one of them replaced."""
    held = base.draft.statements
    return (*held[:index], statement, *held[index + 1 :])


@dataclass(frozen=True)
class Wording:
    """A list of templates, filled with the names of a case."""

    templates: tuple[str, ...] = field(default=())

    def fill(self, rng: Random, **names: str) -> str:
        """One of the templates; a name in capitals opens its sentence."""
        template = rng.choice(self.templates)
        both = {**names, **{key.upper(): opened(value) for key, value in names.items()}}
        return template.format(**both)


def opened(name: str) -> str:
    """A name as it opens a sentence."""
    return name[:1].upper() + name[1:]


def inline(name: str, article: Article) -> str:
    """A name as it stands within a sentence: small, where the article writes its first word so."""
    first = name.split()[0]
    small = first[:1].lower() + first[1:]
    known = re.search(rf"\b{re.escape(small)}\b", article.text)
    return small + name[len(first) :] if known else name
