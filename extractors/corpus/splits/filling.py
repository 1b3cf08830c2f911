"""Splits are filled with whole groups, in order, until each has what it is to have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from extractors.corpus.splits.choose import (
    Vector,
    choose,
    choose_in_blocks,
    choose_together,
)
from extractors.corpus.splits.demand import TEST, TRAIN
from extractors.corpus.splits.errors import CannotSplit
from extractors.corpus.splits.units import Cluster, Group

_MOST_OPTIONS = 5_000


@dataclass(frozen=True, slots=True)
class Target:
    """How many more cases a split is to have; one that is not exact is only aimed at.

    By time the newest are taken, or the oldest.
    """

    split: str
    cases: int
    exact: bool
    oldest: bool = False


class Filling:
    """Where the clusters of groups go; what no target takes is left to the split `rest`."""

    def __init__(self, groups: Sequence[Group], rest: str, *, reserve: bool, by_time: bool) -> None:
        self.places: dict[str, str] = {}
        self._groups = groups
        self._rest = rest
        self._reserved = {c.name for c in groups[0].clusters[:1]} if reserve and groups else set()
        self._by_time = by_time
        self._ways = {id(group): group.ways for group in groups}

    def fill(self, target: Target) -> None:
        """Give a split as many cases as it is to have, or say why that cannot be."""
        items = self._items(target.split)[:: -1 if target.oldest else 1]
        sizes = [sum(cluster.size for cluster in clusters) for _, clusters in items]
        if self._by_time:
            dates = [min(cluster.date for cluster in clusters) for _, clusters in items]
            chosen = choose_in_blocks(sizes, dates, target.cases)
        else:
            chosen = choose(sizes, target.cases)
        got = sum(sizes[i] for i in chosen)
        if got < target.cases and target.exact:
            raise CannotSplit(self._too_few(target, got, sizes))
        if not chosen and target.cases and items:
            chosen = [min(range(len(items)), key=lambda i: (sizes[i], i))]
        elif got < target.cases and len(chosen) == len(items) and self._are_barred(target.split):
            raise CannotSplit(self._too_few(target, got, sizes))
        for i in chosen:
            self._place(items[i], target.split)

    def take_from(self, split: str, day: str) -> None:
        """Give a split everything since a day that may go there."""
        for item in self._items(split):
            if min(cluster.date for cluster in item[1]) >= day:
                self._place(item, split)

    def leave_the_rest(self, unfit_to: str | None = None) -> None:
        """What is left goes to the rest where it may, else there."""
        unfit = []
        for group in self._groups:
            open_ = self._open(group)
            allowed = any(self._rest not in way for way in self._ways[id(group)])
            unfit += [c for c in open_ if not allowed or self._rest in c.barred]
            self.places.update({cluster.name: self._rest for cluster in open_})
        if unfit and unfit_to:
            self.places.update({cluster.name: unfit_to for cluster in unfit})
        elif unfit:
            cases = sum(cluster.size for cluster in unfit)
            raise CannotSplit(
                f"{cases:,} cases, {unfit[0].cases[0].pmcid} among them, may not go to "
                f"{self._rest}, which takes the rest, and no other split has room for them"
            )

    def fill_together(self, targets: Sequence[Target]) -> bool:
        """Look for a filling of all splits at once, where filling one after another found none."""
        splits = [target.split for target in targets]
        each = [_options(group, splits, self._rest) for group in self._groups]
        if any(not options for options in each):
            return False
        vectors = [list(options) for options in each]
        chosen = choose_together(vectors, tuple(target.cases for target in targets))
        if chosen is None:
            return False
        self.places = {}
        for group, options, number in zip(self._groups, each, chosen, strict=True):
            splits_of = options[list(options)[number]]
            for cluster, split in zip(group.clusters, splits_of, strict=True):
                self.places[cluster.name] = split
        return True

    def _open(self, group: Group) -> list[Cluster]:
        return [cluster for cluster in group.clusters if cluster.name not in self.places]

    def _items(self, split: str) -> list[tuple[Group, list[Cluster]]]:
        """What may go to a split, in order; first what could go nowhere if it is passed over."""
        items: list[tuple[Group, list[Cluster]]] = []
        # A group on one side leaves what is not fit for it to a rest that is on neither.
        leave = self._rest not in (TRAIN, TEST)
        for group in self._groups:
            ways = [way for way in self._ways[id(group)] if split not in way]
            open_ = [c for c in self._open(group) if c.name not in self._reserved]
            if not ways:
                continue
            may = [c for c in open_ if split not in c.barred]
            if len(group.clusters) > 1 and split in (TRAIN, TEST):
                items += [(group, may)] if may and (len(may) == len(open_) or leave) else []
            else:
                items += [(group, [c]) for c in may]
        return sorted(items, key=lambda item: self._may_be_left(item[0]))

    def _may_be_left(self, group: Group) -> bool:
        return any(self._rest not in way for way in self._ways[id(group)])

    def _place(self, item: tuple[Group, list[Cluster]], split: str) -> None:
        group, clusters = item
        self.places.update({cluster.name: split for cluster in clusters})
        ways = self._ways[id(group)]
        self._ways[id(group)] = tuple(way for way in ways if split not in way)

    def _are_barred(self, split: str) -> bool:
        """Whether something is kept out of a split for what it is."""
        return any(
            all(split in way for way in group.ways)
            or any(split in c.barred for c in group.clusters)
            for group in self._groups
        )

    def _too_few(self, target: Target, got: int, sizes: Sequence[int]) -> str:
        said = f"{target.split} is to have {target.cases:,} more cases"
        if sum(sizes) < target.cases:
            return f"{said}, and there are {sum(sizes):,} that may go there"
        by = "whole clusters in the order of time" if self._by_time else "whole clusters"
        return f"{said}, and {by} make {got:,} and then none until more than that"


def _options(group: Group, splits: Sequence[str], rest: str) -> dict[Vector, tuple[str, ...]]:
    """The ways to spread a group: how many cases each split would get, and where clusters go."""
    found: dict[Vector, tuple[str, ...]] = {}
    for way in group.ways:
        may = [
            [s for s in (*splits, rest) if s not in way and s not in cluster.barred]
            for cluster in group.clusters
        ]
        spread: dict[Vector, tuple[str, ...]] = {(0,) * len(splits): ()}
        for cluster, allowed in zip(group.clusters, may, strict=True):
            spread = _spread(spread, cluster, allowed, splits)
            if len(spread) > _MOST_OPTIONS:
                return {}
        for vector, places in spread.items():
            found.setdefault(vector, places)
    return found


def _spread(
    spread: Mapping[Vector, tuple[str, ...]],
    cluster: Cluster,
    allowed: Iterable[str],
    splits: Sequence[str],
) -> dict[Vector, tuple[str, ...]]:
    wider: dict[Vector, tuple[str, ...]] = {}
    for (vector, places), split in product(spread.items(), allowed):
        more = tuple(
            count + cluster.size * (name == split)
            for count, name in zip(vector, splits, strict=True)
        )
        wider.setdefault(more, (*places, split))
    return wider
