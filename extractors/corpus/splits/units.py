"""What moves as one: clusters of relatives, and clusters bound together by a shared label."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.corpus.splits.demand import TEST, TRAIN, Demand
from schemas.arrival import SALT, order_key
from schemas.article import pmcid_number
from schemas.split import SplitCase, Value

FREE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cluster:
    """Cases that stay together, and the splits that they may not go to for what they are."""

    name: str
    cases: tuple[SplitCase, ...]
    barred: frozenset[str] = FREE

    @property
    def size(self) -> int:
        """The number of its cases."""
        return len(self.cases)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The diagnoses of its cases."""
        return frozenset(label_key(case.label) for case in self.cases if case.label) - {""}

    @property
    def date(self) -> str:
        """When the first of its cases could be read; a case without a date may be of any time."""
        return min(case.date or "" for case in self.cases)


@dataclass(frozen=True)
class Group:
    """Clusters that must agree. Each of `ways` is a set of splits that none of them then uses."""

    clusters: tuple[Cluster, ...]
    ways: tuple[frozenset[str], ...] = (FREE,)

    @property
    def date(self) -> str:
        """When the first of its cases could be read."""
        return min(cluster.date for cluster in self.clusters)


def label_key(label: str | None) -> str:
    """A diagnosis whatever its case, spaces and marks: `RenalCrisis` is `renal crisis`."""
    folded = unicodedata.normalize("NFKC", label or "").casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def clusters_of(cases: Iterable[SplitCase], demand: Demand) -> list[Cluster]:
    """The clusters, in the order of a salted hash."""
    members: dict[str, list[SplitCase]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: pmcid_number(case.pmcid)):
        members[case.cluster].append(case)
    return [
        Cluster(name, tuple(members[name]), _barred(members[name], demand))
        for name in sorted(members, key=lambda name: (hash_key(name, demand.seed), name))
    ]


def hash_key(name: str, seed: int) -> str:
    """The place of a cluster in the order of a seed; that of 0 is the order of articles."""
    if seed == 0:
        return order_key(name)
    return hashlib.sha256(f"{SALT}:{seed}:{name}".encode()).hexdigest()


def _barred(cases: Sequence[SplitCase], demand: Demand) -> frozenset[str]:
    unfit = any(case.pmcid in demand.not_in_test for case in cases) or (
        demand.test_needs is not None
        and not all(demand.test_needs.met_by(case.values) for case in cases)
    )
    return frozenset({TEST}) if unfit else FREE


def groups_of(
    clusters: Sequence[Cluster], labels: Mapping[str, Collection[str]], demand: Demand
) -> list[Group]:
    """The clusters as they must agree; `labels` are those that train and test hold already."""
    if not demand.holdout_labels:
        return [Group((cluster,)) for cluster in clusters]
    groups = []
    for bound in _bound_by_labels(clusters):
        mine = frozenset().union(*(cluster.labels for cluster in bound))
        ways = tuple(
            frozenset({barred})
            for barred, other in ((TRAIN, TEST), (TEST, TRAIN))
            if mine.isdisjoint(labels[barred])
        )
        groups.append(
            Group(tuple(bound), (ways or (frozenset({TRAIN, TEST}),)) if mine else (FREE,))
        )
    return groups


def _bound_by_labels(clusters: Sequence[Cluster]) -> list[list[Cluster]]:
    """The clusters in sets that share no label with each other, each where its first one was."""
    root = list(range(len(clusters)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    first: dict[str, int] = {}
    for i, cluster in enumerate(clusters):
        for label in cluster.labels:
            a, b = sorted((find(i), find(first.setdefault(label, i))))
            root[b] = a
    bound: dict[int, list[Cluster]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        bound[find(i)].append(cluster)
    return [bound[i] for i in sorted(bound)]


def in_strata(groups: Sequence[Group], column: str) -> list[Group]:
    """The groups so that any run of them has the values of a column in their shares.

    Those of one value are spread evenly over the order; where the first of them falls is hashed.
    """
    strata: dict[Value, list[Group]] = defaultdict(list)
    for group in groups:
        strata[group.clusters[0].cases[0].values.get(column)].append(group)
    spread = []
    for value, members in strata.items():
        shift = int(order_key(f"{column}:{value!r}")[:8], 16) / 16**8
        for rank, group in enumerate(members):
            spread.append(((rank + shift) / len(members), group))
    place = {id(group): rank for rank, group in enumerate(groups)}
    return [group for _, group in sorted(spread, key=lambda one: (one[0], place[id(one[1])]))]
