"""What a dataset folder holds, read from its files: rows by split, licences, examples, shares."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.hub.configs import data_files, row_groups, split_of
from schemas.article import is_fictional
from schemas.published import CONFIGS, DEFAULT

LONGEST_EXAMPLE = 70
STATEMENTS = next(config for config in CONFIGS if config.name == "statements")


@dataclass(frozen=True, slots=True)
class Contents:
    """Counts by config and split, and of the rows of `default` what a card tells of them."""

    rows: dict[str, dict[str, int]]
    licences: dict[str, int]
    extractors: dict[str, int]
    examples: dict[str, str]
    measured: dict[str, float]
    newest: str | None
    fictional: bool

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return sum(self.rows[DEFAULT.name].values())

    @property
    def by_rules(self) -> int:
        """How many cases were drafted by rules."""
        kinds = self.extractors.items()
        return sum(rows for made, rows in kinds if made.partition(" ")[0] == "rules")

    @property
    def private(self) -> bool:
        """Whether a row may not be shared."""
        return any(is_private(licence) for licence in self.licences)


def is_private(licence: str) -> bool:
    """Whether a licence forbids adaptations."""
    return "ND" in licence.replace(" ", "-").split("-")


def read_contents(folder: Path) -> Contents:
    """Look through the files of a dataset, a few columns at a time."""
    rows = {config.name: _rows_by_split(data_files(folder, config)) for config in CONFIGS}
    licences: Counter[str] = Counter()
    extractors: Counter[str] = Counter()
    newest, fictional = None, False
    for row in _each(folder, ["pmcid", "licence", "first_seen", "extractor"]):
        licences[row["licence"]] += 1
        extractors[" ".join(filter(None, row["extractor"].values()))] += 1
        newest = max(filter(None, (newest, row["first_seen"])), default=None)
        fictional = fictional or is_fictional(row["pmcid"])
    return Contents(
        rows=rows,
        licences=_ordered(licences),
        extractors=_ordered(extractors),
        examples=_examples(folder),
        measured=_measured(folder),
        newest=newest,
        fictional=fictional,
    )


def _rows_by_split(paths: list[Path]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for path in paths:
        split = split_of(path.name)
        counted[split] = counted.get(split, 0) + pq.read_metadata(path).num_rows
    return counted


def _each(folder: Path, columns: list[str]) -> Iterator[dict[str, Any]]:
    for path in data_files(folder, DEFAULT):
        for group in row_groups(path, columns):
            yield from group.to_pylist()


def _ordered(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _examples(folder: Path) -> dict[str, str]:
    """For each column a value from the first rows that have one."""
    for path in data_files(folder, DEFAULT):
        for group in row_groups(path):
            return {name: _example(group[name]) for name in group.column_names}
    return {}


def _example(column: pa.ChunkedArray) -> str:
    values = (column[place].as_py() for place in range(len(column)))
    value = next((value for value in values if value not in (None, "", [])), None)
    if value is None:
        return ""
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    told = " ".join(told.split()).replace("|", "/").replace("`", "'")
    return told if len(told) <= LONGEST_EXAMPLE else f"{told[: LONGEST_EXAMPLE - 1]}…"


def _measured(folder: Path) -> dict[str, float]:
    """Shares that tell what the rows are not."""
    counted: Counter[str] = Counter()
    for path in data_files(folder, STATEMENTS):
        for group in row_groups(path, ["status", "in_prompt"]):
            counted["reasons"] += group.num_rows
            counted["fuzzy"] += group["status"].to_pylist().count("fuzzy")
            counted["withheld"] += group["in_prompt"].to_pylist().count(False)
    labels: dict[str, list[str]] = {}
    judged: Counter[bool] = Counter()
    for path in data_files(folder, DEFAULT):
        for group in row_groups(path, ["final_diagnosis", "imaging_dependent"]):
            told = [label.casefold() for label in group["final_diagnosis"].to_pylist()]
            labels.setdefault(split_of(path.name), []).extend(told)
            judged.update(v for v in group["imaging_dependent"].to_pylist() if v is not None)
    held_back = [label for split, found in labels.items() if split != "train" for label in found]
    known = set(labels.get("train", ()))
    shares = {
        "reasons that rest on what the prompt withholds": (counted["withheld"], counted["reasons"]),
        "reasons whose quote was found only but for a few letters": (
            counted["fuzzy"],
            counted["reasons"],
        ),
        "cases outside train whose diagnosis a case of train has too": (
            sum(label in known for label in held_back),
            len(held_back),
        ),
        "cases that cannot be answered without their images": (judged[True], judged.total()),
    }
    return {name: part / whole for name, (part, whole) in shares.items() if whole}
