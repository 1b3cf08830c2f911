"""Faults of many kinds planted in sound cases, and how many are caught for the right reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from tests.bench import Row
from tests.planting.bases import gold_bases, made_bases
from tests.planting.judging import EACH, Score, false_alarms, instead, scores

MADE = 80
_SEED = 7


def seed() -> int:
    """The seed of everything that is drawn; another one is a second opinion."""
    return int(os.environ.get("PLANT_SEED", _SEED))


def rows() -> Iterator[Row]:
    """One row a kind, then all of them together, then false alarms."""
    real, made = gold_bases(), made_bases(MADE, seed())
    found = scores(real, made, seed(), EACH)
    for score in found:
        yield _row(score)
    planted = sum(score.planted for score in found)
    missed = sum(len(score.missed) for score in found)
    worst = min(found, key=lambda score: score.share)
    all_of_them = f"{planted - missed}/{planted} = {1 - missed / planted:.1%}"
    yield Row(f"all {len(found)} kinds", all_of_them, "95 %", f"seed {seed()}")
    yield Row("worst kind", f"{worst.share:.0%}", "85 %", worst.kind)
    if real:
        yield _alarms(len(real), false_alarms(real))


def _row(score: Score) -> Row:
    figure = f"{score.planted - len(score.missed)}/{score.planted} = {score.share:.0%}"
    where = f"{score.real} real, {score.made} made"
    said = f"; missed as {instead(score.missed)}" if score.missed else ""
    return Row(score.kind, figure, "85 %", where + said)


def _alarms(whole: int, alarms: dict) -> Row:  # type: ignore[type-arg]
    reasons = Counter(reject.reason for found in alarms.values() for reject in found)
    said = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    figure = f"{len(alarms)}/{whole} = {len(alarms) / whole:.1%}"
    return Row("false alarms on sound cases", figure, "under 5 %", f"{said}: {' '.join(alarms)}")
