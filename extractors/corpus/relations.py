"""Two relations between cases: the same report again, and the same patient, family or series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Literal

from extractors.corpus.profiles import Profile, Wording
from extractors.corpus.similarity import bands, containment, run_set, similarity
from extractors.corpus.traits import (
    Traits,
    other_person,
    same_person,
    shared_authors,
    shared_numbers,
)

Relation = Literal["duplicate", "related"]
Pair = tuple[int, int]
Wordings = Callable[[Collection[str]], Mapping[str, Wording]]

# Texts whose sketches agree less are not compared exactly.
_WORTH_A_LOOK = 0.08
_TEAM = 2
# One patient's reports share so many numbers, and this part of the shorter list.
_NUMBERS, _OF_THEM = 3, 0.4
# A report paraphrased throughout keeps this part of its runs, and its patient's numbers.
_PARAPHRASED, _NUMBERS_KEPT, _MOST = 0.3, 3, 0.6
# What tells of another person is the same report only if nearly all its words are the same.
_VERBATIM = 0.9
_HELD = 2048
_CROWD, _NEIGHBOURS = 500, 10


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The parts of the shorter report's runs from which two are one report, or related."""

    duplicate: float
    related: float


def find_relations(
    profiles: Sequence[Profile], fresh: Collection[str], wordings: Wordings, at: Thresholds
) -> dict[Pair, Relation]:
    """How fresh cases are related to each other and to all others; pairs are by index.

    A pair's relation depends on these two cases alone, so that others need not be known.
    """
    comparison = _Comparison(profiles, fresh)
    met = comparison.meeting()
    alike = [pair for pair in met if comparison.is_worth_a_look(pair)]
    shares = dict(zip(alike, comparison.shares(alike, wordings), strict=True))
    found = ((pair, comparison.relation(pair, shares.get(pair, (0, 0)), at)) for pair in met)
    return {pair: relation for pair, relation in found if relation}


class _Comparison:
    """New cases that are compared with each other and with old ones."""

    def __init__(self, profiles: Sequence[Profile], fresh: Collection[str]) -> None:
        self._profiles = profiles
        self._new = [i for i, profile in enumerate(profiles) if profile.pmcid in fresh]
        self._old = [i for i, profile in enumerate(profiles) if profile.pmcid not in fresh]
        self._traits = lru_cache(_HELD)(lambda index: profiles[index].traits)

    def meeting(self) -> list[Pair]:
        """The pairs that have something in common at all, each with at least one new case."""
        met: set[Pair] = set()
        for sketches in (
            [profile.text_sketch for profile in self._profiles],
            [profile.prompt_sketch for profile in self._profiles],
        ):
            for band in bands():
                met |= self._sharing([(sketch[band],) for sketch in sketches])
        for keys in (_labels_of_teams, _labels_and_authors_of_people):
            met |= self._sharing([set(keys(profile)) for profile in self._profiles])
        return sorted(met)

    def _sharing(self, keys: Sequence[Iterable[Hashable]]) -> set[Pair]:
        """The pairs with a key in common, each with at least one new case."""
        new: dict[Hashable, list[int]] = defaultdict(list)
        old: dict[Hashable, list[int]] = defaultdict(list)
        for index in self._new:
            for key in keys[index]:
                new[key].append(index)
        for index in self._old:
            for key in keys[index]:
                if key in new:
                    old[key].append(index)
        return {pair for key in new for pair in self._pairs(new[key], old[key])}

    def _pairs(self, new: list[int], old: list[int]) -> Iterator[Pair]:
        """All pairs; in a crowd, which no real reports make, each case and its neighbours by id."""
        if len(new) + len(old) <= _CROWD:
            yield from combinations(new, 2)
            yield from ((min(pair), max(pair)) for pair in product(new, old))
            return
        fresh = set(new)
        names = [(len(p.pmcid), p.pmcid) for p in self._profiles]
        ordered = sorted([*new, *old], key=names.__getitem__)
        for place, one in enumerate(ordered):
            for other in ordered[place + 1 : place + 1 + _NEIGHBOURS]:
                if one in fresh or other in fresh:
                    yield min(one, other), max(one, other)

    def is_worth_a_look(self, pair: Pair) -> bool:
        """Whether the sketches of the two say that they may share much."""
        one, other = (self._profiles[index] for index in pair)
        return (
            similarity(one.text_sketch, other.text_sketch) >= _WORTH_A_LOOK
            or similarity(one.prompt_sketch, other.prompt_sketch) >= _WORTH_A_LOOK
        )

    def shares(self, pairs: Sequence[Pair], wordings: Wordings) -> Iterator[tuple[float, float]]:
        """The parts of runs that the two texts, and the two prompts, of each pair share."""
        pmcids = [profile.pmcid for profile in self._profiles]
        words = wordings({pmcids[index] for pair in pairs for index in pair})
        texts = lru_cache(_HELD)(lambda index: run_set(words[pmcids[index]].text_runs))
        prompts = lru_cache(_HELD)(lambda index: run_set(words[pmcids[index]].prompt_runs))
        for one, other in pairs:
            # One text is one report, however short.
            yield (
                1.0 if texts(one) == texts(other) else containment(texts(one), texts(other)),
                containment(prompts(one), prompts(other)),
            )

    def relation(self, pair: Pair, shares: tuple[float, float], at: Thresholds) -> Relation | None:
        """What two cases are to each other."""
        one, other = (self._traits(index) for index in pair)
        if _is_duplicate(one, other, shares[0], at):
            return "duplicate"
        if max(shares) >= at.related or _is_related(one, other):
            return "related"
        return None


def _is_duplicate(one: Traits, other: Traits, share: float, at: Thresholds) -> bool:
    """The same report: nearly its words, or a paraphrase that keeps patient and numbers."""
    if share >= at.duplicate:
        return share >= _VERBATIM or not other_person(one, other)
    if share < _PARAPHRASED or not (one.labels & other.labels and same_person(one, other)):
        return False
    count, part = shared_numbers(one, other)
    return count >= _NUMBERS_KEPT and part >= _MOST


def _is_related(one: Traits, other: Traits) -> bool:
    """The same patient, or a family or series of one team."""
    diagnosis = bool(one.labels & other.labels)
    team = shared_authors(one, other) >= _TEAM
    if diagnosis and team:
        return True
    if not (diagnosis or team) or not same_person(one, other):
        return False
    count, part = shared_numbers(one, other)
    return count >= _NUMBERS and part >= _OF_THEM


def _labels_of_teams(profile: Profile) -> Iterator[Hashable]:
    for label in profile.labels:
        for author in profile.authors:
            yield label, author.split(" ")[0]


def _labels_and_authors_of_people(profile: Profile) -> Iterator[Hashable]:
    if profile.youngest is None or profile.oldest is None:
        return
    for year in range(profile.youngest // 12, profile.oldest // 12 + 1):
        for label in profile.labels:
            yield profile.sex, year, label
        for author in profile.authors:
            yield profile.sex, year, "by", author.split(" ")[0]
