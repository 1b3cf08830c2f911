"""What splits look like: sizes, what they share with each other, and what each is made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from extractors.corpus.splits.units import label_key
from schemas.article import pmcid_number
from schemas.split import UNUSED, SplitCase, Value

_NAMED = 20


def report(
    cases: Iterable[SplitCase], split: Mapping[str, str], prompts: Mapping[str, str]
) -> dict[str, Any]:
    """The splits in figures, as JSON can hold them.

    `prompts` are digests by which the same prompt is known again; two rows with one are duplicates.
    """
    here = [case for case in cases if case.pmcid in split]
    names = [name for name in dict.fromkeys(split.values()) if name != UNUSED]
    by_split: dict[str, list[SplitCase]] = {name: [] for name in sorted(names, key=_usual_order)}
    for case in here:
        by_split.setdefault(split[case.pmcid], []).append(case)
    published = {name: rows for name, rows in by_split.items() if name != UNUSED}
    return {
        "rows": sum(map(len, published.values())),
        "unused": len(by_split.get(UNUSED, ())),
        "splits": {name: _described(rows) for name, rows in published.items()},
        "label_overlap": {
            f"{one}/{other}": _overlap(published[one], published[other])
            for one, other in combinations(published, 2)
        },
        "duplicates_across_splits": _across(published, lambda case: prompts.get(case.pmcid)),
        "related_across_splits": _across(published, lambda case: case.cluster),
    }


def _usual_order(name: str) -> tuple[int, str]:
    usual = ("train", "val", "test")
    return (usual.index(name) if name in usual else len(usual), name)


def _described(rows: Iterable[SplitCase]) -> dict[str, Any]:
    rows = list(rows)
    return {
        "rows": len(rows),
        "clusters": len({case.cluster for case in rows}),
        "diagnoses": len({label_key(case.label) for case in rows if case.label}),
        "years": _counted(_year(case) for case in rows),
        "specialties": _counted(case.values.get("specialty") for case in rows),
    }


def _year(case: SplitCase) -> Value:
    return case.values.get("year") or (case.date[:4] if case.date else None)


def _counted(values: Iterable[Value]) -> dict[str, int]:
    counted = Counter("unknown" if value is None else str(value) for value in values)
    return dict(sorted(counted.items()))


def _overlap(one: Iterable[SplitCase], other: Iterable[SplitCase]) -> dict[str, int]:
    """The diagnoses that two splits share, and the rows of each that have one of them."""
    mine, theirs = (
        Counter(label_key(case.label) for case in rows if case.label) for rows in (one, other)
    )
    shared = mine.keys() & theirs.keys()
    return {
        "diagnoses": len(shared),
        "rows": sum(mine[label] for label in shared),
        "of_rows": sum(theirs[label] for label in shared),
    }


def _across(by_split: Mapping[str, Iterable[SplitCase]], trait: Any) -> dict[str, Any]:
    """Rows of several splits that have one trait: how many sets of them, and the first by name."""
    met: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, rows in by_split.items():
        for case in rows:
            if trait(case) is not None:
                met[trait(case)].append((case.pmcid, name))
    apart = [sorted(rows, key=_number) for rows in met.values() if len({n for _, n in rows}) > 1]
    apart.sort(key=lambda rows: _number(rows[0]))
    return {
        "sets": len(apart),
        "rows": sum(map(len, apart)),
        "first": [[f"{pmcid} ({name})" for pmcid, name in rows[:3]] for rows in apart[:_NAMED]],
    }


def _number(row: tuple[str, str]) -> int:
    return pmcid_number(row[0])
