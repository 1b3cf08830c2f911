"""Which rows of a dataset are nearly one text, or share stretches of it: how that is found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.corpus.similarity import Sketch, similar_pairs, similarity, sketch


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, by index, that are alike."""

    one: int
    other: int
    duplicate: bool


def likeness(text: str, prompt: str) -> Sketch | None:
    """What of a row is compared with other rows; None where it has neither text nor prompt."""
    return sketch(text or prompt) if text or prompt else None


def relatives(
    compared: Sequence[Sketch | None], *, duplicate_similarity: float, related_similarity: float
) -> tuple[Pair, ...]:
    """The pairs of rows that are alike, in order."""
    places = [index for index, one in enumerate(compared) if one is not None]
    sketches = [one for one in compared if one is not None]
    return tuple(
        Pair(places[i], places[j], similarity(sketches[i], sketches[j]) >= duplicate_similarity)
        for i, j in similar_pairs(sketches, related_similarity)
    )
