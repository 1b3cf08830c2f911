"""What the dataset of a home was written from: it is written anew only when that changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.hub.card import template_digest
from flows.stages import STAGES, asks_models, stages_of, write
from flows.stages.asking import models_told
from flows.warehouse.asked import demand_of, how_split
from flows.warehouse.files import file_digest
from flows.warehouse.results import digest
from flows.warehouse.work import Work
from schemas.arrow import to_row
from schemas.run import RunSummary, Written
from schemas.settings import Settings
from schemas.stage import Stage


def dataset_key(work: Work) -> str:
    """The name of the dataset that these results and this ledger make."""
    results = [
        [result.key, result.rows.digest, result.rejects.digest]
        for stage in STAGES
        for _, result in sorted(work.done[stage].items())
    ]
    ledger = [to_row(entry) for entry in work.ledger]
    splits = demand_of(work.settings).sizes.published
    told = [work.settings.least_catch_rate, splits, how_split(work.settings)]
    return digest([write.VERSION, template_digest(), results, ledger, told])


def last_dataset(runs: Sequence[RunSummary]) -> Written | None:
    """The dataset that the last build wrote or found."""
    return next((run.dataset for run in reversed(runs) if run.dataset), None)


def dataset_is_current(folder: Path, written: Written | None, key: str) -> bool:
    """Whether the dataset in place is that one, with all its files."""
    if written is None or written.key != key:
        return False
    paths = {folder / name: digest for name, digest in written.files.items()}
    return all(path.is_file() and file_digest(path) == d for path, d in paths.items())


def steps(settings: Settings) -> list[Any]:
    """The versions and settings of the steps that make a row."""
    return [
        [stage.name, stage.version, _told(stage, settings)]
        for stage in stages_of(settings)
        if not (stage.across or stage.aside)
    ]


def _told(stage: Stage, settings: Settings) -> list[Any]:
    told = [getattr(settings, name) for name in stage.settings]
    return [*told, models_told(stage.name, settings)] if asks_models(stage, settings) else told
