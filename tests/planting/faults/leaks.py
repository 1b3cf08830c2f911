"""Prompts that give the answer away; the article tells the sentence too, so they are faithful."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from tests.planting.bases import Base
from tests.planting.edits import Fault, edited, inline, moved, told
from tests.planting.names import camel, initials, other_forms, other_spellings
from tests.planting.wordings import wording

_REASON = "answer_in_prompt"


def label(base: Base, donor: Base, rng: Random) -> Fault:
    """The label, word for word."""
    name = inline(base.draft.final_diagnosis, base.article)
    return told(base, wording("named").fill(rng, x=name), _REASON, rng=rng)


def alias(base: Base, donor: Base, rng: Random) -> Fault | None:
    """One of the aliases, and not the label."""
    whole = base.draft.final_diagnosis.casefold()
    names = [item for item in base.draft.final_diagnosis_aliases if item.casefold() not in whole]
    if not names:
        return None
    name = inline(rng.choice(names), base.article)
    return told(base, wording("named").fill(rng, x=name), _REASON, rng=rng)


def negated(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The answer denied, or listed beside others: a reader learns it all the same."""
    if len(base.others) < 2:
        return None
    a, b = (inline(name, base.article) for name in rng.sample(base.others, 2))
    x = inline(rng.choice(base.names[:3]), base.article)
    return told(base, wording("negated").fill(rng, x=x, a=a, b=b), _REASON, rng=rng)


def abbreviation(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A short form that the article itself defines and that is not among the aliases."""
    defined = _defined(base, rng)
    if defined is None:
        return None
    with_it, short = defined
    kept = tuple(name for name in base.draft.final_diagnosis_aliases if short not in name.split())
    alone = replace(with_it, draft=replace(with_it.draft, final_diagnosis_aliases=kept))
    made = told(alone, wording("short").fill(rng, s=short), _REASON, rng=rng)
    return replace(made, what=f"{made.what} ({short} is defined)")


def _defined(base: Base, rng: Random) -> tuple[Base, str] | None:
    """The base and its article's short form of a name; where it has none, it defines one."""
    text = base.article.text
    named = re.compile("|".join(rf"{re.escape(name)}" for name in base.names), re.I)
    for match in named.finditer(text):
        own = re.match(r"\s*\(([A-Z][A-Za-z0-9-]{1,7})\)", text[match.end() :])
        if own and sum(char.isupper() for char in own[1]) >= 2:
            return base, own[1]
    later = [match for match in named.finditer(text) if match.start() > base.draft.breakpoint]
    for match in rng.sample(later, len(later)):
        short = initials(match[0])
        if len(short) >= 3 and not re.search(rf"\b{re.escape(short)}", text):
            return _defining(base, match.end(), short), short
    return None


def _defining(base: Base, at: int, short: str) -> Base:
    edits = [(at, at, f" ({short})")]
    statements = tuple(
        replace(item, quote=_quote_after(base, item.quote, at, short))
        for item in base.draft.statements
    )
    return replace(
        base,
        article=edited(base.article, edits),
        draft=replace(
            base.draft, statements=statements, breakpoint=moved(base.draft.breakpoint, edits)
        ),
    )


def _quote_after(base: Base, quote: str, at: int, short: str) -> str:
    """A quote across the place of the definition holds it from then on."""
    start = base.article.text.find(quote)
    if start < 0 or not start < at <= start + len(quote):
        return quote
    return f"{quote[: at - start]} ({short}){quote[at - start :]}"


def identifier(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The label or an alias written as one word."""
    names = [name for name in base.names if 2 <= len(name.split()) <= 6]
    if not names:
        return None
    written = camel(rng.choice(names), rng)
    return told(base, wording("written").fill(rng, s=written), _REASON, rng=rng)


def other_spelling(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A name in the other English, or with its marks and hyphens written otherwise."""
    return _in_another_form(base, rng, other_spellings, "named")


def other_form(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A name in the plural, or with its words in another order."""
    return _in_another_form(base, rng, other_forms, "in_other_form")


def _in_another_form(
    base: Base, rng: Random, forms: Callable[[str], Iterator[str]], list_name: str
) -> Fault | None:
    choices = [(name, form) for name in base.names for form in forms(name)]
    if not choices:
        return None
    name, form = rng.choice(choices)
    aliases = () if name == base.draft.final_diagnosis else (name,)
    alone = replace(base, draft=replace(base.draft, final_diagnosis_aliases=aliases))
    sentence = wording(list_name).fill(rng, x=inline(form, base.article))
    made = told(alone, sentence, _REASON, rng=rng)
    return replace(made, what=f"{made.what} (for {name!r})")
