"""What Prefect's pages show of a build: how far it is, and at its end what came of it."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger

from flows.runtime.progress import Progress, stage_line
from flows.warehouse.home import Home
from schemas.article import is_fictional
from schemas.run import RunSummary

SECONDS_BETWEEN_UPDATES = 5.0
NAMED_AT_MOST = 50
PMC = "https://www.ncbi.nlm.nih.gov/pmc/articles"


class ShownProgress(Progress):
    """A line of the run's log for each stage, and an artifact that says how far this one is."""

    def __init__(self) -> None:
        super().__init__()
        self._logger = get_run_logger()
        self._artifact: UUID | None = None
        self._shown: tuple[float, str] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=contextvars.copy_context().run, args=(self._show_all_along,), daemon=True
        )

    def __enter__(self) -> ShownProgress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(SECONDS_BETWEEN_UPDATES)

    def end(self) -> None:
        """The stage is done."""
        super().end()
        self.say(" ".join(stage_line(self.stages[-1]).split()))
        if self.noted:
            self.say(self.noted)
            self.noted = ""

    def say(self, sentence: str) -> None:
        """Tell something that is not a number."""
        self._logger.info(sentence)

    def _show_all_along(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_UPDATES):
            _gently(self._show, self._logger)
        _gently(self._show, self._logger)

    def _show(self) -> None:
        if not self.stages or (now := self._now()) == self._shown:
            return
        share, words = now
        if self._artifact is None:
            made = create_progress_artifact(progress=share, key="progress", description=words)
            self._artifact = made if isinstance(made, UUID) else None
        else:
            update_progress_artifact(self._artifact, progress=share, description=words)
        self._shown = now

    def _now(self) -> tuple[float, str]:
        """The share of its articles that the last stage has done, and that in words."""
        stage, noted = self.stages[-1], self.noted
        share = 100.0 * stage.done / stage.total if stage.total and not stage.finished else 100.0
        words = f"{stage.name}: {stage.done:,} of {stage.total:,} articles"
        return round(share, 1), f"{words}; {noted}" if noted else words


def show_build(summary: RunSummary, home: Home) -> None:
    """Leave a build's funnel and its summary with the run."""
    logger = get_run_logger()
    _gently(
        lambda: create_table_artifact(
            key="funnel", table=funnel(summary), description="Articles by stage"
        ),
        logger,
    )
    _gently(
        lambda: create_markdown_artifact(key="summary", markdown=in_words(summary, home)), logger
    )


def funnel(summary: RunSummary) -> list[dict[str, Any]]:
    """The funnel as rows of a table."""
    return [
        {
            "stage": line.stage,
            "came in": line.entered,
            "went on": line.left,
            "rejected": sum(line.rejected.values()),
            "why": ", ".join(f"{reason} {count}" for reason, count in line.rejected.items()),
        }
        for line in summary.funnel
    ]


def in_words(summary: RunSummary, home: Home) -> str:
    """What a build did, what it cost, what changed and where it lies."""
    cost = summary.calls.sentence() if summary.calls else "no model was asked"
    parts = [
        f"## Build {summary.number}: {summary.state}",
        f"{summary.sentence()}.",
        f"**Cost**: {cost}.",
        f"**New in the dataset**: {_named(summary.added)}",
        f"**No longer in it**: {_named(summary.removed)}",
        f"**Where**: `{home.dataset}` (`CHANGELOG.md` beside it names every change)",
    ]
    return "\n\n".join(parts) + "\n"


def _named(articles: tuple[str, ...]) -> str:
    if not articles:
        return "nothing"
    links = ", ".join(map(_link, articles[:NAMED_AT_MOST]))
    more = len(articles) - NAMED_AT_MOST
    return f"{len(articles):,}: {links}" + (f" and {more:,} more" if more > 0 else "")


def _link(pmcid: str) -> str:
    return pmcid if is_fictional(pmcid) else f"[{pmcid}]({PMC}/{pmcid}/)"


def _gently(show: Callable[[], object], logger: logging.LoggerAdapter[Any] | Any) -> None:
    """Show something; a server that is away for a while is no reason to fail a build."""
    try:
        show()
    except Exception as error:  # whatever Prefect or its server has against it
        logger.warning("Prefect did not take what was to be shown: %s", type(error).__name__)
