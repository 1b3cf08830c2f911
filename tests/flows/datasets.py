"""Datasets in the shape of the reference, to make splits of."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]


def rows(count: int, *, words: int = 60) -> list[Row]:
    """Fictional cases with the ten columns of the reference, and with ours that splits look at."""
    chance = random.Random(count)
    vocabulary = [f"sign{number}" for number in range(2_000)]
    return [
        {
            "Unnamed: 0": number,
            "pmcid": f"PMC{_id(number)}",
            "title": f"A case {number}",
            "journal": "Journal of Fictional Cases",
            "article_link": "data/sample/README.md",
            "publication_date": f"{2005 + number % 20}-{1 + number % 12:02}-{1 + number % 28:02}",
            "text": " ".join(chance.choices(vocabulary, k=words)),
            "case_prompt": " ".join(chance.choices(vocabulary, k=words // 2)),
            "diagnostic_reasoning": "1. A sign speaks for it—“sign”",
            "final_diagnosis": f"fictional disease {number % (count // 2)}",
            "transparency": 1 + number % 5 if number % 9 else None,
            "specialty": f"specialty {number % 7}",
            "cluster": f"PMC{_id(number - number % 3 if number % 10 < 3 else number)}",
        }
        for number in range(count)
    ]


def _id(number: int) -> int:
    return 9_000_100_000 + 7 * number


def reference(row: Row) -> Row:
    """A row with the columns of the reference alone."""
    return dict(list(row.items())[:10])


def write(folder: Path, given: Iterable[Row], *, split: Callable[[Row], str] | None = None) -> Path:
    """A dataset as a folder, in one file or one a split."""
    files: dict[str, list[Row]] = {}
    for row in given:
        files.setdefault(f"{split(row)}-00000-of-00001" if split else "rows", []).append(row)
    (folder / "data").mkdir(parents=True)
    for name, held in files.items():
        pq.write_table(pa.Table.from_pylist(held), folder / "data" / f"{name}.parquet")
    return folder


def read(folder: Path) -> dict[str, tuple[str, Row]]:
    """The rows of a dataset by id, each with its split."""
    return {
        row["pmcid"]: (path.name.partition("-")[0], row)
        for path in sorted((folder / "data").glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    }
