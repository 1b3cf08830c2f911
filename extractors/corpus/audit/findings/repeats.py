"""Whether one report, or one patient, stands in the dataset more than once."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.corpus.audit.findings import Corpus, Look
from extractors.corpus.audit.report import SECOND_SPLIT, Finding

_TEXT = "text|case_prompt"
FINDINGS = (
    Finding(
        "duplicate_across_splits",
        "Another split has nearly the same text, under whatever id.",
        (_TEXT, SECOND_SPLIT),
        required=True,
    ),
    Finding("duplicate_in_split", "The same split has nearly the same text once more.", (_TEXT,)),
    Finding(
        "related_across_splits",
        "Another split has a row that shares stretches of text, as reports of one patient do.",
        (_TEXT, SECOND_SPLIT),
    ),
)


def across(corpus: Corpus) -> Iterator[Look]:
    """Each row with what is most like it."""
    twins: dict[str, dict[int, int]] = {finding.name: {} for finding in FINDINGS}
    for pair in corpus.pairs:
        one, other = (corpus.rows[index].place for index in (pair.one, pair.other))
        apart = one.split != other.split
        if pair.duplicate:
            found = twins["duplicate_across_splits" if apart else "duplicate_in_split"]
        elif apart:
            found = twins["related_across_splits"]
        else:
            continue
        found.setdefault(pair.one, pair.other)
        found.setdefault(pair.other, pair.one)
    several = len({row.place.split for row in corpus.rows}) > 1
    for index, row in enumerate(corpus.rows):
        for name, twin in twins.items():
            if row.likeness is not None and (several or name == "duplicate_in_split"):
                yield _look(name, corpus, index, twin.get(index))


def _look(name: str, corpus: Corpus, index: int, twin: int | None) -> Look:
    here = corpus.rows[index].place
    if twin is None:
        return Look(name, hit=False, place=here)
    there = corpus.rows[twin].place
    return Look(name, True, f"like {there.name} ({there.split or 'no split'})", "", here)
