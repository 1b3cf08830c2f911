"""Which split each case goes to, in the order of what wins.

That is: where an id was, its cluster, labels held out, sizes, what test needs, even strata.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.corpus.splits.demand import TEST, TRAIN, Demand
from extractors.corpus.splits.errors import CannotSplit
from extractors.corpus.splits.filling import Filling, Target
from extractors.corpus.splits.search import Search
from extractors.corpus.splits.units import Cluster, Group, clusters_of, groups_of, in_strata
from schemas.article import pmcid_number
from schemas.reject import RejectedArticle
from schemas.split import UNUSED, SplitCase

# Clusters among which a way is searched for by trying.
_FEW = 60


@dataclass(frozen=True, slots=True)
class Placement:
    """The split of every case, and the new cases that fit in none."""

    split: dict[str, str] = field(default_factory=dict)
    rejects: list[RejectedArticle] = field(default_factory=list)


def place(cases: Iterable[SplitCase], earlier: Mapping[str, str], demand: Demand) -> Placement:
    """Place every case; `earlier` is where ids were, of those that are here and of others.

    `CannotSplit` says with its numbers what cannot be met.
    """
    placed = Placement()
    clusters = clusters_of(cases, demand)
    free = [cluster for cluster in clusters if not _stay(cluster, earlier, placed)]
    held = _held_labels(clusters, placed.split) if demand.holdout_labels else {}
    if demand.strict:
        require_held_out(held)
    elif held:
        both = held[TRAIN] & held[TEST]
        held = {side: labels - both for side, labels in held.items()}
    groups = groups_of(free, held, demand)
    if demand.scheme == "frozen" and earlier and not demand.refill:
        places = _behind_a_release(groups, demand)
    else:
        places = _Draw(groups, Counter(placed.split.values()), held, demand).places()
    for cluster in free:
        placed.split.update({case.pmcid: places[cluster.name] for case in cluster.cases})
    _require_met(clusters, placed.split, demand)
    return placed


def _stay(cluster: Cluster, earlier: Mapping[str, str], placed: Placement) -> bool:
    """Leave who was placed before; relatives join them, unless they are in several splits."""
    old = {case.pmcid: earlier[case.pmcid] for case in cluster.cases if case.pmcid in earlier}
    splits = sorted(set(old.values()))
    if len(splits) > 1 and UNUSED in splits:
        splits.remove(UNUSED)
    placed.split.update(old)
    for case in cluster.cases if splits else ():
        if case.pmcid in old:
            continue
        if len(splits) == 1:
            placed.split[case.pmcid] = splits[0]
        else:
            where = " and ".join(f"{split} ({_some(old, split)})" for split in splits)
            detail = f"its relatives lie in {where} already"
            placed.rejects.append(
                RejectedArticle(case.pmcid, "duplicate_across_splits", detail, "")
            )
    return bool(splits)


def _some(old: Mapping[str, str], split: str) -> str:
    """The relatives in a split, a few of them by name."""
    names = sorted((pmcid for pmcid, where in old.items() if where == split), key=pmcid_number)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _held_labels(clusters: Iterable[Cluster], split: Mapping[str, str]) -> dict[str, set[str]]:
    """The labels that train and test hold."""
    held: dict[str, set[str]] = {TRAIN: set(), TEST: set()}
    for cluster in clusters:
        for case in cluster.cases:
            where = split.get(case.pmcid)
            if where in held:
                held[where] |= Cluster("", (case,)).labels
    return held


def _behind_a_release(groups: Sequence[Group], demand: Demand) -> dict[str, str]:
    """New clusters go to train, so that the others keep their sizes; a label of test to test.

    In a series of builds one that may go to neither is left unused, and does not stop the others.
    """
    rest = demand.taker
    filling = Filling(groups, rest, reserve=False, by_time=False)
    if demand.holdout_labels:
        held_out = [
            group
            for group in groups
            if all(rest in way and TEST not in way for way in group.ways)
            and not any(TEST in cluster.barred for cluster in group.clusters)
        ]
        filling.places = {c.name: TEST for group in held_out for c in group.clusters}
    filling.leave_the_rest(None if demand.strict else UNUSED)
    return filling.places


class _Draw:
    """A draw of clusters by hash or by time, beside the cases that are placed already."""

    def __init__(
        self,
        groups: list[Group],
        there: Counter[str],
        held: Mapping[str, set[str]],
        demand: Demand,
    ) -> None:
        self._groups, self._there, self._held, self._demand = groups, there, held, demand
        self._by_time = demand.scheme == "temporal"
        named = {name: there[name] for name in demand.sizes.shares}
        strangers = sorted(name for name in +there if name not in named and name != UNUSED)
        if strangers and any(map(demand.sizes.is_exact, demand.sizes.shares)):
            lie = ", ".join(f"{name} {there[name]:,}" for name in strangers)
            raise CannotSplit(
                f"cases lie in splits that the sizes do not name ({lie}): name those too, or draw "
                "all anew by --scheme hash"
            )
        new = sum(cluster.size for group in groups for cluster in group.clusters)
        self._wanted = demand.sizes.wanted(new + sum(named.values()))
        self._rest = self._taker()

    def places(self) -> dict[str, str]:
        """The split of every cluster."""
        targets = [self._target(name) for name in self._order()]
        groups, cut_off = self._ordered(), self._demand.cut_off.items()
        filling = self._filling(groups)
        try:
            for name, day in sorted(cut_off, key=lambda cut: cut[::-1], reverse=True):
                filling.take_from(name, day)
            for target in targets:
                filling.fill(target)
            filling.leave_the_rest()
        except CannotSplit:
            filling = self._filling(groups)
            if not self._by_time and filling.fill_together(targets):
                return filling.places
            places = self._searched()
            if self._by_time or places is None:
                raise
            return places
        self._require_sizes(filling.places)
        return filling.places

    def _searched(self) -> dict[str, str] | None:
        """Where clusters are few, and share labels with train and test both, a way can be found."""
        clusters = [cluster for group in self._groups for cluster in group.clusters]
        if not self._demand.holdout_labels or len(clusters) > _FEW:
            return None
        left = {name: wanted - self._there[name] for name, wanted in self._wanted.items()}
        return Search(clusters, left, self._held).places()

    def _require_sizes(self, places: Mapping[str, str]) -> None:
        """What has a count has it; a day from which nothing is there is no cut-off."""
        made = self._there.copy()
        for group in self._groups:
            for cluster in group.clusters:
                made[places[cluster.name]] += cluster.size
        for name, wanted in self._wanted.items():
            if self._demand.sizes.is_exact(name) and made[name] != wanted:
                raise CannotSplit(
                    f"{name} is to have {wanted:,} cases and would have {made[name]:,}"
                )
        for name, day in self._demand.cut_off.items():
            if not made[name]:
                raise CannotSplit(
                    f"{name} is empty: of {sum(made.values()):,} cases none that may "
                    f"go there is of {day} or later"
                )

    def _taker(self) -> str:
        """The split that takes what the others leave; test is filled, not left with something."""
        rest = self._demand.sizes.rest
        others = [name for name in self._wanted if name != TEST]
        constrained = self._demand.test_needs or self._demand.holdout_labels
        if (
            rest != TEST
            or not others
            or self._by_time
            or not (constrained or self._demand.not_in_test)
        ):
            return rest
        return TRAIN if TRAIN in others else max(others, key=lambda name: self._wanted[name])

    def _target(self, name: str) -> Target:
        sizes = self._demand.sizes
        missing = self._wanted[name] - self._there[name]
        exact = sizes.is_exact(name) or (self._rest != sizes.rest and name == sizes.rest)
        if missing < 0 and exact:
            raise CannotSplit(
                f"{name} is to have {self._wanted[name]:,} cases, and {self._there[name]:,} have "
                "their place there from an earlier release"
            )
        in_time = _oldest_first(self._wanted)
        oldest = self._by_time and in_time.index(name) < in_time.index(self._rest)
        return Target(name, max(0, missing), exact, oldest)

    def _order(self) -> list[str]:
        """The splits in the order in which they are filled."""
        names = [n for n in self._wanted if n != self._rest and n not in self._demand.cut_off]
        if self._by_time:
            in_time = _oldest_first(names)
            at = _oldest_first([*names, self._rest]).index(self._rest)
            return in_time[at:][::-1] + in_time[:at]
        demand = self._demand
        if demand.test_needs or demand.holdout_labels or demand.not_in_test:
            names.sort(key=lambda name: (name != TEST, name != TRAIN))
        return names

    def _ordered(self) -> list[Group]:
        if self._by_time:
            return sorted(self._groups, key=lambda group: group.date, reverse=True)
        if self._demand.stratify:
            return in_strata(self._groups, self._demand.stratify)
        return self._groups

    def _filling(self, groups: Sequence[Group]) -> Filling:
        exact = any(map(self._demand.sizes.is_exact, self._wanted))
        reserve = not (exact or self._there[self._rest] or self._by_time)
        return Filling(groups, self._rest, reserve=reserve, by_time=self._by_time)


def _oldest_first(names: Iterable[str]) -> list[str]:
    """The splits in the order of time: test has the newest cases, val those before."""
    rank = {UNUSED: 0, "val": 2, TEST: 3}
    return sorted(names, key=lambda name: rank.get(name, 1))


def require_held_out(labels: Mapping[str, set[str]]) -> None:
    """No label of test may be one of train."""
    both = labels.get(TRAIN, set()) & labels.get(TEST, set())
    if both:
        raise CannotSplit(
            f"holdout-labels: {len(both):,} of {len(labels[TEST]):,} diagnoses of test are in "
            f"train by earlier splits or by clusters, {min(both)} among them"
        )


def _require_met(clusters: Sequence[Cluster], split: Mapping[str, str], demand: Demand) -> None:
    """What has been placed must be what was demanded, whatever placed it."""
    if not demand.strict:
        return
    if demand.holdout_labels:
        require_held_out(_held_labels(clusters, split))
    needs = demand.test_needs
    in_test = [c for cluster in clusters for c in cluster.cases if split.get(c.pmcid) == TEST]
    unmet = [case.pmcid for case in in_test if needs and not needs.met_by(case.values)]
    if unmet and needs:
        raise CannotSplit(
            f"test-needs: {len(unmet):,} of {len(in_test):,} cases that lie in test by earlier "
            f"splits or by clusters do not meet {needs.text!r}, {min(unmet, key=pmcid_number)} "
            "among them"
        )
