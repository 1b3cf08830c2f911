"""Reasons are the article's own sentences about what spoke for the answer and against the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.cases.alternatives import alternatives_in
from extractors.cases.diagnosis import Diagnosis
from extractors.cases.findings import Finding, clause, finding_in
from extractors.cases.names import capitalised, core, plain_case, within
from extractors.language.abbreviations import abbreviations
from extractors.language.diseases import diseases
from extractors.language.sentences import Sentence, word_count
from extractors.language.stems import content_stems, stem
from extractors.language.terms import mentions
from extractors.language.wordlist import pattern, word_set, words
from schemas.article import Article
from schemas.case import Bearing, DraftStatement

_MOST = 14
_MOST_IN_ONE_SENTENCE = 4
_QUOTE_WORDS = range(4, 81)
_REASONING = frozenset({"discussion", "conclusion"})
_NO_DIAGNOSIS = re.compile("|".join(words("not_alternatives")))
_STATED = re.compile(
    r"\b(?:diagnosis (?:of|was|is|as)|diagnosed (?:with|as)|(?:was|were) (?:\w+ )?diagnosed)\b",
    re.IGNORECASE,
)
_FAMILIES = frozenset(
    {"infection", "disease", "disorder", "process", "peripheral", "proximal", "distal", "invasive"}
)
# Words of six letters or more are forms of one when they differ in their endings alone.
_FORM = 6
_ENDING = 4
_CLAIMS = {
    "excluded": "The authors considered and excluded {other}.",
    "weighed": "The authors weighed {other} against {label}.",
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Sentence
    statement: DraftStatement
    weight: int


def find_statements(
    article: Article,
    sentences: tuple[Sentence, ...],
    told: tuple[Sentence, ...],
    breakpoint_at: int,
    found: Diagnosis,
) -> tuple[DraftStatement, ...]:
    """The best reasons for the answer and against its alternatives, in the article's order."""
    narrated = {item.start for item in told}
    candidates: list[_Candidate] = []
    label = within(found.said)
    short = _short_diseases(article)
    for sentence in sentences:
        if sentence == told[0]:
            continue
        inside = sentence.start in narrated
        if not (inside or _reasons(sentence)):
            continue
        if word_count(sentence.text) not in _QUOTE_WORDS:
            continue
        own = inside or pattern("own_case").search(sentence.text) is not None
        listed = "differential" in _heading(article, sentence)
        weighed = _against(sentence, found, article.text, short, own=own, listed=listed)
        candidates += weighed
        if not (weighed or "differential" in sentence.text) or _concludes(sentence, found):
            withheld = inside and sentence.start >= breakpoint_at
            candidates += _for(sentence, found, label, inside=inside, own=own, withheld=withheld)
    best = sorted(_distinct(candidates), key=lambda item: (-item.weight, item.sentence.start))
    chosen = sorted(_balanced(best), key=lambda item: item.sentence.start)
    return tuple(item.statement for item in chosen)


def _heading(article: Article, sentence: Sentence) -> str:
    """The titles above a sentence; under "Differential diagnosis" every disease is weighed."""
    inside = 0 <= sentence.section < len(article.sections)
    return " / ".join(article.sections[sentence.section].path).casefold() if inside else ""


def _reasons(sentence: Sentence) -> bool:
    """Whether reasons are to be looked for: an introduction gives some where it lists mimics."""
    listed = sentence.kind == "introduction" and "differential diagnos" in sentence.text
    return listed or sentence.kind in _REASONING


def alternatives(statements: tuple[DraftStatement, ...]) -> set[str]:
    """The diagnoses weighed against the answer, one for each folded name."""
    return {
        " ".join(sorted(content_stems(item.diagnosis)))
        for item in statements
        if item.bears == "excludes"
    }


def _short_diseases(article: Article) -> dict[str, str]:
    """The article's abbreviations of diseases: nothing but a disease's name stands behind them."""
    short = abbreviations(f"{article.abstract}\n{article.text}")
    return {brief: long for brief, long in short.items() if _is_name(long)}


def _is_name(long: str) -> bool:
    named = diseases(long)
    return len(named) == 1 and len(named[0].name) == len(long)


def _against(
    sentence: Sentence,
    found: Diagnosis,
    text: str,
    short: dict[str, str],
    *,
    own: bool,
    listed: bool,
) -> list[_Candidate]:
    """One statement for each other diagnosis that the sentence weighs."""
    made = []
    for item in alternatives_in(sentence.text, listed=listed, short=short):
        other = plain_case(item.name, text)
        # The first word of a sentence has a capital that says nothing of it.
        opens = sentence.text.startswith(item.name) and other[1:2].islower()
        if not _is_other(other[0].lower() + other[1:] if opens else other, found):
            continue
        claim = _CLAIMS[item.how].format(other=within(other), label=within(found.said))
        weight = 4 + 2 * (item.how == "excluded") + own
        made.append(_candidate(sentence, claim, "excludes", capitalised(other), weight))
    return made[:_MOST_IN_ONE_SENTENCE]


def _for(
    sentence: Sentence, found: Diagnosis, label: str, *, inside: bool, own: bool, withheld: bool
) -> list[_Candidate]:
    """A finding in this patient, or what is said to speak for the answer in any."""
    named = found.giveaways.given_by(sentence.text)
    finding = finding_in(sentence.text, named=named)
    if _circular(sentence.text, named=named):
        return []
    if not inside:
        return _argued(sentence, found, label, finding, own=own)
    if finding is None:
        return []
    if finding.absent:
        claim = f"Against other diagnoses, the authors report: {finding.clause}."
        return [_candidate(sentence, claim, "supports", found.label, finding.weight + withheld)]
    if not pattern("supporting_phrases").search(sentence.text):
        return []
    weight = finding.weight + 2 * named + 2 * withheld + 1 + _concludes(sentence, found)
    claim = f"In support of {label}, the authors report: {finding.clause}."
    if finding.said is not None and not mentions(finding.said, (found.label, *found.aliases)):
        claim = f"{finding.said} supported {label}."
    return [_candidate(sentence, claim, "supports", found.label, weight)]


def _argued(
    sentence: Sentence, found: Diagnosis, label: str, finding: Finding | None, *, own: bool
) -> list[_Candidate]:
    """What a discussion ties to the answer: a finding of its own patient, or what marks any."""
    text = sentence.text
    concludes = _concludes(sentence, found)
    if pattern("about_others").search(text) and not (own or concludes):
        return []
    full = mentions(text, (found.label, *found.aliases))
    named = full or found.giveaways.given_by(text)
    ties = pattern("ties").search(text) is not None
    seen = finding is not None and pattern("supporting_phrases").search(text) is not None
    if not (concludes or (named and ties) or (own and finding and (named or ties or seen))):
        return []
    weight = full + named + 2 * (own + concludes) + ties + (finding.weight if finding else 0)
    claim = f"In support of {label}, the authors argue: {clause(text)}."
    return [_candidate(sentence, claim, "supports", found.label, weight)]


def _circular(text: str, *, named: bool) -> bool:
    """Whether a sentence states the answer as the diagnosis and gives nothing that it rests on."""
    stated = _STATED.search(text) is not None
    rests = pattern("investigations").search(text) or pattern("grounds").search(text)
    return named and stated and rests is None


def _concludes(sentence: Sentence, found: Diagnosis) -> bool:
    """Whether a sentence that weighs others also says what speaks for the answer."""
    named = mentions(sentence.text, (found.label, *found.aliases))
    return named and pattern("speaks_for").search(sentence.text) is not None


def _candidate(
    sentence: Sentence, claim: str, bears: Bearing, diagnosis: str, weight: int
) -> _Candidate:
    return _Candidate(sentence, DraftStatement(claim, sentence.text, bears, diagnosis), weight)


def _is_other(name: str, found: Diagnosis) -> bool:
    """Whether a disease is another than the answer and says enough to be an alternative."""
    plain = core(name)
    if plain.casefold() in word_set("broad_heads") | word_set("symptoms"):
        return False
    if _NO_DIAGNOSIS.fullmatch(plain) or _NO_DIAGNOSIS.fullmatch(name):
        return False
    answer = (found.label, *found.aliases)
    if mentions(name, answer) or any(mentions(own, [name]) for own in answer):
        return False
    return not any(_qualifies(name, own) for own in answer)


def _qualifies(name: str, answer: str) -> bool:
    """Whether a name says what the answer says, in words that narrow nothing else.

    It shares a telling word with it, and whatever it adds goes with any disease: an infection by
    the answer's germ, an occlusion of the answer's vessel wherever it is.
    """
    held = content_stems(answer)
    told = content_stems(name)
    shared = {word for word in told if _form_of(word, held)}
    return bool(shared - _broad()) and set(told) - shared <= _anywhere()


def _form_of(word: str, held: tuple[str, ...]) -> bool:
    """Whether a word is among others in one form or another: arterial, artery; hernia."""
    return any(word == other or _one_form(*sorted((word, other), key=len)) for other in held)


def _one_form(short: str, long: str) -> bool:
    close = len(short) >= _FORM and len(long) - len(short) <= _ENDING
    return close and long.startswith(short[:-1])


@cache
def _broad() -> frozenset[str]:
    """Words that many diseases share: heads, and where in the body they are."""
    return frozenset(
        stem(word) for word in word_set("broad_heads") | word_set("kinds_of_infection")
    )


@cache
def _anywhere() -> frozenset[str]:
    """Words that go with any disease, and say no more than that it is there."""
    return frozenset(stem(word) for word in word_set("loose_modifiers") | _FAMILIES)


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    """The weightiest of those that claim the same."""
    best: dict[tuple[str, ...], _Candidate] = {}
    for item in candidates:
        key = (item.statement.bears, *content_stems(item.statement.claim))
        if key not in best or best[key].weight < item.weight:
            best[key] = item
    return list(best.values())


def _balanced(best: list[_Candidate]) -> list[_Candidate]:
    """Neither bearing crowds out the other: each has half the places, and what the other leaves."""
    sides = [[c for c in best if c.statement.bears == side] for side in ("excludes", "supports")]
    half = _MOST // 2
    room = [max(half, _MOST - len(sides[1])), max(half, _MOST - len(sides[0]))]
    return sides[0][: room[0]] + sides[1][: room[1]]
