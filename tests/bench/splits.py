"""Splits: the reference's sizes over as many rows, and what more is asked, in time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from tests.bench import Row
from tests.flows import datasets

ROWS = 14_489
SIZES = "train=13092,val=500,test=897"
WORDS = 1_200
ASKED: dict[str, list[str]] = {
    "by hash": [],
    "by time": ["--scheme", "temporal"],
    "diagnoses held out": ["--holdout-labels"],
    "test needs, strata": ["--test-needs", "transparency>=4", "--stratify", "specialty"],
}


def rows() -> Iterator[Row]:
    """One line for each way to ask, then for three times the rows and for rows without clusters."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        datasets.write(root / "once", datasets.rows(ROWS, words=WORDS))
        for number, (what, options) in enumerate(ASKED.items()):
            yield _made(what, root / "once", root / f"out{number}", ["--sizes", SIZES, *options])
        yield _verified(root / "out0")
        datasets.write(root / "thrice", datasets.rows(3 * ROWS, words=WORDS))
        yield _made("three times the rows", root / "thrice", root / "out-thrice", [])
        alone = map(datasets.reference, datasets.rows(ROWS, words=WORDS))
        datasets.write(root / "alone", alone)
        yield _made("relatives by text", root / "alone", root / "out-alone", ["--sizes", SIZES])


def _made(what: str, source: Path, out: Path, options: list[str]) -> Row:
    command = ["splits", "--from", str(source), "--out", str(out), *options]
    seconds, own, peak = _run(command)
    splits = json.loads((out / "splits.json").read_text())["report"]["splits"]
    sizes = ", ".join(f"{name} {split['rows']:,}" for name, split in splits.items())
    return Row(
        what, f"{seconds:.1f} s, {peak:,} MB", "seconds; memory flat", f"{sizes}; CPU {own:.1f} s"
    )


def _verified(out: Path) -> Row:
    seconds, own, peak = _run(["splits", "--receipt", str(out / "splits.json"), "--verify"])
    return Row("verified", f"{seconds:.1f} s, {peak:,} MB", "the same again", f"CPU {own:.1f} s")


def _run(command: list[str]) -> tuple[float, float, int]:
    """Seconds, seconds of CPU and the peak in MB of a command, measured by who runs only it."""
    with get_context("spawn").Pool(1) as alone:
        return alone.apply(_measured, (command,))


def _measured(command: list[str]) -> tuple[float, float, int]:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "flows.cli", *command], check=True, stdout=subprocess.DEVNULL
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - start
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024
