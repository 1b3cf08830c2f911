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
    reports = Forest(cases)
    for pair in duplicates:
        reports.join(*pair)
    clusters = Forest(cases)
    for pair in (*duplicates, *related):
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
