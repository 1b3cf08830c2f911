"""Duplicates are dropped and relatives are clustered, whatever the order of the cases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from extractors.corpus.similarity import Sketch, similar_pairs, similarity, sketch
from schemas.article import pmcid_number
from schemas.reject import RejectedArticle
from schemas.split import Clustered

_AGE = re.compile(r"\b(\d{1,3})[- ](year|month|week|day)s?[- ]old\b", re.IGNORECASE)
_MEASUREMENT = re.compile(r"\b\d[\d.,]+ ?[^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?")
_SHARED = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a case is compared with other cases."""

    pmcid: str
    sketch: Sketch
    age: str | None
    label: str
    authors: frozenset[str]
    measurements: frozenset[str]
    exact_quotes: int


def profile(
    pmcid: str, text: str, prompt: str, diagnosis: str, authors: Iterable[str], exact_quotes: int
) -> Profile:
    """The profile of a case."""
    age = _AGE.search(prompt)
    return Profile(
        pmcid=pmcid,
        sketch=sketch(text),
        age=" ".join(age.groups()).lower() if age else None,
        label=" ".join(sorted(re.findall(r"\w+", diagnosis.lower()))),
        authors=frozenset(name.split()[-1].lower() for name in authors if name.split()),
        measurements=frozenset(found.replace(" ", "") for found in _MEASUREMENT.findall(text)),
        exact_quotes=exact_quotes,
    )


def group(
    profiles: Sequence[Profile],
    *,
    published: Collection[str],
    duplicate_similarity: float,
    related_similarity: float,
) -> tuple[list[Clustered], list[RejectedArticle]]:
    """The cases that stay, each with its cluster, and the duplicates of them."""
    ranked = sorted(profiles, key=lambda case: _rank(case, published))
    pairs = list(similar_pairs([case.sketch for case in ranked], related_similarity))
    better = _duplicates(ranked, pairs, duplicate_similarity)
    kept = [i for i in range(len(ranked)) if i not in better]
    related = [(i, j) for i, j in pairs if i not in better and j not in better]
    clusters = _clusters(ranked, kept, related + _same_patient(ranked, kept))
    rejects = [
        RejectedArticle(
            ranked[i].pmcid, "duplicate", f"it is the same report as {ranked[j].pmcid}", ""
        )
        for i, j in better.items()
    ]
    return clusters, rejects


def _rank(case: Profile, published: Collection[str]) -> tuple[bool, int, int]:
    return (case.pmcid not in published, -case.exact_quotes, pmcid_number(case.pmcid))


def _duplicates(
    ranked: Sequence[Profile], pairs: Iterable[tuple[int, int]], at_least: float
) -> dict[int, int]:
    """Each duplicate with the better case that stays in its place."""
    better: dict[int, int] = {}
    for i, j in pairs:
        same = similarity(ranked[i].sketch, ranked[j].sketch) >= at_least
        if same and i not in better and j not in better:
            better[j] = i
    return better


def _same_patient(ranked: Sequence[Profile], kept: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs whose patients have one age, and that share two of diagnosis, measurements, authors."""
    meeting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in kept:
        case = ranked[i]
        for trait in (case.label, *case.authors) if case.age else ():
            meeting[case.age or "", trait].append(i)
    met = {pair for members in meeting.values() for pair in combinations(members, 2)}
    return [(i, j) for i, j in sorted(met) if _shared_traits(ranked[i], ranked[j]) >= _SHARED]


def _shared_traits(one: Profile, other: Profile) -> int:
    return (
        (one.label == other.label)
        + (len(one.measurements & other.measurements) >= _SHARED)
        + (len(one.authors & other.authors) >= _SHARED)
    )


def _clusters(
    ranked: Sequence[Profile], kept: Sequence[int], related: Iterable[tuple[int, int]]
) -> list[Clustered]:
    """Every case kept with the lowest PMCID among those it is connected to."""
    root = {i: i for i in kept}

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in related:
        a, b = sorted((find(i), find(j)), key=lambda k: pmcid_number(ranked[k].pmcid))
        root[b] = a
    clustered = [Clustered(ranked[i].pmcid, ranked[find(i)].pmcid) for i in kept]
    return sorted(clustered, key=lambda case: pmcid_number(case.pmcid))
