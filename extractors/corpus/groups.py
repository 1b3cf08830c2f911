"""Of reports of one case the best stays, and relatives are clustered, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from extractors.corpus.profiles import Standing
from schemas.article import pmcid_number
from schemas.reject import RejectedArticle
from schemas.split import Clustered

Pairs = Iterable[tuple[str, str]]


def group(
    cases: Mapping[str, Standing], duplicates: Pairs, related: Pairs, published: Collection[str]
) -> tuple[list[Clustered], list[RejectedArticle]]:
    """The cases that stay, each with its cluster and its duplicates, and these as rejects.

    One that was published stays before a better one. Relatives of a duplicate are relatives of
    the case that stays in its place.
    """
    reports, clusters = Forest(cases), Forest(cases)
    for pair in duplicates:
        reports.join(*pair)
        clusters.join(*pair)
    for pair in related:
        clusters.join(*pair)
    stay, rejects = [], []
    for members in reports.trees():
        best, *others = sorted(
            members, key=lambda case: (case not in published, cases[case].rank(case))
        )
        stay.append(Clustered(best, clusters.root(best), tuple(others)))
        detail = f"it is the same report as {best}"
        rejects += [RejectedArticle(other, "duplicate", detail, "") for other in others]
    stay.sort(key=lambda case: pmcid_number(case.pmcid))
    rejects.sort(key=lambda reject: pmcid_number(reject.article))
    return stay, rejects


def next_choices(
    queues: Mapping[str, Sequence[str]], rejected: Iterable[Collection[str]]
) -> list[dict[str, str]]:
    """Round by round, which duplicate is tried where all before it were rejected.

    `queues` holds the duplicates of each case that stays, `rejected` what the verifier rejected
    of those cases, then of each round that was asked about. Each choice is told with the case
    that stays.
    """
    rounds: list[dict[str, str]] = []
    last = {first: first for first, queue in queues.items() if queue}
    for number, out in enumerate(rejected):
        last = {
            first: queues[first][number]
            for first, tried in last.items()
            if tried in out and len(queues[first]) > number
        }
        if not last:
            break
        rounds.append(last)
    return rounds


class Forest:
    """Cases that are joined two by two into trees; each has its lowest PMCID as root."""

    def __init__(self, cases: Iterable[str]) -> None:
        self._parent = {case: case for case in cases}

    def root(self, case: str) -> str:
        """The lowest PMCID of those that a case is joined with."""
        parent = self._parent
        while parent[case] != case:
            parent[case] = parent[parent[case]]
            case = parent[case]
        return case

    def join(self, one: str, other: str) -> None:
        """Join two cases, and all that they are joined with."""
        low, high = sorted((self.root(one), self.root(other)), key=pmcid_number)
        self._parent[high] = low

    def trees(self) -> Iterable[Sequence[str]]:
        """The cases that are joined, tree by tree."""
        members: dict[str, list[str]] = defaultdict(list)
        for case in self._parent:
            members[self.root(case)].append(case)
        return members.values()
