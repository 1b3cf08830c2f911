"""Which cases the verifier is asked about: those that stay, planted ones, next duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, takewhile
from typing import Any

from extractors.cases.planted import chosen
from extractors.corpus.groups import next_choices
from flows.warehouse.results import ALL, Result, ResultStore
from schemas.settings import Settings
from schemas.split import Clustered

# What stands for a shard where the next of duplicates are verified, with a number.
AGAIN = "again-"


class Verifying:
    """What is verified and what came of it, as far as the results of a home tell."""

    def __init__(
        self, store: ResultStore, settings: Settings, done: Mapping[str, Mapping[str, Result]]
    ) -> None:
        self._store, self._settings, self._done = store, settings, done

    def rounds(self) -> Iterator[str]:
        """A name for each round of next duplicates; they show while results are found."""
        for number in count(1):
            if len(self.choices()) < number:
                return
            yield f"{AGAIN}{number}"

    def choices(self) -> list[dict[str, str]]:
        """The duplicates that are verified in place of others, as far as that is known."""
        verified, shards = self._done["verify"], self._done["capture"].keys()
        if ALL not in self._done["dedupe"] or not shards:
            return []
        queues = {row.pmcid: row.duplicates for row in self.clustered.values()}
        rounds = chain([sorted(shards)], ([f"{AGAIN}{number}"] for number in count(1)))
        done = takewhile(lambda targets: verified.keys() >= {*targets}, rounds)
        return next_choices(queues, map(self._rejected_in, done))

    def chosen_in(self, target: str) -> set[str]:
        """The duplicates of a round."""
        return set(self.choices()[int(target.removeprefix(AGAIN)) - 1].values())

    def again(self) -> list[Result]:
        """What the verifier said of duplicates that were tried in place of better ones."""
        verified = self._done["verify"].items()
        return [result for name, result in verified if name.startswith(AGAIN)]

    @cached_property
    def clustered(self) -> dict[str, Clustered]:
        """The cases that are no duplicates. The stage `dedupe` must be done."""
        rows = self._store.rows(self._done["dedupe"][ALL], Clustered)
        return {row.pmcid: row for row in rows}

    def asked_of(self, shard: str) -> dict[str, Any]:
        """The cases of a shard that stay, and those in which a fault is planted."""
        if shard.startswith(AGAIN):
            return {"kept": sorted(self.chosen_in(shard)), "planted": {}}
        here = {row.pmcid for row in self._store.glance(self._done["repair"][shard], _Id)}
        share, least = self._settings.planted_share, self._settings.planted_least
        planted = chosen(self.clustered.keys(), share=share, least=least)
        return {
            "kept": sorted(here & self.clustered.keys()),
            "planted": {pmcid: kind for pmcid, kind in sorted(planted.items()) if pmcid in here},
        }

    def turned_away(self) -> list[str]:
        """The cases that a verifier rejected, or could not be asked about."""
        results = self._done["verify"].values()
        rejected = {r.article for result in results for r in self._store.rejects(result)}
        waiting = {article for result in results for article in result.waiting}
        return sorted(rejected | waiting)

    def instead(self) -> dict[str, str]:
        """The duplicates that passed where the verifier rejected a better one, by that one."""
        out = set(self.turned_away())
        tried = (choice for choices in self.choices() for choice in choices.items())
        return {first: pmcid for first, pmcid in sorted(tried) if pmcid not in out}

    def _rejected_in(self, targets: Sequence[str]) -> set[str]:
        results = (self._done["verify"][target] for target in targets)
        return {r.article for result in results for r in self._store.rejects(result)}


@dataclass(frozen=True, slots=True)
class _Id:
    pmcid: str
