"""A quote is proved by its place in the article: exact first, then folded, then aligned."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from rapidfuzz import fuzz

from extractors.grounding.binding import binding
from extractors.grounding.fold import Folded, fold
from schemas.article import Span
from schemas.case import QuoteStatus

# Of a hundred characters ninety-two must agree, after folding, for an aligned hit to count.
FUZZY_THRESHOLD = 92.0
_FEWEST_FUZZY_CHARS = 20
# A quote is looked for around so many of its longest words, each in so many places.
_MOST_MARKS = 8
_MOST_PLACES = 16
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:…|\.{3,})\s*\]|\(\s*(?:…|\.{3,})\s*\)|…|\.{3,}|\. \. \.)\s*")
_WRAPPING = "\"'“”‘’ \t\r\n"
JOINT = " … "
_RANK: dict[QuoteStatus, int] = {"exact": 0, "folded": 1, "fuzzy": 2}


@dataclass(frozen=True, slots=True)
class Found:
    """The places of a quote's fragments, in order, and how they were found."""

    spans: tuple[Span, ...]
    status: QuoteStatus

    def words(self, text: str) -> str:
        """The article's own words at these places."""
        return JOINT.join(text[span.start : span.end] for span in self.spans)


def locate(quote: str, text: str, start: int = 0, end: int | None = None) -> Found | None:
    """Where the article holds the quote between `start` and `end`; fragments in their order."""
    stop = len(text) if end is None else end
    spans: list[Span] = []
    status: QuoteStatus = "exact"
    place = start
    for fragment in _fragments(quote):
        hit = _fragment(fragment, text, place, stop)
        if hit is None:
            return None
        spans.append(hit[0])
        place = hit[0].end
        status = max(status, hit[1], key=_RANK.__getitem__)
    return Found(tuple(spans), status) if spans else None


def has_ellipsis(quote: str) -> bool:
    """Whether a quote leaves words out between others."""
    return len(_fragments(quote)) > 1


def _fragments(quote: str) -> list[str]:
    """The parts of a quote that say something."""
    parts = (part.strip(_WRAPPING) for part in _ELLIPSIS.split(quote.strip()))
    return [part for part in parts if any(map(str.isalnum, part))]


def _fragment(fragment: str, text: str, start: int, end: int) -> tuple[Span, QuoteStatus] | None:
    place = text.find(fragment, start, end)
    if place >= 0:
        return Span(place, place + len(fragment)), "exact"
    whole, wanted = fold(text), fold(fragment).text.strip()
    if not wanted:
        return None
    low, high = _bounds(whole, start, end)
    place = whole.text.find(wanted, low, high)
    if place >= 0:
        return whole.span(place, place + len(wanted)), "folded"
    aligned = _align(wanted, whole, low, high)
    return (aligned, "fuzzy") if aligned else None


def _bounds(whole: Folded, start: int, end: int) -> tuple[int, int]:
    """The folded places between two original ones."""
    return bisect_left(whole.starts, start), bisect_right(whole.ends, end)


def _align(wanted: str, whole: Folded, low: int, high: int) -> Span | None:
    """The best aligned stretch, if it agrees well and in every word that turns the meaning."""
    place = _likest(wanted, whole, low, high)
    if place is None or binding(whole.text[place[0] : place[1]]) != binding(wanted):
        return None
    return whole.span(*place)


def contradicted(quote: str, text: str, start: int, end: int) -> Span | None:
    """The place that says nearly what a quote says, and differs in a number, negation or side."""
    whole, wanted = fold(text), fold(quote).text.strip()
    place = _likest(wanted, whole, *_bounds(whole, start, end))
    if place is None or binding(whole.text[place[0] : place[1]]) == binding(wanted):
        return None
    return whole.span(*place)


def _likest(wanted: str, whole: Folded, low: int, high: int) -> tuple[int, int] | None:
    """The folded place of the best aligned stretch of whole words, if it agrees well."""
    if len(wanted) < _FEWEST_FUZZY_CHARS:
        return None
    best: tuple[float, int, int] | None = None
    for first, last in _windows(wanted, whole.text, low, high):
        window = whole.text[first:last]
        hit = fuzz.partial_ratio_alignment(wanted, window, score_cutoff=FUZZY_THRESHOLD)
        if hit is not None and (best is None or hit.score > best[0]):
            best = hit.score, first + hit.dest_start, first + hit.dest_end
    if best is None:
        return None
    place = _whole_words(whole.text, best[1], best[2])
    agrees = fuzz.ratio(wanted, whole.text[slice(*place)]) >= FUZZY_THRESHOLD
    return place if agrees else None


def _windows(wanted: str, text: str, low: int, high: int) -> list[tuple[int, int]]:
    """Stretches where words of the quote stand about as far apart as in the quote."""
    votes: dict[int, int] = {}
    marks = sorted(re.finditer(r"[^\W_]{5,}", wanted), key=lambda match: -len(match[0]))
    for match in marks[:_MOST_MARKS]:
        place = text.find(match[0], low, high)
        for _ in range(_MOST_PLACES):
            if place < 0:
                break
            bucket = max(low, place - match.start()) // 64
            votes[bucket] = votes.get(bucket, 0) + 1
            votes[bucket + 1] = votes.get(bucket + 1, 0) + 1
            place = text.find(match[0], place + 1, high)
    likely = sorted(votes, key=lambda bucket: (-votes[bucket], bucket))[:3]
    size = len(wanted) + 128
    return [(max(low, b * 64 - 64), min(high, b * 64 + size)) for b in likely]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch widened to whole words and freed of spaces at its ends."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
