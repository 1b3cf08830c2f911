"""The command that publishes: it works in its own process, and needs no server."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors.pmc.web import Patience
from flows.commands.settings import existing_home, load_settings
from flows.commands.telling import Tell, teller
from flows.errors import COMPLETE, UsageError
from flows.warehouse.home import Home
from schemas.selector import Selector
from schemas.settings import Settings

if TYPE_CHECKING:
    from flows.hub.publish import Asked


def publish_from_options(options: Mapping[str, Any]) -> int:
    """`casebook publish`."""
    for line in published(options):
        print(line, file=sys.stdout if options["dry_run"] else sys.stderr)
    return COMPLETE


def published(options: Mapping[str, Any]) -> list[str]:
    """Publish a home as the options say; what came of it."""
    from flows.hub.publish import publish

    told = {name: options[name] for name in ("home", "fewer")}
    told |= {name: options[name] or None for name in ("allow_rules", "allow_incomplete")}
    settings = load_settings(Selector(), options["config"], **told)
    home = existing_home(options["home"], options["config"])
    asked = replace(
        asked_of(settings, options["repository"]),
        pull_request=options["pull_request"],
        dry_run=options["dry_run"],
    )
    show_uploads(quiet=options["quiet"])
    with home.locked():
        return publish(home, asked, teller(quiet=options["quiet"]), patience_of(settings))


def prepare(home: Home, settings: Settings, tell: Tell) -> None:
    """Before a build that is to be published: its home goes on from where the repository is."""
    if not settings.publish:
        return
    from flows.hub.start import start_from

    if settings.extractor == "rules" and not settings.allow_rules:
        raise UsageError(
            "cases by rules are not published: build with --extractor llm, or set "
            "CASEBOOK_ALLOW_RULES=true"
        )
    start_from(home, settings.publish, tell, patience_of(settings))


def publish_after_build(settings: Settings, *, quiet: bool) -> str:
    """Publish what a build has just made; what came of it."""
    from flows.hub.publish import publish

    asked = asked_of(settings, settings.publish or "")
    show_uploads(quiet=quiet)
    home = Home(settings.home or Path())
    return publish(home, asked, teller(quiet=quiet), patience_of(settings))[0]


def asked_of(settings: Settings, repository: str) -> Asked:
    """What settings say of a publication."""
    from flows.hub.publish import Asked

    return Asked(
        repository,
        allow_rules=settings.allow_rules,
        allow_incomplete=settings.allow_incomplete,
        fewer=settings.fewer,
    )


def patience_of(settings: Settings) -> Patience:
    """How long the Hub is asked."""
    return replace(Patience(), attempts=settings.attempts)


def show_uploads(*, quiet: bool) -> None:
    """The Hub's own bars are for people who look."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if quiet or not sys.stderr.isatty():
        disable_progress_bars()
