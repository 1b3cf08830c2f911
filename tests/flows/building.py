"""Builds without a Prefect server: the same stages in the same order, handed to threads."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.build_dataset import run_stages
from flows.commands.settings import SAMPLE, load_settings
from flows.pipeline import Build
from schemas.run import RunSummary
from schemas.selector import Selector


def build(
    home: Path,
    *,
    sample: bool = False,
    xml: Path | None = None,
    pmcids: str | None = None,
    since: date | None = None,
    full: bool = False,
    **told: Any,
) -> RunSummary:
    """Build as `casebook build` does, in this process."""
    selector = Selector(sample=sample, xml=xml, pmcids=pmcids, since=since, full=full)
    settings = load_settings(selector, home=home, **{"workers": 1, **told})
    with ThreadPoolExecutor(4) as threads:
        return run_stages(Build(selector, settings, lambda _, work: threads.submit(work)))


def folder_of(folder: Path, numbers: Iterable[int]) -> Path:
    """A folder with these articles of the sample."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        for path in SAMPLE.glob(f"PMC{9_000_000_000 + number}.*"):
            shutil.copy(path, folder)
    return folder


def data_digests(home: Path) -> dict[str, str]:
    """The bytes of the published data, by file."""
    paths = sorted((home / "dataset" / "data").glob("*.parquet"))
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}
