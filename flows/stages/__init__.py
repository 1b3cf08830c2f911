"""The stages, in order. A worker runs one over a shard and needs nothing but the store."""

from __future__ import annotations

from flows.stages import capture, check, dedupe, extract, fetch, ground, read, select, split
from schemas.stage import Stage

PER_SHARD: tuple[Stage, ...] = (
    fetch.STAGE,
    read.STAGE,
    select.STAGE,
    extract.STAGE,
    ground.STAGE,
    check.STAGE,
)
ACROSS_SHARDS: tuple[Stage, ...] = (dedupe.STAGE, split.STAGE)
STAGES: dict[str, Stage] = {
    stage.name: stage for stage in (capture.STAGE, *PER_SHARD, *ACROSS_SHARDS)
}
