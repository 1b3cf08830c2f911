"""The stages, in order. A worker runs one over a shard and needs nothing but the store."""

from __future__ import annotations

from flows.stages import (
    capture,
    check,
    compare,
    contamination,
    dedupe,
    extract,
    fetch,
    ground,
    profile,
    read,
    repair,
    select,
    split,
    verify,
)
from schemas.settings import Settings
from schemas.stage import Stage

ORDER: tuple[Stage, ...] = (
    fetch.STAGE,
    read.STAGE,
    select.STAGE,
    extract.STAGE,
    ground.STAGE,
    check.STAGE,
    repair.STAGE,
    profile.STAGE,
    compare.STAGE,
    contamination.STAGE,
    dedupe.STAGE,
    verify.STAGE,
    split.STAGE,
)
STAGES: dict[str, Stage] = {stage.name: stage for stage in (capture.STAGE, *ORDER)}


def stages_of(settings: Settings) -> tuple[Stage, ...]:
    """The stages that a build has, in order: some need models, one other benchmarks."""
    return tuple(
        stage
        for stage in ORDER
        if (stage.run or settings.extractor == "llm")
        and (settings.against or stage is not contamination.STAGE)
    )


def asks_models(stage: Stage, settings: Settings) -> bool:
    """Whether a stage is done by asking models."""
    return stage.asks is not None and settings.extractor == "llm"
