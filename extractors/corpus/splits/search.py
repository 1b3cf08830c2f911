"""The last resort for few clusters: try one place after another until all demands are met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.corpus.splits.demand import TEST, TRAIN
from extractors.corpus.splits.units import Cluster

# A search that has not ended by then is given up.
MOST_STEPS = 100_000


class Search:
    """A search for places in which train and test share no label, though others lie between."""

    def __init__(
        self, clusters: Sequence[Cluster], wanted: Mapping[str, int], held: Mapping[str, set[str]]
    ) -> None:
        self._clusters = sorted(clusters, key=lambda cluster: -cluster.size)
        self._left = dict(wanted)
        self._labels = {side: Counter(held.get(side, ())) for side in (TRAIN, TEST)}
        self._places: dict[str, str] = {}
        self._steps = 0

    def places(self) -> dict[str, str] | None:
        """The split of every cluster, if there is a way."""
        return self._places if self._fits(0) else None

    def _fits(self, index: int) -> bool:
        if index == len(self._clusters):
            return True
        cluster = self._clusters[index]
        for split in self._left:
            self._steps += 1
            if self._steps > MOST_STEPS:
                return False
            if self._may(cluster, split):
                self._move(cluster, split, 1)
                if self._fits(index + 1):
                    self._places[cluster.name] = split
                    return True
                self._move(cluster, split, -1)
        return False

    def _may(self, cluster: Cluster, split: str) -> bool:
        other = {TRAIN: TEST, TEST: TRAIN}.get(split)
        if split in cluster.barred or self._left[split] < cluster.size:
            return False
        return not (other and any(self._labels[other][label] for label in cluster.labels))

    def _move(self, cluster: Cluster, split: str, times: int) -> None:
        self._left[split] -= times * cluster.size
        if split in self._labels:
            for label in cluster.labels:
                self._labels[split][label] += times
