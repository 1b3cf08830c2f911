"""Cases that other benchmarks hold too: found by their PMCID, or by the words of a prompt."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.corpus.profiles import Wording
from extractors.corpus.similarity import kept_runs, run_set, runs_of

_IDS = ("pmcid", "pmc", "pmc_id")
_TEXTS = (
    *("case_prompt", "prompt", "question", "text", "case", "vignette", "context", "input"),
    *("case_presentation", "passage", "full_text", "body"),
)
_PMCID = re.compile(r"PMC\d+", re.IGNORECASE)
_PART = 0.5
_FEWEST_RUNS = 15


class UnreadableBenchmark(ValueError):
    """A file that cannot be compared against; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that a benchmark holds, and whether its id or its words tell so."""

    pmcid: str
    source: str
    how: Literal["pmcid", "words"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a file holds: ids, and texts as the runs of their words."""

    pmcids: frozenset[str]
    items: tuple[frozenset[int], ...]
    holders: Mapping[int, tuple[int, ...]]

    def holds(self, case: Wording) -> Literal["pmcid", "words"] | None:
        """How a case is known to be in it, if it is.

        By words it is where half of an item stands in the case, or half of the prompt in an item.
        """
        if case.pmcid in self.pmcids:
            return "pmcid"
        prompt = run_set(case.prompt_runs)
        whole = prompt | run_set(case.text_runs)
        shared = Counter(item for run in whole for item in self.holders.get(run, ()))
        for item, count in shared.items():
            if count >= _PART * len(self.items[item]):
                return "words"
            of_prompt = max(_FEWEST_RUNS, len(prompt))
            if len(prompt & self.items[item]) >= _PART * of_prompt:
                return "words"
        return None


def digest_of(path: Path) -> str:
    """A name for what a file holds."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:20]
    except OSError as error:
        why = error.strerror or error
        raise UnreadableBenchmark(f"{path} cannot be compared against: {why}") from None


@lru_cache(maxsize=32)
def read_benchmark(path: Path, digest: str) -> Benchmark:
    """What the file of this digest holds; `UnreadableBenchmark` says what is wrong with it."""
    pmcids: set[str] = set()
    items: list[frozenset[int]] = []
    try:
        for name, value in _values(path):
            if name in _IDS:
                pmcids.update(_ids(value))
            else:
                runs = run_set(kept_runs(runs_of(value)))
                items += [runs] if len(runs) >= _FEWEST_RUNS else []
    except (OSError, ValueError, RecursionError, csv.Error, pa.ArrowException) as error:
        why = " ".join(str(error).split())[:200]
        raise UnreadableBenchmark(f"{path} cannot be compared against: {why}") from None
    if not (pmcids or items):
        raise UnreadableBenchmark(
            f"{path} has neither PMCIDs nor prompts or texts: name a column pmcid, case_prompt, "
            "prompt, question or text"
        )
    holders: dict[int, list[int]] = defaultdict(list)
    for index, runs in enumerate(items):
        for run in runs:
            holders[run].append(index)
    return Benchmark(
        frozenset(pmcids), tuple(items), {run: tuple(where) for run, where in holders.items()}
    )


def _ids(value: str) -> Iterator[str]:
    yield from (found.upper() for found in _PMCID.findall(value))
    if value.strip().isdigit():
        yield f"PMC{int(value)}"


def _values(path: Path) -> Iterator[tuple[str, str]]:
    """Every cell of a known column, with the column's name."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        yield from _of_parquet(path)
        return
    text = path.read_bytes().decode("utf-8-sig")
    if suffix in (".jsonl", ".ndjson"):
        yield from _of_rows(json.loads(line) for line in text.splitlines() if line.strip())
    elif suffix == ".json":
        rows = json.loads(text)
        yield from _of_rows(rows if isinstance(rows, list) else [rows])
    elif suffix in (".csv", ".tsv"):
        csv.field_size_limit(sys.maxsize)
        delimiter = "\t" if suffix == ".tsv" else ","
        yield from _of_rows(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter))
    else:
        for line in filter(str.strip, text.splitlines()):
            ids = _PMCID.fullmatch(line.strip())
            yield ("pmcid", line) if ids else ("text", line)


def _of_rows(rows: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if isinstance(row, str):
            yield ("pmcid" if _PMCID.fullmatch(row.strip()) else "text"), row
        elif isinstance(row, Mapping):
            for name, value in row.items():
                known = str(name).strip().lower()
                if known in (*_IDS, *_TEXTS) and value:
                    yield known, str(value)


def _of_parquet(path: Path) -> Iterator[tuple[str, str]]:
    file = pq.ParquetFile(path)
    columns = [n for n in file.schema_arrow.names if n.lower() in (*_IDS, *_TEXTS)]
    for batch in file.iter_batches(columns=columns, batch_size=1000) if columns else ():
        yield from _of_rows(batch.to_pylist())
