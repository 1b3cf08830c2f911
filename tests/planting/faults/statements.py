"""Reasons that are too few, told twice, or rest on words that the article does not say."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from schemas.case import DraftStatement
from tests.planting.bases import Base
from tests.planting.edits import Fault, fault, inline, swapped, with_statement
from tests.planting.wordings import wording, words

# An empty, invented or altered quote has no place: grounding and the check say the same.
_NO_PLACE = ("ungrounded", "quote_not_in_text")
_LEAST_WORDS = 4
_SWAPS = (
    (r"\bnegative\b", "positive"),
    (r"\bpositive\b", "negative"),
    (r"\babnormal\b", "normal"),
    (r"\bnormal\b", "abnormal"),
    (r"\babsent\b", "present"),
    (r"\bunlikely\b", "likely"),
    (r"\bwithout\b", "with"),
    (r"\b(was|were|is|are|did|had|has|could|can) not\b", r"\1"),
    (r"\b(was|were|is|are|had|has)\b(?! not| no)", r"\1 not"),
    (r"\b[Nn]o (?!longer)(?=[a-z])", "some "),
    (r"\b([Tt])here (was|were) no\b", r"\1here \2"),
    (r"\belevated\b", "lowered"),
    (r"\bincreased\b", "decreased"),
    (r"\bno longer\b", "still"),
)


def too_few(base: Base, donor: Base, rng: Random) -> Fault | None:
    """Fewer than two other diagnoses, or nothing that supports the answer."""
    return rng.choice((_one_alternative, _no_support, _one_by_many_names, _itself))(base, rng)


def _one_alternative(base: Base, rng: Random) -> Fault:
    kept = rng.choice((*_single(base), None))
    statements = tuple(
        item
        for item in base.draft.statements
        if item.bears == "excludes" and item.diagnosis == kept
    )
    what = f"only {kept or 'the answer'} is weighed"
    return _with(base, what, (*_supporting(base), *statements), "too_few_reasons")


def _no_support(base: Base, rng: Random) -> Fault:
    statements = tuple(item for item in base.draft.statements if item.bears == "excludes")
    return _with(base, "nothing supports the answer", statements, "too_few_reasons")


def _one_by_many_names(base: Base, rng: Random) -> Fault | None:
    """The same other diagnosis under several spellings of its name."""
    single = _single(base)
    if not single:
        return None
    name = rng.choice(single)
    forms = [name, name.upper(), name.replace(" ", "  "), f"{name.lower()} ", name.title()]
    return _all_against(base, name, rng.sample(forms, len(forms)))


def _itself(base: Base, rng: Random) -> Fault:
    """The answer, or an alias, weighed as if it were another diagnosis."""
    return _all_against(base, "the answer", rng.sample(base.names, len(base.names)))


def _all_against(base: Base, what: str, names: list[str]) -> Fault:
    """What speaks for the answer, and what speaks against these names alone."""
    against = (item for item in base.draft.statements if item.bears == "excludes")
    statements = tuple(
        replace(item, diagnosis=names[place % len(names)]) for place, item in enumerate(against)
    )
    what = f"all alternatives are {what}"
    return _with(base, what, (*_supporting(base), *statements), "too_few_reasons")


def _supporting(base: Base) -> tuple[DraftStatement, ...]:
    """What speaks for the answer, under its label; some speak for another diagnosis."""
    label = base.draft.final_diagnosis
    return tuple(
        replace(item, diagnosis=label)
        for item in base.draft.statements
        if item.bears == "supports" and base.is_answer(item.diagnosis)
    )


def _single(base: Base) -> list[str]:
    """The other diagnoses whose names are not a list of several."""
    return [name for name in base.others if not re.search(r",|/| or | and |\(", name)]


def twice(base: Base, donor: Base, rng: Random) -> Fault:
    """One of the statements once more, its claim reworded a little or its quote cut."""
    held = base.draft.statements
    item = rng.choice(held)
    claim = item.claim.rstrip(".")
    again = wording("restated").fill(rng, c=inline(claim, base.article))
    parts = item.quote.split()
    short = " ".join(parts[: max(_LEAST_WORDS, 2 * len(parts) // 3)])
    copy = rng.choice(
        (
            replace(item, claim=again),
            replace(item, quote=short),
            replace(item, claim=again, quote=short),
        )
    )
    place = rng.randrange(len(held) + 1)
    statements = (*held[:place], copy, *held[place:])
    return _with(base, f"{copy.claim} «{copy.quote}»", statements, "same_reason_twice")


def invented(base: Base, donor: Base, rng: Random) -> Fault:
    """A quote made up, or taken from another article."""
    index, item = rng.choice(list(enumerate(base.draft.statements)))
    quote = donor.draft.statements[rng.randrange(len(donor.draft.statements))].quote
    if rng.random() < 0.7 or quote in base.article.text:
        a = inline(rng.choice(base.others), base.article)
        x = inline(rng.choice(base.names[:2]), base.article)
        quote = wording("invented_quotes").fill(rng, a=a, x=x)
    return _quoting(base, index, item, quote)


def altered(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A quote with another number, or saying the contrary."""
    numbered = rng.random() < 0.5
    for index, item in _in_any_order(base, rng):
        changed = _other_number(item.quote, rng) if numbered else None
        changed = changed or _contrary(item.quote, rng)
        if changed is not None and changed not in base.article.text:
            return _quoting(base, index, item, changed)
    return None


def _contrary(quote: str, rng: Random) -> str | None:
    hit = swapped(quote, _SWAPS, rng)
    return hit[0] if hit else None


def _other_number(quote: str, rng: Random) -> str | None:
    hits = list(re.finditer(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w-])", quote))
    if not hits:
        return None
    hit = rng.choice(hits)
    digits = [place for place, char in enumerate(hit[0]) if char.isdigit()]
    at = rng.choice(digits[:2])
    other = str((int(hit[0][at]) + rng.randint(1, 8)) % 9 + 1)
    if other == hit[0][at]:
        other = "7" if other != "7" else "4"
    number = hit[0][:at] + other + hit[0][at + 1 :]
    return quote[: hit.start()] + number + quote[hit.end() :]


def unquoted(base: Base, donor: Base, rng: Random) -> Fault:
    """A claim with nothing, or next to nothing, where its quote should be."""
    index, item = rng.choice(list(enumerate(base.draft.statements)))
    return _quoting(base, index, item, rng.choice(words("no_quotes")))


def backwards(base: Base, donor: Base, rng: Random) -> Fault | None:
    """An ellipsis between two parts that stand in the article the other way round."""
    joint = rng.choice((" ... ", " […] ", "… ", " [...] ", " … "))
    for index, item in _in_any_order(base, rng):
        parts = item.quote.rstrip(".").split()
        if len(parts) < 2 * _LEAST_WORDS + 1:
            continue
        cut = rng.randint(_LEAST_WORDS, len(parts) - _LEAST_WORDS)
        first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
        text = " ".join(base.article.text.split())
        last = text.find(second)
        if 0 <= text.find(first) < last and first not in text[last:]:
            return _quoting(base, index, item, second + joint + first)
    return None


def _in_any_order(base: Base, rng: Random) -> list[tuple[int, DraftStatement]]:
    held = list(enumerate(base.draft.statements))
    rng.shuffle(held)
    return held


def _quoting(base: Base, index: int, item: DraftStatement, quote: str) -> Fault:
    statements = with_statement(base, index, replace(item, quote=quote))
    return _with(base, f"{item.quote!r} -> {quote!r}", statements, *_NO_PLACE)


def _with(base: Base, what: str, statements: tuple[DraftStatement, ...], *right: str) -> Fault:
    return fault(base, what, *right, statements=statements)
