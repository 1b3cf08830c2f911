"""Reasons are the article's own sentences about what spoke for the answer and against the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.diagnosis import Diagnosis
from extractors.language.diseases import diseases
from extractors.language.sentences import Sentence
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import pattern, word_set
from schemas.case import Bearing, DraftStatement

_MOST = 12
_QUOTE_WORDS = (5, 70)
_AGAINST = (
    (re.compile(r"\b(?:un|less |not )likely\b", re.I), "{other} was judged unlikely."),
    (
        re.compile(r"\b(?:no|without)\b|\bnegative\b|\babsen(?:t|ce)\b|\bnot\b", re.I),
        "The findings did not point to {other}.",
    ),
    (re.compile(r"\brule\w* out|\bexclu\w+", re.I), "{other} was considered and excluded."),
    (re.compile(r""), "{other} was among the diagnoses weighed against {label}."),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Sentence
    statement: DraftStatement
    weight: int


def find_statements(
    sentences: tuple[Sentence, ...],
    told: tuple[Sentence, ...],
    breakpoint_at: int,
    found: Diagnosis,
) -> tuple[DraftStatement, ...]:
    """The best reasons for the answer and against its alternatives, in the article's order."""
    narrated = {item.start for item in told}
    candidates: list[_Candidate] = []
    for sentence in sentences:
        inside = sentence.start in narrated
        if not inside and sentence.kind not in {"discussion", "conclusion"}:
            continue
        if not _QUOTE_WORDS[0] <= len(sentence.text.split()) <= _QUOTE_WORDS[1]:
            continue
        weighed = _against(sentence, inside, found)
        candidates += weighed or _for(sentence, inside, sentence.start >= breakpoint_at, found)
    best = sorted(_distinct(candidates), key=lambda item: (-item.weight, item.sentence.start))
    chosen = sorted(_balanced(best), key=lambda item: item.sentence.start)
    return tuple(item.statement for item in chosen)


def alternatives(statements: tuple[DraftStatement, ...]) -> set[str]:
    """The diagnoses weighed against the answer, one for each folded name."""
    return {
        " ".join(sorted(content_stems(item.diagnosis)))
        for item in statements
        if item.bears == "excludes"
    }


def _against(sentence: Sentence, inside: bool, found: Diagnosis) -> list[_Candidate]:
    """One statement for each other disease behind a word of doubt or of choice."""
    cue = pattern("weighing_phrases").search(sentence.text)
    if cue is None:
        return []
    made = []
    for disease in diseases(sentence.text):
        if not _is_other(disease.name, found):
            continue
        claim = next(text for cue_of, text in _AGAINST if cue_of.search(sentence.text))
        other = disease.name
        said = claim.format(other=other[:1].upper() + other[1:], label=_inline(found.label))
        weight = 3 + (2 if disease.start >= cue.start() else 0) + (1 if inside else 0)
        made.append(_candidate(sentence, said, "excludes", other, weight))
    return made[:4]


def _for(sentence: Sentence, inside: bool, withheld: bool, found: Diagnosis) -> list[_Candidate]:
    """A finding, by the word for its investigation, that speaks for the answer."""
    cue = pattern("supporting_phrases").search(sentence.text)
    named = mentions(sentence.text, (found.label, *found.aliases))
    finding = pattern("investigations").search(sentence.text)
    if cue is None or not (inside or (named and finding)):
        return []
    subject = finding[0] if finding else "finding"
    claim = f"The {_inline(subject)} described here supports {_inline(found.label)}."
    weight = 2 * named + 2 * (finding is not None) + 2 * (inside and withheld)
    return [_candidate(sentence, claim, "supports", found.label, weight + inside)]


def _candidate(
    sentence: Sentence, claim: str, bears: Bearing, diagnosis: str, weight: int
) -> _Candidate:
    return _Candidate(sentence, DraftStatement(claim, sentence.text, bears, diagnosis), weight)


def _inline(name: str) -> str:
    """A name as it stands inside a sentence."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _is_other(name: str, found: Diagnosis) -> bool:
    """Whether a disease is another than the answer and says enough to be an alternative."""
    words = content_stems(name)
    if len(words) == 1 and name.casefold() in word_set("broad_heads"):
        return False
    return not mentions(name, found.giveaways.names) and not mentions(found.label, [name])


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    """The weightiest of those that claim the same."""
    best: dict[str, _Candidate] = {}
    for item in candidates:
        key = item.statement.claim.casefold()
        if key not in best or best[key].weight < item.weight:
            best[key] = item
    return list(best.values())


def _balanced(best: list[_Candidate]) -> list[_Candidate]:
    """Neither bearing crowds out the other: each has half the places, and what the other leaves."""
    sides = [[c for c in best if c.statement.bears == side] for side in ("excludes", "supports")]
    half = _MOST // 2
    room = [max(half, _MOST - len(sides[1])), max(half, _MOST - len(sides[0]))]
    return sides[0][: room[0]] + sides[1][: room[1]]
