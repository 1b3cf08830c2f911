"""Every case is compared with every other, once: what was found of old pairs is taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from extractors.corpus.profiles import Profile, Standing, Wording
from extractors.corpus.relations import Thresholds, find_relations
from flows.stages.current import current_rows
from schemas.article import pmcid_number
from schemas.stage import Inputs, Stage, StageResult


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with the cases of lower PMCIDs that it repeats or is related to.

    `digest` names what decides its relations: two digests, and the relation is known.
    """

    pmcid: str
    digest: str
    standing: Standing
    repeats: tuple[str, ...]
    related: tuple[str, ...]


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Compare what the last comparison did not know with everything, and keep what it found."""
    shards = [
        profile
        for shard, current in current_rows(inputs)
        for profile in shard.rows("profile", Profile)
        if profile.pmcid in current
    ]
    profiles = sorted(shards, key=lambda profile: pmcid_number(profile.pmcid))
    at = Thresholds(parameters["duplicate_similarity"], parameters["related_similarity"])
    digests = {profile.pmcid: _digest(profile, at) for profile in profiles}
    before = {row.pmcid: row for row in inputs.before(Compared)}
    known = {p for p, digest in digests.items() if p in before and before[p].digest == digest}

    def wordings(pmcids: Collection[str]) -> Mapping[str, Wording]:
        found = (
            row
            for shard, current in current_rows(inputs)
            for row in shard.rows("profile", Wording)
            if row.pmcid in pmcids and row.pmcid in current
        )
        return {row.pmcid: row for row in found}

    relations = find_relations(profiles, digests.keys() - known, wordings, at)
    partners = {
        name: {p: set(getattr(before[p], field)) & known for p in known}
        for name, field in (("duplicate", "repeats"), ("related", "related"))
    }
    for (low, high), relation in relations.items():
        partners[relation].setdefault(profiles[high].pmcid, set()).add(profiles[low].pmcid)
    rows = [
        Compared(
            profile.pmcid,
            digests[profile.pmcid],
            profile.standing,
            _ordered(partners["duplicate"].get(profile.pmcid, ())),
            _ordered(partners["related"].get(profile.pmcid, ())),
        )
        for profile in profiles
    ]
    return StageResult(list(rows))


def _digest(profile: Profile, at: Thresholds) -> str:
    decides = f"{STAGE.version} {at} {profile.digest}"
    return hashlib.sha256(decides.encode()).hexdigest()[:20]


def _ordered(pmcids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(pmcids, key=pmcid_number))


STAGE = Stage(
    "compare",
    1,
    run,
    Compared,
    needs=("capture", "profile"),
    settings=("duplicate_similarity", "related_similarity"),
    across=True,
    resumes=True,
    aside=True,
)
