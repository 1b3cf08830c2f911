"""The cases of two releases, told apart: added, removed and why, changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow.parquet as pq

from flows.hub.configs import data_files, split_of
from schemas.published import DEFAULT

# What a reader of a case sees; its text follows from the article's own digest.
CONTENT = (
    "case_prompt",
    "diagnostic_reasoning",
    "final_diagnosis",
    "xml_md5",
    "licence",
    "cluster",
)


class Told(NamedTuple):
    """What is compared of a case: where it is, what it says, and what it was made by."""

    split: str
    content: str
    build: str | None


Rows = Mapping[str, Told]


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases that differ: added, removed with why and from where, changed.

    Those that say the same and were made by other settings or versions are counted alone.
    """

    added: tuple[str, ...] = ()
    removed: tuple[tuple[str, str, str], ...] = ()
    changed: tuple[str, ...] = ()
    remade: int = 0

    def sentence(self) -> str:
        """The difference in a sentence."""
        counts = (len(self.added), len(self.removed), len(self.changed))
        remade = f", {self.remade:,} made anew with the same words" if self.remade else ""
        return "{:,} cases added, {:,} removed, {:,} changed".format(*counts) + remade

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
    rows: dict[str, Told] = {}
    for path in data_files(folder, DEFAULT):
        with path.open("rb") as file:
            rows |= rows_of(file, split_of(path.name))
    return rows


def rows_of(file: BinaryIO, split: str) -> dict[str, Told]:
    """What is compared of the cases of a file; nothing of a file without PMCIDs."""
    rows: dict[str, Told] = {}
    with pq.ParquetFile(file) as table:
        named = [n for n in ("pmcid", "build", *CONTENT) if n in table.schema_arrow.names]
        if "pmcid" not in named:
            return {}
        for group in range(table.num_row_groups):
            for row in table.read_row_group(group, columns=named).to_pylist():
                said = json.dumps([row.get(name) for name in CONTENT], default=str)
                digest = hashlib.sha256(said.encode()).hexdigest()
                rows[row["pmcid"]] = Told(split, digest, row.get("build"))
    return rows


def differing_cases(new: Rows, old: Rows, why_left: Mapping[str, str]) -> Cases:
    """Which cases differ between what is there and what is to be."""
    differing = [pmcid for pmcid in new.keys() & old.keys() if new[pmcid] != old[pmcid]]
    changed = [pmcid for pmcid in differing if new[pmcid][:2] != old[pmcid][:2]]
    return Cases(
        added=tuple(sorted(new.keys() - old.keys(), key=_by_number)),
        removed=tuple(
            (pmcid, old[pmcid][0], why_left.get(pmcid, "no longer part of the dataset"))
            for pmcid in sorted(old.keys() - new.keys(), key=_by_number)
        ),
        changed=tuple(sorted(changed, key=_by_number)),
        remade=len(differing) - len(changed),
    )


def _by_number(pmcid: str) -> tuple[int, str]:
    """The order of the numbers in ids, also of what somebody else took for one."""
    return len(pmcid), pmcid
