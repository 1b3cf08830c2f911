"""A prompt may cut and join what the article says before the breakpoint, and say nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractors.grounding.quotes import locate
from extractors.language.sentences import Sentence, sentence_spans
from extractors.language.stems import content_stems
from schemas.article import Span

# A retold sentence must find four fifths of its words in at most three sentences of the article.
COVERED_SHARE = 0.8
_MOST_SOURCES = 3
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")


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


def _places(
    prompt: str, text: str, sentences: tuple[Sentence, ...], breakpoint_at: int
) -> Iterator[Iterable[Span] | Unfaithful]:
    """For each sentence of the prompt in turn, what it is made of or why it is unfaithful."""
    before = tuple(item for item in sentences if item.end <= breakpoint_at)
    for block in filter(str.strip, prompt.split("\n")):
        for start, end in sentence_spans(block):
            said = block[start:end].strip()
            found = locate(said, text, 0, breakpoint_at)
            yield found.spans if found is not None else _sources(said, before)


def _sources(said: str, before: tuple[Sentence, ...]) -> list[Span] | Unfaithful:
    """The few sentences that together hold the words of a retold one."""
    wanted = set(content_stems(said))
    missing, chosen = set(wanted), []
    stems = [(item, set(content_stems(item.text))) for item in before]
    for _ in range(_MOST_SOURCES):
        item, held = max(stems, key=lambda pair: len(missing & pair[1]), default=(None, set()))
        if item is None or not missing & held:
            break
        chosen.append(item)
        missing -= held
    covered = 1 - len(missing) / len(wanted) if wanted else 1.0
    if covered < COVERED_SHARE:
        return Unfaithful(said, f"{covered:.0%} of its words stand before the breakpoint")
    held_text = " ".join(item.text for item in chosen)
    for number in _NUMBER.findall(said):
        if number not in held_text:
            return Unfaithful(said, f"its sources do not say {number}")
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
