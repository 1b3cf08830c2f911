"""What there is to do: which results a home has under these settings, and which it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from extractors.corpus.contamination import Hit
from flows.benchmarks import benchmarks_told
from flows.errors import Damaged
from flows.stages import STAGES, asks_models, stages_of
from flows.stages.asking import models_told
from flows.stages.current import last_words
from flows.stages.select import Candidate
from flows.warehouse.asked import asked_of_cases
from flows.warehouse.home import Home
from flows.warehouse.jobs import Job
from flows.warehouse.results import (
    ALL,
    Glances,
    Result,
    ResultStore,
    ShardResults,
    digest,
    result_key,
)
from flows.warehouse.verifying import AGAIN, Verifying
from schemas.arrival import Member, order_key
from schemas.arrow import to_row
from schemas.reasons import FAILURES
from schemas.reject import RejectedArticle
from schemas.settings import Settings
from schemas.split import LOST, NOT_NAMED, LedgerEntry
from schemas.stage import Stage, Waiting

OnDamage = Callable[[ResultStore, Damaged], None]


def _ignore(store: ResultStore, damage: Damaged) -> None:
    """Looking changes nothing: a damaged result just counts as missing."""


class Work:
    """The results of a home by stage and shard, as far as they are there."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        ledger: Sequence[LedgerEntry],
        on_damage: OnDamage = _ignore,
        *,
        adopted: bool = False,
    ) -> None:
        self.home = home
        self.settings = settings
        self.ledger = ledger
        self.adopted = adopted
        self.taken = settings.limit
        self.stages = stages_of(settings)
        self.done: dict[str, dict[str, Result]] = {name: {} for name in STAGES}
        self.verifying = self._verifying()
        self._on_damage = on_damage
        self._read_captures: list[dict[str, Member]] = []
        for folder in sorted((home.store.root / "capture").glob("[!.]*")):
            shard, _, key = folder.name.partition(".")
            self._take(self._find("capture", shard, key))

    def _verifying(self) -> Verifying:
        return Verifying(self.home.store, self.settings, self.done)

    @property
    def shards(self) -> list[str]:
        """The shards in the order in which they arrived."""
        return sorted(self.done["capture"])

    def missing(self, stage: Stage) -> list[Job]:
        """The jobs of a stage that are not done. The stages before it must be."""
        missing = []
        for target in self._targets(stage):
            job = self.job(stage, target)
            result = self._find(job.stage, job.shard, job.key)
            if result is None and target.startswith(AGAIN):
                self.done[stage.name].pop(target, None)
            self._take(result)
            if result is None or self._is_open(stage, result):
                missing.append(job)
        return missing

    def _is_open(self, stage: Stage, result: Result) -> bool:
        """Whether a result is to be made again: something waits, or models failed at it."""
        if result.waiting:
            return True
        if not (self.settings.ask_again and asks_models(stage, self.settings)):
            return False
        return any(reject.reason in FAILURES for reject in self.home.store.rejects(result))

    def finished(self) -> list[str]:
        """The stages that have all their results, in order."""
        return [s.name for s in self.stages if self.done[s.name].keys() == {*self._targets(s)}]

    def waiting(self) -> Iterator[tuple[str, str, Waiting]]:
        """Every current article that a stage could not deal with, with the stage."""
        current = self.members()
        for stage in self.stages:
            for shard, result in self.done[stage.name].items():
                for article, why in result.waiting.items():
                    if shard not in current or article in current[shard]:
                        yield article, stage.name, why

    def first_missing(self) -> list[Job]:
        """The jobs of the first stage that is not done; none where all are."""
        for stage in self.stages:
            if jobs := self.missing(stage):
                return jobs
        return []

    def finish(self, result: Result) -> None:
        """Note a result that a worker made."""
        self._take(result)

    def job(self, stage: Stage, shard: str) -> Job:
        """A stage over a shard, under the name that its result has."""
        inputs = self._inputs(stage, shard)
        parameters = self._parameters(stage, shard)
        named = {**parameters, "ledger": digest(parameters.get("ledger"))}
        named.pop("paths", None)  # Where a file lies decides nothing.
        key = result_key(stage, inputs, named)
        before = self.home.store.latest(stage.name, shard) if stage.resumes else None
        return Job(self.home.store.root, stage.name, shard, key, inputs, parameters, before)

    def shard_results(self, stages: Sequence[str]) -> list[ShardResults]:
        """The results of these stages over every shard, as far as this build has the stages."""
        here = [name for name in stages if self._has(name)]
        return [self._of_shard(shard, here) for shard in self.shards]

    def _has(self, need: str) -> bool:
        stage = STAGES.get(need)
        return stage is None or stage.name == "capture" or stage in self.stages

    def cases(self) -> dict[str, Result]:
        """The last word on the cases of every shard that has one."""
        return self.done[self._made_by("cases")]

    def entries(self) -> list[LedgerEntry]:
        """The ledger that the last stage led to."""
        return list(self.home.store.rows(self.done["split"][ALL], LedgerEntry))

    def members(self) -> dict[str, dict[str, Member]]:
        """The current members of every shard."""
        return {
            shard: {name: member for name, member in members.items() if not member.gone}
            for shard, members in self.words().items()
        }

    def words(self) -> dict[str, dict[str, Member]]:
        """The last that each shard has to say of an article, even that it is gone."""
        return dict(zip(self.shards, self._last_words(), strict=True))

    def lost(self) -> list[str]:
        """Cases that this home released, and of which no shard knows anything."""
        if self.adopted:
            return []
        known = {name for shard in self._last_words() for name in shard}
        return [e.pmcid for e in self.ledger if e.left in (None, LOST) and e.pmcid not in known]

    @cached_property
    def wanted(self) -> dict[str, list[str]] | None:
        """The candidates of every shard that are taken; None where all are."""
        if self.taken is None:
            return None
        wanted: dict[str, list[str]] = {shard: [] for shard in self.shards}
        for shard, pmcid in self.queue[: self.taken]:
            wanted[shard].append(pmcid)
        return wanted

    @cached_property
    def queue(self) -> list[tuple[str, str]]:
        """The shard and id of every candidate in the order in which they are taken.

        Those of earlier releases come first. The stages up to `select` must be done.
        """
        released = {entry.pmcid for entry in self.ledger}
        return sorted(self.candidates(), key=lambda c: (c[1] not in released, order_key(c[1])))

    def take(self, count: int) -> None:
        """Take so many candidates from now on: what lies behind `select` is looked for anew."""
        self.taken = count
        self.__dict__.pop("wanted", None)
        self.verifying = self._verifying()
        for stage in self.stages[self.stages.index(STAGES["select"]) + 1 :]:
            self.done[stage.name].clear()

    def passed(self) -> list[int]:
        """The places in the queue of the cases that are in the release."""
        kept = {entry.pmcid for entry in self.entries() if entry.left is None}
        return [place for place, (_, pmcid) in enumerate(self.queue) if pmcid in kept]

    def candidates(self) -> list[tuple[str, str]]:
        """The shard and id of every candidate."""
        current = self.members()
        rows = self.home.store.rows
        return [
            (shard, row.pmcid)
            for shard, result in self.done["select"].items()
            for row in rows(result, Candidate)
            if row.pmcid in current[shard]
        ]

    def rejects(self) -> Iterator[tuple[str, RejectedArticle]]:
        """Every reject of a current article, with its stage."""
        current = self.members()
        tried = {pmcid for choices in self.verifying.choices() for pmcid in choices.values()}
        for stage, shards in self.done.items():
            if stage == "capture":
                continue  # What a service did not serve is pending, not rejected.
            for shard, result in shards.items():
                if stage in self._taken_up and shard in self.done["repair"]:
                    continue  # Repair has the last word on it.
                for reject in self.home.store.rejects(result):
                    if stage == "dedupe" and reject.article in tried:
                        continue  # The verifier has the last word on it.
                    if shard not in current or reject.article in current[shard]:
                        yield stage, reject

    def rename_by_ledger(self, ledger: Sequence[LedgerEntry]) -> None:
        """Name what the ledger led to by the ledger that it led to, which leads to the same."""
        self.ledger, self.adopted = ledger, False
        for stage in (stage for stage in self.stages if stage.reads_ledger):
            result = self.done[stage.name][ALL]
            self._take(self.home.store.rename(result, self.job(stage, ALL).key))

    def sweep(self) -> None:
        """Remove results that these settings do not lead to."""
        for name in STAGES.keys() - {"capture"}:
            keep = {result.folder_name for result in self.done[name].values()}
            self.home.store.sweep(name, keep)

    def _last_words(self) -> list[dict[str, Member]]:
        if len(self._read_captures) != len(self.shards):
            captures = self.shard_results(("capture",))
            self._read_captures = last_words(Glances(self.home.store, captures))
        return self._read_captures

    @cached_property
    def _benchmarks(self) -> dict[str, Any]:
        return benchmarks_told(self.settings)

    def hits(self) -> list[Hit]:
        """The current cases that other benchmarks hold, once a file."""
        current = self.members()
        return [
            hit
            for shard, result in self.done["contamination"].items()
            for hit in self.home.store.rows(result, Hit)
            if hit.pmcid in current[shard]
        ]

    def _targets(self, stage: Stage) -> Iterator[str]:
        """What a stage has results of."""
        yield from [ALL] if stage.across else self.shards
        if stage.name == "verify":
            yield from self.verifying.rounds()

    def _inputs(self, stage: Stage, shard: str) -> list[ShardResults]:
        if shard.startswith(AGAIN):
            chosen = self.verifying.chosen_in(shard)
            holding = (name for name, members in self.members().items() if chosen & members.keys())
            return [self._of_shard(name, stage.needs) for name in holding]
        if not stage.across:
            return [self._of_shard(shard, stage.needs)]
        if STAGES[stage.needs[0]].across:
            return [self._of_shard(ALL, stage.needs)]
        return self.shard_results(stage.needs)

    def _of_shard(self, shard: str, stages: Sequence[str]) -> ShardResults:
        return {name: self.done[self._made_by(name)][shard] for name in stages}

    def _made_by(self, need: str) -> str:
        """The stage that makes what is needed: the last word on cases is repair's, or check's."""
        if need != "cases":
            return need
        return "repair" if STAGES["repair"] in self.stages else "check"

    @cached_property
    def _taken_up(self) -> tuple[str, ...]:
        """The stages whose rejects are not the last word on an article."""
        return ("ground", "check") if STAGES["repair"] in self.stages else ()

    def _parameters(self, stage: Stage, shard: str) -> dict[str, Any]:
        parameters = {name: getattr(self.settings, name) for name in stage.settings}
        if stage.name == "extract" and self.wanted is not None:
            parameters["wanted"] = sorted(self.wanted[shard])
        if asks_models(stage, self.settings):
            parameters |= models_told(stage.name, self.settings)
        if stage.reads_ledger:
            parameters["ledger"] = [to_row(entry) for entry in self.ledger]
        if stage.name == "contamination":
            parameters |= self._benchmarks
        if stage.name == "verify":
            parameters |= self.verifying.asked_of(shard)
        if stage.name == "split":
            parameters["asked"] = asked_of_cases(self)
            parameters["strict"] = not self.ledger or self.adopted
            parameters["turned_away"] = self.verifying.turned_away()
            parameters["instead"] = self.verifying.instead()
            parameters["not_in_test"] = sorted({hit.pmcid for hit in self.hits()})
            parameters["why_left"] = self._why_left()
        return parameters

    def _why_left(self) -> dict[str, str]:
        """Why cases of earlier releases are not among those of this one."""
        asked = self.verifying
        here = {*asked.clustered, *asked.instead().values()} - set(asked.turned_away())
        left = {entry.pmcid for entry in self.ledger if entry.left in (None, LOST)} - here
        if not left:
            return {}
        lost = dict.fromkeys(self.lost(), LOST)
        if self.adopted:
            lost = dict.fromkeys(left, NOT_NAMED)
        rejects = ((reject.article, reject.reason) for _, reject in self.rejects())
        not_wanted = ((pmcid, "not_wanted") for _, pmcid in self.candidates())
        pending = ((pmcid, "pending") for pmcid, _, _ in self.waiting())
        reasons = {**lost, **dict(not_wanted), **dict(pending), **dict(rejects)}
        return {pmcid: reasons[pmcid] for pmcid in sorted(left & reasons.keys())}

    def _find(self, stage: str, shard: str, key: str) -> Result | None:
        try:
            return self.home.store.find(stage, shard, key)
        except Damaged as damage:
            self._on_damage(self.home.store, damage)
            return None

    def _take(self, result: Result | None) -> None:
        if result is not None:
            self.done[result.stage][result.shard] = result
