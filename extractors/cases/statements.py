"""Reasons are the article's own sentences about what spoke for the answer and against the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.cases.alternatives import alternatives_in
from extractors.cases.diagnosis import Diagnosis
from extractors.cases.names import capitalised
from extractors.language.sentences import Sentence, word_count
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import pattern, word_set
from schemas.case import Bearing, DraftStatement

_MOST = 14
_MOST_IN_ONE_SENTENCE = 4
_QUOTE_WORDS = range(5, 81)
_REASONING = frozenset({"discussion", "conclusion"})
_SEEN = re.compile(
    r"\b(?:show|reveal|demonstrat|disclos|confirm|identif|detect)(?:ed|s|ing|wed|ied)\s+"
    r"(?!that\b|to\b|by\b|no\b)((?:[^\s,.;:()]+\s+){1,12}?[^\s,.;:()]+)"
    r"(?=\s*[,.;:(]|\s+(?:with|which|that|in|on|at|up|without|as|measuring|suggest\w*|consistent)\b)",
    re.IGNORECASE,
)
_LONGEST_OBJECT = 12
_CLAIMS = {
    "excluded": "{other} was considered and excluded.",
    "weighed": "{other} was weighed as an alternative to {label}.",
}


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
        if sentence == told[0]:
            continue
        inside = sentence.start in narrated
        if not (inside or sentence.kind in _REASONING):
            continue
        if word_count(sentence.text) not in _QUOTE_WORDS:
            continue
        own = inside or pattern("own_case").search(sentence.text) is not None
        weighed = _against(sentence, found, own=own, inside=inside)
        withheld = inside and sentence.start >= breakpoint_at
        for_it = _for(sentence, found, inside=inside, own=own, withheld=withheld)
        candidates += [*weighed, *(for_it if not weighed or _concludes(sentence, found) else [])]
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


def _against(sentence: Sentence, found: Diagnosis, *, own: bool, inside: bool) -> list[_Candidate]:
    """One statement for each other diagnosis that the sentence weighs."""
    made = []
    for item in alternatives_in(sentence.text):
        if not _is_other(item.name, found):
            continue
        claim = _CLAIMS[item.how].format(other=capitalised(item.name), label=found.said)
        weight = 4 + 2 * (item.how == "excluded") + own + inside
        made.append(_candidate(sentence, claim, "excludes", item.name, weight))
    return made[:_MOST_IN_ONE_SENTENCE]


def _for(
    sentence: Sentence, found: Diagnosis, *, inside: bool, own: bool, withheld: bool
) -> list[_Candidate]:
    """A finding in this patient that speaks for the answer."""
    finding = pattern("investigations").search(sentence.text)
    cue = pattern("supporting_phrases").search(sentence.text)
    named = found.giveaways.given_by(sentence.text)
    if cue is None or not (own or named) or not (finding or named):
        return []
    if inside and not withheld and pattern("nothing_found").search(sentence.text):
        return []
    subject = _what_was_seen(sentence.text, finding[0] if finding else "the course")
    claim = f"{subject} supports {found.said}."
    telling = pattern("telling_phrases").search(sentence.text) is not None
    marked = pattern("marked_findings").search(sentence.text) is not None
    weight = 2 * named + 2 * withheld + 2 * telling + 2 * own + marked + (finding is not None)
    return [_candidate(sentence, claim, "supports", found.label, weight)]


def _concludes(sentence: Sentence, found: Diagnosis) -> bool:
    """Whether a sentence that weighs others also says what speaks for the answer."""
    named = mentions(sentence.text, (found.label, *found.aliases))
    return named and pattern("speaks_for").search(sentence.text) is not None


def _what_was_seen(text: str, finding: str) -> str:
    """The object of a sentence about a finding, in its own words, else what was looked at."""
    seen = _SEEN.search(text)
    if seen is None or not 2 <= len(seen[1].split()) <= _LONGEST_OBJECT:
        return f"Evidence from {finding if finding[:2].isupper() else finding.lower()}"
    return capitalised(seen[1])


def _candidate(
    sentence: Sentence, claim: str, bears: Bearing, diagnosis: str, weight: int
) -> _Candidate:
    return _Candidate(sentence, DraftStatement(claim, sentence.text, bears, diagnosis), weight)


def _is_other(name: str, found: Diagnosis) -> bool:
    """Whether a disease is another than the answer and says enough to be an alternative."""
    plain = name.casefold()
    if plain in word_set("broad_heads") or plain in word_set("symptoms"):
        return False
    answer = (found.label, *found.aliases)
    return not mentions(name, answer) and not any(mentions(own, [name]) for own in answer)


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
