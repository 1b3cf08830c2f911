"""Which rows of anybody's dataset are one report, or tell of one patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.corpus.groups import Forest
from extractors.corpus.profiles import ProfiledCase, Standing, Wording, profile
from extractors.corpus.relations import Thresholds, find_relations

Likeness = ProfiledCase


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, by index, that are alike."""

    one: int
    other: int
    duplicate: bool


def likeness(text: str, prompt: str, label: str) -> Likeness | None:
    """What of a row is compared with other rows; None where it has neither text nor prompt."""
    if not (text or prompt):
        return None
    # What is missing is not the same as what is missing elsewhere.
    labels = (label,) if label.strip() else ()
    return profile("", text or prompt, prompt or text, labels, (), Standing())


def relatives(
    compared: Sequence[Likeness | None], *, duplicate_similarity: float, related_similarity: float
) -> tuple[Pair, ...]:
    """The pairs of rows that are alike, in order."""
    named = {
        str(place): replace(one, pmcid=str(place))
        for place, one in enumerate(compared)
        if one is not None
    }

    def wordings(names: Collection[str]) -> Mapping[str, Wording]:
        return {
            name: Wording(name, named[name].text_runs, named[name].prompt_runs) for name in names
        }

    places = [int(name) for name in named]
    at = Thresholds(duplicate_similarity, related_similarity)
    found = find_relations(list(named.values()), named.keys(), wordings, at)
    return tuple(
        Pair(places[i], places[j], relation == "duplicate")
        for (i, j), relation in sorted(found.items())
    )


def clusters(rows: Mapping[str, Likeness | None], related_similarity: float) -> dict[str, str]:
    """The cluster of each row, by its PMCID: those that tell of one patient or family."""
    forest, names = Forest(rows), list(rows)
    at_least = {"duplicate_similarity": 1.0, "related_similarity": related_similarity}
    for pair in relatives(list(rows.values()), **at_least):
        forest.join(names[pair.one], names[pair.other])
    return {name: forest.root(name) for name in names}
