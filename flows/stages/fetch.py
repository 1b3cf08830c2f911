"""The gates at the door: licence, retraction, manuscripts, damage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.pmc.admit import admit
from schemas.arrival import Captured, Fetched
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """Judge every article that was captured."""
    made = StageResult()
    for captured in inputs.rows("capture", Captured):
        if not captured.gone:
            made.add(captured.article, admit(captured, **parameters))
    return made


STAGE = Stage("fetch", 2, run, Fetched, needs=("capture",), settings=("licences", "manuscripts"))
