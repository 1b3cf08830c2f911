"""The flow `audit-dataset`: the audit as a scheduled run, whose state is the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.commands.audit import audit_from_options
from flows.errors import COMPLETE, INCOMPLETE
from flows.runtime.unattended import unattended_flow


@unattended_flow("audit-dataset", command="audit")
def audit_dataset(
    dataset: str,
    home: Path | None = None,
    metadata: Path | None = None,
    against: Sequence[Path] = (),
    fail_on: Sequence[str] = (),
    as_json: bool = False,
    html: Path | None = None,
    workers: int | None = None,
) -> State[Any]:
    """Tell what is wrong with a dataset; parameters are the options of `casebook audit`."""
    code = audit_from_options(
        {
            "dataset": dataset,
            "home": home,
            "metadata": metadata,
            "against": against,
            "fail_on": fail_on,
            "as_json": as_json,
            "html": html,
            "workers": workers,
        }
    )
    if code == COMPLETE:
        return Completed(message=f"{dataset} passes")
    if code == INCOMPLETE:
        return Failed(name="Incomplete", message=f"{dataset} could not be judged in full")
    return Failed(message=f"{dataset} violates what is required")
