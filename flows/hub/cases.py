"""The cases of two releases, told apart: added, removed and why, changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from flows.hub.configs import data_files, split_of
from schemas.published import DEFAULT

COMPARED = ("pmcid", "build", "final_diagnosis", "cluster")
Rows = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases that differ: added, removed with why and from where, changed."""

    added: tuple[str, ...] = ()
    removed: tuple[tuple[str, str, str], ...] = ()
    changed: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The difference in a sentence."""
        counts = (len(self.added), len(self.removed), len(self.changed))
        return "{:,} cases added, {:,} removed, {:,} changed".format(*counts)

    def lines(self, most: int | None = None) -> Iterator[str]:
        """Every case in a line; of those that were added or changed `most` at most."""
        for pmcid, split, why in self.removed:
            yield f"removed {pmcid} ({split}): {why}"
        for what, pmcids in (("changed", self.changed), ("added", self.added)):
            for pmcid in pmcids[:most]:
                yield f"{what} {pmcid}"
            if most is not None and len(pmcids) > most:
                yield f"{what} {len(pmcids) - most:,} more"


def local_rows(folder: Path) -> Rows:
    """What is compared of each case of a folder."""
    rows: dict[str, tuple[Any, ...]] = {}
    for path in data_files(folder, DEFAULT):
        with path.open("rb") as file:
            rows |= rows_of(file, split_of(path.name))
    return rows


def rows_of(file: BinaryIO, split: str) -> dict[str, tuple[Any, ...]]:
    """What is compared of the cases of a file; nothing of a file without PMCIDs."""
    with pq.ParquetFile(file) as table:
        named = [name for name in COMPARED if name in table.schema_arrow.names]
        if "pmcid" not in named:
            return {}
        read = table.read(columns=named).to_pylist()
    return {row["pmcid"]: (split, *(row.get(name) for name in COMPARED[1:])) for row in read}


def differing_cases(new: Rows, old: Rows, why_left: Mapping[str, str]) -> Cases:
    """Which cases differ between what is there and what is to be."""
    return Cases(
        added=tuple(sorted(new.keys() - old.keys(), key=_by_number)),
        removed=tuple(
            (pmcid, old[pmcid][0], why_left.get(pmcid, "no longer part of the dataset"))
            for pmcid in sorted(old.keys() - new.keys(), key=_by_number)
        ),
        changed=tuple(
            sorted((p for p in new.keys() & old.keys() if new[p] != old[p]), key=_by_number)
        ),
    )


def _by_number(pmcid: str) -> tuple[int, str]:
    """The order of the numbers in ids, also of what somebody else took for one."""
    return len(pmcid), pmcid
