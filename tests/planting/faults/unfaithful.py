"""Prompts that say of the patient what the article does not."""

from __future__ import annotations

import re
from random import Random

from extractors.language.sentences import article_sentences
from tests.planting.bases import Base
from tests.planting.edits import Fault, reworded, said, shuffled, swapped
from tests.planting.wordings import wording, words

_REASON = "unfaithful_prompt"
_NUMBER = re.compile(
    r"(?<![\w.,/^-])(?<!Figure )(?<!Figures )(?<!Fig\. )(?<!Table )\d+(?:\.\d+)?(?!\^|[\w./-]*\d)"
)
_YEAR = range(1900, 2100)
_UNITS = (
    (r"(?<=\d)(\s?)mg\b(?!/)", r"\1g"),
    (r"(?<=\d)(\s?)g/dL\b", r"\1g/L"),
    (r"(?<=\d)(\s?)g/dl\b", r"\1g/l"),
    (r"(?<=\d)(\s?)g/L\b", r"\1mg/L"),
    (r"(?<=\d)(\s?)mg/dL\b", r"\1mg/L"),
    (r"(?<=\d)(\s?)mg/dl\b", r"\1g/dl"),
    (r"(?<=\d)(\s?)mg/L\b", r"\1g/L"),
    (r"(?<=\d)(\s?)mmol/L\b", r"\1µmol/L"),
    (r"(?<=\d)(\s?)ng/mL\b", r"\1mg/mL"),
    (r"(?<=\d)(\s?)µg/g\b", r"\1mg/g"),
    (r"(?<=\d)(\s?)ng/L\b", r"\1µg/L"),
    (r"(?<=\d)(\s?)mm\b(?!/| ?Hg)", r"\1cm"),
    (r"(?<=\d)(\s?)cm\b(?!\d)", r"\1mm"),
    (r"(?<=\d)(\s)kg\b", r"\1lb"),
    (r"(?<=\d)(\s?)°C\b", r"\1°F"),
    (r"(?<=\d)(\s?)%", r"\1‰"),
    (r"(?<=\d)([ -])days?\b", r"\1weeks"),
    (r"(?<=\d)([ -])weeks?\b(?!-old)", r"\1months"),
    (r"(?<=\d)([ -])months\b(?!-old)", r"\1years"),
    (r"(?<=\d)(\s)years\b(?![ -](?:old|of age))", r"\1months"),
    (r"(?<=\d)(\s)hours\b", r"\1days"),
    (r"(?<=\d)-year-old", "-month-old"),
    (r"(?<=\d)-month-old", "-year-old"),
    (r"\bmm ?Hg\b", "kPa"),
    (r"(?<=\d)(\s)U/L\b", r"\1kU/L"),
    (r"(?<=\d)(\s)IU/L\b", r"\1kIU/L"),
)
_NEGATIONS = (
    (r"\b([Nn])o (?=history of|evidence of|signs? of)", r"\1otable "),
    (r"\b([Tt])here (was|were) no\b", r"\1here \2"),
    (r"\bwith no\b", "with"),
    (r"\bwithout any\b", "with some"),
    (r"\bwithout\b(?! any)(?! (?:success|benefit|delay))", "with"),
    (r"\bdenied\b", "reported"),
    (r"\b(was|were|had|did|could|is|has) not\b", r"\1"),
    (r"\bno (?=[a-z]{4,})", "marked "),
    (r"\babnormal\b", "normal"),
    (r"\bnormal\b", "abnormal"),
    (r"\bunremarkable\b", "remarkable"),
    (r"\bnegative\b", "positive"),
    (r"\bpositive\b", "negative"),
    (r"\babsent\b", "present"),
    (r"\b(revealed|showed|demonstrated)\b", "did not reveal"),
    (r"\b(was|were) (?=admitted|elevated|noted|observed|found|normal|positive|negative)",
     r"\1 not "),
)  # fmt: skip
_SIDES = (
    (r"\b([Ll])eft\b(?= (?!the|to|her|his|home|hospital|after|in|for|with|us|a|at)[a-z-]{3,})",
     "right"),
    (r"\b([Rr])ight\b(?= (?!away|after|now|before|in|time)[a-z-]{3,})", "left"),
    (r"(?<!lower and )(?<!lower or )\bupper (?!and|or)(?=[a-z]+)", "lower "),
    (r"(?<!upper and )(?<!upper or )\blower (?=lobe|limb|extremit|leg|arm|lid|abdom|quadr|lip)",
     "upper "),
    (r"\bbilateral\b", "unilateral"),
    (r"\banterior\b", "posterior"),
    (r"\bposterior\b", "anterior"),
    (r"\bproximal\b", "distal"),
    (r"\bdistal\b", "proximal"),
)  # fmt: skip
_SEXES = (
    (r"\bwoman\b", "man"),
    (r"\b(?<!wo)man\b", "woman"),
    (r"\bfemale\b", "male"),
    (r"\bmale\b", "female"),
    (r"\bboy\b", "girl"),
    (r"\bgirl\b", "boy"),
)
_BEHIND_WORDS = range(8, 45)


def number(base: Base, donor: Base, rng: Random) -> Fault | None:
    """Another number in a sentence of the prompt, one that the article holds nowhere."""
    for index, sentence in shuffled(base, rng):
        hits = list(_NUMBER.finditer(sentence))
        for hit in rng.sample(hits, len(hits)):
            other = _other_number(hit[0], base.article.text, rng)
            if other is not None:
                text = sentence[: hit.start()] + other + sentence[hit.end() :]
                return reworded(base, index, text, _REASON, "numbers_differ")
    return None


def _other_number(number: str, text: str, rng: Random) -> str | None:
    for _ in range(8):
        value = float(number) * rng.choice((0.4, 0.6, 0.8, 1.3, 1.7, 2.4)) + rng.choice((0, 1, 2))
        decimals = len(number.partition(".")[2])
        if not decimals and int(number) in _YEAR:
            value = int(number) + rng.choice((-11, -4, -2, 1, 3))
        other = f"{value:.{decimals}f}"
        if other != number and not re.search(rf"(?<!\d){re.escape(other)}(?!\d)", text):
            return other
    return None


def unit(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The right number with the wrong unit: a quantity that differs, by its unit alone."""
    return _swapped(base, _UNITS, rng, _REASON, "numbers_differ")


def negation(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A finding turned into its contrary."""
    return _swapped(base, _NEGATIONS, rng, _REASON)


def side(base: Base, donor: Base, rng: Random) -> Fault | None:
    """The other side of the body, or the other end of a part of it."""
    return _swapped(base, _SIDES, rng, _REASON)


def sex(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A patient of the other sex."""
    return _swapped(base, _SEXES, rng, _REASON)


def drug(base: Base, donor: Base, rng: Random) -> Fault | None:
    """Another drug in place of one, or one more that the patient never took."""
    text = base.article.text.casefold()
    strange = [name for name in words("drugs") if name not in text]
    other = rng.choice(strange)
    pairs = [(rf"(?i)\b{name}\b", other) for name in words("drugs")]
    found = _swapped(base, pairs, rng, _REASON) if rng.random() < 0.7 else None
    sentence = wording("drugs_added").fill(rng, s=other)
    return found or said(base, sentence, _REASON, rng=rng)


def finding(base: Base, donor: Base, rng: Random) -> Fault:
    """A finding of which the article says nothing."""
    entries = (entry.partition(" | ") for entry in words("findings"))
    text = base.article.text.casefold()
    strange = [told for word, _, told in entries if word.casefold() not in text]
    return said(base, rng.choice(strange), _REASON, rng=rng)


def behind(base: Base, donor: Base, rng: Random) -> Fault | None:
    """A sentence that the article tells only behind the breakpoint."""
    before = base.article.text[: base.draft.breakpoint]
    names = re.compile("|".join(map(re.escape, base.names)), re.I)
    later = [
        item.text
        for item in article_sentences(base.article)
        if item.start >= base.draft.breakpoint
        and item.kind in ("case", "discussion")
        and len(item.text.split()) in _BEHIND_WORDS
        and item.text not in before
        and not names.search(item.text)
    ]
    if not later:
        return None
    return said(base, rng.choice(later), _REASON, "prompt_past_breakpoint", rng=rng)


def _swapped(
    base: Base, pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...], rng: Random, *right: str
) -> Fault | None:
    before = base.article.text[: base.draft.breakpoint]
    for index, sentence in shuffled(base, rng):
        hit = swapped(sentence, pairs, rng)
        if hit is not None and hit[0] not in before:
            return reworded(base, index, hit[0], *right)
    return None
