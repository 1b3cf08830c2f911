"""The audit of as many rows as the reference has, with its known faults planted."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench import Row
from tests.corpus_maker.reference import Planted, reference_rows

ROWS, PER_FILE = 14_489, 1_000
# Brings the generated texts to some 2,500 words, as articles have.
LONGER = 1_600
# The split of a row, by how many rows came before.
SPLITS = (("test", 897), ("val", 1_397), ("train", ROWS))
SHOWN_BY = (
    ("answer_in_prompt", "leak", "rows"),
    ("label_squashed", "squashed", "rows"),
    ("label_underscored", "underscored", "rows"),
    ("asks_answer", "question", "rows"),
    ("stops_apart", "apart", "rows"),
    ("quote_with_ellipsis", "ellipsis", "quotes"),
    ("quote_not_found", "invented", "quotes"),
    ("reason_without_quote", "no_quote", "reasons"),
)


def rows() -> Iterator[Row]:
    """Time and memory of the whole command, then each planted rate beside the reported one."""
    with tempfile.TemporaryDirectory() as folder:
        planted = _write(Path(folder))
        command = [sys.executable, "-m", "flows.cli", "audit", folder, "--json", "--workers", "2"]
        start = time.perf_counter()
        with (Path(folder) / "out").open("wb") as out:
            running = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
            most = _most_memory(running)
        took = time.perf_counter() - start
        told = (Path(folder) / "out").read_bytes()
    report, _ = json.JSONDecoder().raw_decode(told.decode())
    cpu = _cpu_of_children()
    yield Row(f"{ROWS:,} rows, 2 workers", f"{took:.0f} s", "< 120 s", f"{cpu:.0f} s of CPU")
    yield Row("memory of all processes", f"{most / 2**20:,.0f} MB", "< 2,000 MB")
    found = {each["name"]: each for each in report["findings"]}
    for name, fault, unit in SHOWN_BY:
        share = planted.faults[fault] / getattr(planted, unit)
        shown = f"{found[name]['share']:.2%}"
        yield Row(name, shown, f"{share:.2%} ± 1", f"of {found[name]['judged']:,} {unit}")


def _write(folder: Path) -> Planted:
    planted, made = Planted(), 0
    rows = reference_rows(ROWS, 1, planted, LONGER)
    for split, end in SPLITS:
        for number in range(1_000):
            chunk = [row for _, row in zip(range(min(PER_FILE, end - made)), rows, strict=False)]
            if not chunk:
                break
            made += len(chunk)
            pq.write_table(pa.Table.from_pylist(chunk), folder / f"{split}-{number:05}.parquet")
    return planted


def _most_memory(running: subprocess.Popen[bytes]) -> int:
    """The most bytes that the processes of a session had at once."""
    most = 0
    while running.poll() is None:
        most = max(most, sum(_resident(running.pid)))
        time.sleep(0.2)
    return most


def _resident(session: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            yield int(fields[21]) * 4096


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
