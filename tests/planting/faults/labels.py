"""Labels that are no diagnosis, more than one, or somebody else's."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from tests.planting.bases import Base
from tests.planting.edits import Fault, fault, inline, opened
from tests.planting.names import camel
from tests.planting.wordings import wording, words


def identifier(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The label written as one word; the plain name stays an alias."""
    names = [name for name in base.names if 2 <= len(name.split()) <= 6]
    if not names:
        return None
    name = rng.choice(names)
    written = camel(name, rng)
    if not re.search(r"_|[a-z][A-Z]", written):
        written = "_".join(re.findall(r"\w+", name))
    return _labelled(base, written, "bad_label", aliases=base.names)


def two_entities(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The answer together with another disease of the article."""
    if not base.others:
        return None
    names = [name for name in base.names if len(name.split()) <= 6] or [base.names[0]]
    b = inline(rng.choice(base.others), base.article)
    label = wording("two_entities").fill(rng, x=rng.choice(names), b=b)
    return _labelled(base, label, "bad_label", aliases=())


def symptom(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A complaint of the patient in place of what caused it, now and then with a degree."""
    text = base.article.text.casefold()
    held = [word for word in words("symptoms") if re.search(rf"\b{word}\b", text)]
    if not held:
        return None
    label = rng.choice(held)
    if rng.random() < 0.4:
        label = f"{rng.choice(words('degrees'))} {label}"
    return _labelled(base, opened(label), "bad_label", aliases=())


def procedure_or_family(base: Base, donor: Base, rng: Random) -> Fault:
    """What was done, or a class of diseases, if possible one that the article names.

    One that it does not name is in no words of the article as well.
    """
    listed = (*words("procedures"), *words("families"))
    text = base.article.text.casefold()
    held = [name for name in listed if name.casefold() in text]
    label = rng.choice(held or listed)
    also = () if held else ("label_not_in_article",)
    return _labelled(base, label, "bad_label", *also, aliases=())


def elsewhere(base: Base, donor: Base, rng: Random) -> Fault:
    """A disease of which the article says nothing."""
    article = base.article
    said = f"{article.title}\n{article.abstract}\n{article.text}".casefold()
    strange = [
        name
        for name in words("elsewhere")
        if not any(
            part in said
            for part in re.findall(r"[\w-]{5,}", name.casefold())
            if part not in ("disease", "syndrome")
        )
    ]
    return _labelled(base, rng.choice(strange), "label_not_in_article", aliases=())


def no_answer(base: Base, donor: Base, rng: Random) -> Fault:
    """A question or a shrug; where it is in no words of the article, that is wrong too."""
    names = [name for name in base.names if len(name.split()) <= 6] or [base.names[0]]
    name = rng.choice(names)
    label = wording("no_answers").fill(rng, x=name)
    also = () if name in label else ("label_not_in_article",)
    return _labelled(base, label, "bad_label", *also, aliases=())


def _labelled(base: Base, label: str, *right: str, aliases: tuple[str, ...]) -> Fault:
    statements = tuple(
        replace(item, diagnosis=label) if item.bears == "supports" else item
        for item in base.draft.statements
    )
    return fault(
        base,
        label,
        *right,
        statements=statements,
        final_diagnosis=label,
        final_diagnosis_aliases=aliases,
        final_diagnosis_parent=None,
    )
