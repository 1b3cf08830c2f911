"""Cases that are not of one person, in English, at length, and without a name."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from extractors.language.sentences import article_sentences
from tests.planting.bases import Base
from tests.planting.edits import (
    Edit,
    Fault,
    applied,
    edited,
    fault,
    indefinite,
    moved,
    opened,
    told,
)
from tests.planting.wordings import wording, words

_AGED = re.compile(r"\b\d{1,3}[- ](?:year|month|week|day)s?[- ]old\b|\baged \d")
_PERSON = re.compile(
    r"\b(an? )?(?:(?:fe)?male (?=infant|patient|child|newborn))?"
    r"((?:wo)?man|boy|girl|male|female|gentleman|lady|patient|child|infant|newborn|neonate)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b\d{2,3}(?=[- ]years?[- ]old\b)|(?<=\baged )\d{2,3}\b")
_OLDEST = 14
_HUMAN = re.compile(
    r"\b(?:worked|works|work|job|occupation|employ\w+|alcohol|wine|tobacco|smok\w+|cigarettes?|"
    r"wife|husband|spouse|sister|brother|family|families|daughter|son|parents|mother|father|"
    r"school|students?|nurse|teacher|driver|clerk|pregnan\w+|gestation|marri\w+|holiday|"
    r"university|depression|suicid\w+|travel\w*|denied|told|tattoos?|dentist|drugs were|"
    r"Mrs|Mr|Ms|kg|rated|described|complain\w*|said|slept|thought|mattress|overwork|"
    r"Caucasian|Chinese|Ghanaian|herbs|remedies|perfume|chickenpox)\b"
    r"|(?:year-old (?:wo)?man|aged \d+ years), an? ",
    re.IGNORECASE,
)


def two_patients(base: Base, donor: Base, rng: Random) -> Fault | None:
    """Another patient's story joined to this one's, in the article and in the prompt."""
    if not _AGED.search(donor.shown[0].text) or donor.article is base.article:
        return None
    taken = donor.shown[: rng.randint(2, 4)]
    story = wording("second_patients").fill(rng, c=" ".join(item.text for item in taken))
    return told(base, story, "several_patients", at=-1, rng=rng)


def animal(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The same report of an animal, as the title says; what only people do is left out."""
    if _HUMAN.search(base.article.title) or _HUMAN.search(base.shown[0].text):
        return None
    name = rng.choice(words("species"))
    keep = rng.random() < 0.5  # vets write of patients as well
    human = [item for item in article_sentences(base.article) if _HUMAN.search(item.text)]
    gone = [(item.start, item.end) for item in human if item.kind == "case"]
    edits = [(start, end, "") for start, end in gone]
    edits += [
        (start, end, new)
        for start, end, new in _of_an_animal(base.article.text, name, keep=keep)
        if not any(first <= start < last for first, last in gone)
    ]
    title = base.article.title
    title = applied(title, _of_an_animal(title, name, keep=False))
    if name not in title:
        title = f"{title.rstrip('.')} in {indefinite(name)}"
    shown = " ".join(item.text for item in base.shown if not _HUMAN.search(item.text))
    return fault(
        base,
        f"{title}: {applied(shown, _of_an_animal(shown, name, keep=keep))}",
        "not_human",
        article=replace(edited(base.article, edits), title=title),
        case_prompt=applied(shown, _of_an_animal(shown, name, keep=keep)),
        statements=tuple(
            replace(item, quote=applied(item.quote, _of_an_animal(item.quote, name, keep=keep)))
            for item in base.draft.statements
        ),
        breakpoint=moved(base.draft.breakpoint, edits),
    )


def _of_an_animal(text: str, name: str, *, keep: bool) -> list[Edit]:
    edits: list[Edit] = []
    for match in _PERSON.finditer(text):
        if keep and match[2].casefold() == "patient":
            continue
        behind = match[1] is not None
        new = opened(indefinite(name)) if behind and match[1][0] == "A" else indefinite(name)
        edits.append((match.start(), match.end(), new if behind else name))
    edits += [
        (match.start(), match.end(), str(2 + int(match[0]) % (_OLDEST - 2)))
        for match in _YEARS.finditer(text)
        if int(match[0]) > _OLDEST
    ]
    return edits


def foreign(base: Base, donor: Base, rng: Random) -> Fault:
    """Another language: of the whole report where it is made, else of the prompt alone.

    A prompt in another language than its article has no sentence of it: it is unfaithful too.
    """
    age = rng.randint(19, 84)
    story = rng.choice(words("stories")).replace("{n}", str(age))
    if base.real:
        return fault(base, story, "not_english", "unfaithful_prompt", case_prompt=story)
    edits = [
        (item.start, item.end, story) for item in base.article.paragraphs if item.kind != "title"
    ]
    article = edited(base.article, edits)
    at = article.text.index(story)
    return fault(
        base,
        story,
        "not_english",
        article=replace(article, abstract=story, language=rng.choice((None, "en"))),
        case_prompt=story,
        breakpoint=at + len(story),
    )


def too_short(base: Base, donor: Base, rng: Random) -> Fault | None:
    """Too little for anyone to answer from."""
    counts = [0]
    for item in base.shown:
        counts.append(counts[-1] + len(item.text.split()))
    some = [place for place, count in enumerate(counts) if 0 < count < 60]
    if not some:
        return None
    prompt = " ".join(item.text for item in base.shown[: rng.choice(some)])
    return fault(base, prompt, "prompt_too_short", case_prompt=prompt)


def identifiers(base: Base, donor: Base, rng: Random) -> Fault:
    """What tells who the patient is."""
    sentence = wording("identifiers").fill(
        rng,
        title=rng.choice(words("titles")),
        first=rng.choice(words("first_names")),
        last=rng.choice(words("last_names")),
        day=f"{rng.randint(1, 28):02}",
        month=f"{rng.randint(1, 12):02}",
        year=f"{rng.randint(20, 99)}",
        letter=rng.choice("ABHKT"),
        long=f"{rng.randint(10**6, 10**8 - 1):08}",
        three=f"{rng.randint(100, 199)}",
    )
    return told(base, sentence, "identifiers", at=rng.choice((0, 0, 1, -1)), rng=rng)
