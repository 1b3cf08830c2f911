"""What happened behind the diagnosis tells it: the outcome, the response, the confirmation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from extractors.checks import Check
from extractors.language.diseases import diseases
from extractors.language.drugs import drugs
from extractors.language.polarity import denies
from extractors.language.sentences import sentence_spans
from extractors.language.stems import content_stems
from extractors.language.wordlist import lowered, plain_pattern
from schemas.article import Article, Span
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="later_events",
    says="The prompt tells the outcome, that a treatment helped, or that a diagnosis was "
    "confirmed; what did not last, lies back or is about another disease is history.",
    needs=("case_prompt",),
    helps=("final_diagnosis", "final_diagnosis_aliases", "text", "breakpoint"),
)
_LEFT = re.compile(
    r"\b(?:was|were|been|is) (?:\w+ly |then )?(?:discharged|sent home|released from hospital)\b|"
    r"\b(?:at|on|upon|before|after|until|since) (?:hospital |her |his |the )?discharge\b",
    re.IGNORECASE,
)
_CAME_BACK = re.compile(
    r"\b(?:re-?admi\w+|return\w*|came back|re-?present\w*|again|ago|earlier|previous\w*|before|"
    r"prior|outside|another hospital|local|had been|but|however|worsen\w*|later (?:he|she|the))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:father|mother|brother|sister|sibling|son|daughter|wife|husband|uncle|aunt|cousin|"
    r"grand\w+|parents?|twin|relatives?|family)\b",
    re.IGNORECASE,
)
# What came back, or was taken back by the next sentence, did not last.
_SHORT_LIVED = re.compile(
    r"\A\W*(?:However|But|Unfortunately|Yet|Nevertheless)\b|\b(?:re-?admi\w+|recurr\w+|relaps\w+|"
    r"came back|come back|reappear\w*|re-?present\w*|without (?:an? )?(?:\w+ )?diagnosis)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:after|with|on|under|following|upon|within|once|since|when|led|resulted|by|and then|"
    r"whereupon)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:ago|previously|earlier|at that time|first (?:admission|episode|time)|in childhood|"
    r"without (?:an? )?(?:\w+ )?diagnosis|in (?:19|20)\d\d|as a child|history|"
    r"gestation\w*|trimester|antenatal\w*|pregnan\w+)\b",
    re.IGNORECASE,
)
_DEATH = re.compile(r"\b(?:died|expired|passed away|succumbed|deceased|dead|death)\b", re.I)
_AUTOPSY = re.compile(r"\b(?:autops\w+|necrops\w+|post-?\s?mortem)\b", re.I)
# An autopsy so many characters behind the breakpoint is what made the diagnosis.
_SOON_BEHIND = 1500
# Only near its end does a prompt send the patient home for good.
_NEAR_END = 2


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt tells of what came behind the diagnosis."""
    prompt = case.case_prompt
    names = (case.final_diagnosis, *case.final_diagnosis_aliases)
    answer = frozenset(stem for name in names for stem in content_stems(name))
    # Where the diagnosis was made after death, death is no later event.
    behind = article.text[case.breakpoint : case.breakpoint + _SOON_BEHIND] or article.text
    dead = _AUTOPSY.search(behind) is not None
    for hit, sentence in _told(lowered(prompt), sentence_spans(prompt), answer):
        if not (dead and _DEATH.search(hit)):
            return CHECK.reject(f"the prompt says {hit}", prompt[slice(*sentence)])
    return None


def _told(
    prompt: str, spans: tuple[tuple[int, int], ...], answer: frozenset[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    for hit, (start, end) in _hits("outcomes_told", prompt, spans):
        if not _RELATIVE.search(prompt[start : hit.end()]) and not _BEFORE.search(
            prompt[start:end]
        ):
            yield hit[0], (start, end)
    for hit, (start, end) in _hits("confirmations_told", prompt, spans):
        denied = denies(prompt[start:end], Span(hit.start() - start, hit.end() - start))
        if not denied and not _other(prompt[hit.end() : end], answer):
            yield hit[0], (start, end)
    better = _hits("betterments", prompt, spans)
    linked = ((hit, place) for hit, place in better if _treated(prompt[slice(*place)]))
    for hit, (start, end) in (*_hits("responses_told", prompt, spans), *linked):
        limited = plain_pattern("responses_limited").search(prompt[start:end])
        if not limited and not _SHORT_LIVED.search(prompt[end:].lstrip()):
            yield hit[0], (start, end)
    for start, end in spans[-_NEAR_END:]:
        left = _LEFT.search(prompt, start, end)
        if left is not None and not _CAME_BACK.search(prompt[start:end]):
            yield left[0], (start, end)


def _hits(
    listed: str, prompt: str, spans: tuple[tuple[int, int], ...]
) -> Iterator[tuple[re.Match[str], tuple[int, int]]]:
    """Where the prompt says something of a list, with the sentence around it."""
    for hit in plain_pattern(listed).finditer(prompt):
        place = bisect_right(spans, hit.start(), key=lambda span: span[0]) - 1
        yield hit, spans[max(0, place)]


def _treated(sentence: str) -> bool:
    """Whether a sentence links what it says to a treatment."""
    linked = _LINK.search(sentence) is not None
    return linked and bool(plain_pattern("treatments").search(sentence) or drugs(sentence))


def _other(rest: str, answer: frozenset[str]) -> bool:
    """Whether the diagnosis that was made is named, and is not the answer: an earlier one."""
    named = re.match(r"\s*(?:of|as|with|:)\s(.{3,80})", rest, re.DOTALL)
    found = diseases(named[1]) if named else []
    return bool(found) and bool(answer) and not answer & set(content_stems(found[0].name))
