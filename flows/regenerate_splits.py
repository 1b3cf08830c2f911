"""The flow `regenerate-splits`: splits of any dataset made again, as `casebook splits` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.commands.splits import regenerate
from flows.runtime.unattended import unattended_flow


@unattended_flow("regenerate-splits", command="splits")
def regenerate_splits(
    source: str | None = None,
    out: Path | None = None,
    scheme: Literal["frozen", "hash", "temporal"] | None = None,
    sizes: str | None = None,
    like: str | None = None,
    seed: int | None = None,
    dated_by: Literal["publication_date", "first_seen"] | None = None,
    cut_off: str | None = None,
    test_needs: str | None = None,
    stratify: str | None = None,
    holdout_labels: bool | None = None,
    receipt: Path | None = None,
    verify: bool = False,
    config: Path | None = None,
) -> State[Any]:
    """Make splits of a dataset, or verify the receipt of some.

    Parameters are the options of `casebook splits`, whose `--from` is `source`.
    """
    done = regenerate(dict(locals()))
    said = "\n".join(done.lines)
    return Completed(message=said) if done.same else Failed(message=said)
