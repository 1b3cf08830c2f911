"""A prompt may cut and join what the article says before the breakpoint, and say nothing else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractors.grounding.binding import differences
from extractors.grounding.faults import hard_fault, told_freely
from extractors.grounding.quotes import contradicted, locate
from extractors.language.sentences import Sentence, sentence_spans
from extractors.language.stems import content_roots, root, words_of
from schemas.article import Span

# A retold sentence must find four fifths of its words in at most three sentences of the article.
COVERED_SHARE = 0.8
_MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Unfaithful:
    """A sentence of the prompt which the article does not say before the breakpoint."""

    sentence: str
    why: str


def prompt_spans(
    prompt: str, text: str, sentences: tuple[Sentence, ...], breakpoint_at: int
) -> tuple[Span, ...] | Unfaithful:
    """The places of the article that the prompt is made of, merged and in order."""
    spans: set[Span] = set()
    for found in _places(prompt, text, sentences, breakpoint_at):
        if isinstance(found, Unfaithful):
            return found
        spans.update(found)
    return _merged(spans, text)


def unfaithful_sentences(
    prompt: str, text: str, sentences: tuple[Sentence, ...], breakpoint_at: int
) -> tuple[Unfaithful, ...]:
    """Every sentence of the prompt which the article does not say before the breakpoint."""
    places = _places(prompt, text, sentences, breakpoint_at)
    return tuple(item for item in places if isinstance(item, Unfaithful))


def first_unfaithful(
    prompt: str, text: str, sentences: tuple[Sentence, ...], breakpoint_at: int
) -> Unfaithful | None:
    """The first sentence of the prompt which the article does not say before the breakpoint."""
    places = _places(prompt, text, sentences, breakpoint_at)
    return next((item for item in places if isinstance(item, Unfaithful)), None)


def _places(
    prompt: str, text: str, sentences: tuple[Sentence, ...], breakpoint_at: int
) -> Iterator[Iterable[Span] | Unfaithful]:
    """For each sentence of the prompt in turn, what it is made of or why it is unfaithful."""
    before = tuple(item for item in sentences if item.end <= breakpoint_at)
    whole = _Whole(text, text[:breakpoint_at], before)
    for block in filter(str.strip, prompt.split("\n")):
        for start, end in sentence_spans(block):
            yield _place(block[start:end].strip(), whole)


@dataclass(frozen=True, slots=True)
class _Whole:
    """An article's text, what of it stands before the breakpoint, and the sentences of that."""

    text: str
    told: str
    before: tuple[Sentence, ...]

    def around(self, span: Span) -> tuple[Sentence, ...]:
        """The sentences that hold parts of a span."""
        first = bisect_right(self.before, span.start, key=lambda item: item.end)
        last = bisect_left(self.before, span.end, key=lambda item: item.start)
        return self.before[first:last]


def _place(said: str, whole: _Whole) -> Iterable[Span] | Unfaithful:
    found = locate(said, whole.text, 0, len(whole.told))
    if found is None:
        turned = contradicted(said, whole.text, 0, len(whole.told))
        if turned is not None:
            there = whole.text[turned.start : turned.end]
            return Unfaithful(said, differences(said, there))
        return _sources(said, whole)
    held = [item for span in found.spans for item in whole.around(span)]
    cut = found.status == "fuzzy" or any(
        span.start not in {item.start for item in held} for span in found.spans
    )
    if cut and held:
        # A part cut out of its sentence may have lost the word that denied it.
        fault = hard_fault(said, " ".join(item.text for item in held), whole.told, whole.text)
        if fault is not None:
            return Unfaithful(said, fault)
    return found.spans


def _sources(said: str, whole: _Whole) -> list[Span] | Unfaithful:
    """The few sentences that together hold the words of a retold one, in order."""
    wanted = content_roots(said)
    missing, chosen = set(wanted), []
    for _ in range(_MOST_SOURCES):
        item = max(
            whole.before, key=lambda item: len(missing & content_roots(item.text)), default=None
        )
        if item is None or not missing & content_roots(item.text):
            break
        chosen.append(item)
        missing -= content_roots(item.text)
    # Words of telling may come and go; those that were found count all the same.
    lost = missing - told_freely()
    held = len(wanted) - len(missing)
    if held < COVERED_SHARE * (held + len(lost)):
        words = ", ".join(item.written for item in words_of(said) if root(item.written) in lost)
        covered = held / (held + len(lost))
        return Unfaithful(said, f"its sources have {covered:.0%} of its words, not {words}")
    chosen.sort(key=lambda item: item.start)
    source = " ".join(item.text for item in chosen)
    fault = hard_fault(said, source, whole.told, whole.text)
    if fault is not None:
        return Unfaithful(said, fault)
    return [Span(item.start, item.end) for item in chosen]


def _merged(spans: set[Span], text: str) -> tuple[Span, ...]:
    """Overlapping spans, and those with only space between, as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda item: (item.start, item.end)):
        if merged and not text[merged[-1].end : span.start].strip():
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
