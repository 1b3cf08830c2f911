"""The summaries of a home's builds, one JSON file each."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from flows.errors import CasebookError
from flows.warehouse.files import write_whole
from schemas.run import RunSummary


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


def write_run(folder: Path, summary: RunSummary) -> Path:
    """Keep a build's summary."""
    path = folder / f"{summary.number}.json"
    write_whole(path, summary.model_dump_json(indent=1).encode() + b"\n")
    return path
