"""The flow `publish-dataset`: the dataset of a home goes to the Hub, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.commands.publish import published
from flows.runtime.unattended import unattended_flow


@unattended_flow("publish-dataset", command="publish")
def publish_dataset(
    repository: str,
    pull_request: bool = False,
    dry_run: bool = False,
    allow_rules: bool = False,
    allow_incomplete: bool = False,
    fewer: float | None = None,
    home: Path | None = None,
    config: Path | None = None,
    quiet: bool = False,
) -> State[Any]:
    """Publish the dataset of a home.

    Parameters are those of `casebook publish`; what is not given comes from the environment, from
    `casebook.toml` or from the defaults.
    """
    lines = published(
        {
            "repository": repository,
            "pull_request": pull_request,
            "dry_run": dry_run,
            "allow_rules": allow_rules,
            "allow_incomplete": allow_incomplete,
            "fewer": fewer,
            "home": home,
            "config": config,
            "quiet": quiet,
        }
    )
    return Completed(message="\n".join(lines))
