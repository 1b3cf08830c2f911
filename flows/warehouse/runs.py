"""The summaries of a home's builds, one JSON file each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from flows.errors import CasebookError
from flows.warehouse.files import write_whole
from schemas.run import Pending, RunSummary

ENDED = ("complete", "incomplete")


def read_runs(folder: Path) -> list[RunSummary]:
    """Every build of a home, the oldest first."""
    found = (path for path in folder.glob("*.json") if path.stem.isdecimal())
    paths = sorted(found, key=lambda path: int(path.stem))
    return [_read(path) for path in paths]


def _read(path: Path) -> RunSummary:
    try:
        return RunSummary.model_validate_json(path.read_bytes())
    except ValidationError:
        raise CasebookError(
            f"{path}: not a build's summary; remove it, the next build writes one anew"
        ) from None


def owed(runs: Iterable[RunSummary]) -> list[Pending]:
    """What services of PMC still owe: by the last build that ended, and any that broke since."""
    found: dict[str, Pending] = {}
    for run in runs:
        if run.state in ENDED:
            found.clear()
        found |= {pending.source: pending for pending in run.pending if pending.of_service}
    return list(found.values())


def write_run(folder: Path, summary: RunSummary) -> Path:
    """Keep a build's summary."""
    path = folder / f"{summary.number}.json"
    write_whole(path, summary.model_dump_json(indent=1).encode() + b"\n")
    return path
