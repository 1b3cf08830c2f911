"""`python -m tests.planting KIND ...`: the faults of these kinds that were missed, in full.

With `--all` those that were caught too; without a kind, the false alarms.
"""

from __future__ import annotations

import sys

from tests.bench.planted import MADE, seed
from tests.planting.bases import gold_bases, made_bases
from tests.planting.judging import EACH, caught, false_alarms, passing, reported_of
from tests.planting.kinds import KINDS, plant


def main(words: list[str]) -> int:
    """Print what was planted and what was said of it."""
    every = "--all" in words
    kinds = [word for word in words if word != "--all"]
    if unknown := set(kinds) - set(KINDS):
        print(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
        return 2
    if not kinds:
        _alarms()
    for kind in kinds:
        _kind(kind, every=every)
    return 0


def _kind(kind: str, *, every: bool) -> None:
    for bases in (passing(gold_bases()), passing(made_bases(MADE, seed()))):
        for item in plant(kind, bases, EACH, seed()):
            found = reported_of(item.fault)
            right = caught(item.fault, found)
            if every or not right:
                names = " | ".join(item.base.names[:4])
                print(
                    f"\n{kind} {item.base.draft.pmcid} ({names}): {'caught' if right else 'MISSED'}"
                )
                print(f"  planted: {item.fault.what}")
                print(f"  right:   {', '.join(sorted(item.fault.right))}")
                for reject in found:
                    print(f"  said:    {reject.reason}: {reject.detail} [{reject.evidence[:160]}]")


def _alarms() -> None:
    for pmcid, found in false_alarms(gold_bases()).items():
        for reject in found:
            print(f"{pmcid} {reject.reason}: {reject.detail} [{reject.evidence[:300]}]")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
