"""The commands that build: they look first, and start a server only when there is work."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.benchmarks import benchmarks_told
from flows.commands.publish import prepare, publish_after_build
from flows.commands.settings import existing_home, load_settings
from flows.commands.telling import teller
from flows.errors import COMPLETE, INCOMPLETE, CasebookError, UsageError
from flows.runtime.prefect_server import prefect_server
from flows.survey import Survey, handed_over, survey
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.reasons import FAILURES
from schemas.run import Pending, RunSummary
from schemas.selector import Selector
from schemas.settings import Settings

OF_SELECTOR = tuple(Selector.model_fields)
OF_PMC = ("pmcids", "search")
OF_COMMAND = ("config", "quiet")


def build_from_options(options: Mapping[str, Any]) -> int:
    """`casebook build`."""
    selector = selector_of(options)
    told = {k: v for k, v in options.items() if k not in (*OF_SELECTOR, *OF_COMMAND)}
    settings = load_settings(selector, options["config"], **told)
    # A file that is not there is told of before anything is done.
    benchmarks_told(settings)
    if settings.extractor == "llm":
        from flows.models import require_models

        require_models(Home(settings.home or Path()), settings)
    home = Home(settings.home or Path())
    tell = teller(quiet=options["quiet"])
    with home.locked_for_a_build():
        prepare(home, settings, tell)
        found = survey(home, selector, settings, tell)
        if not found.nothing_to_do:
            with handed_over(home, found):
                return _run_flow(home, options)
        code = _unchanged(home, found, quiet=options["quiet"])
        if settings.publish and (code == COMPLETE or settings.allow_incomplete):
            tell(publish_after_build(settings, quiet=options["quiet"]))
    return code


def selector_of(options: Mapping[str, Any]) -> Selector:
    """The articles that the options name."""
    try:
        return Selector(**{name: options[name] for name in OF_SELECTOR})
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def retry_from_options(options: Mapping[str, Any]) -> int:
    """`casebook retry`."""
    home = existing_home(options["home"])
    last = last_run(home)
    waiting = [p for p in last.pending if options["reason"] in (None, p.reason)]
    failed = {reason for line in last.funnel for reason in line.rejected} & set(FAILURES)
    failed = {reason for reason in failed if options["reason"] in (None, reason)}
    if last.state in ("complete", "incomplete") and not (waiting or failed):
        why = f" for the reason {options['reason']!r}" if options["reason"] else ""
        print(f"nothing is pending in {home.root}{why}", file=sys.stderr)
        return COMPLETE
    told = {k: v for k, v in options.items() if k != "reason" and v is not None}
    again = {**asked_then(last), **_selected(home, last, waiting)}
    asked = {"ask_again": bool(failed), "home": home.root}
    return build_from_options({**again, **told, **asked})


def _selected(home: Home, last: RunSummary, waiting: Sequence[Pending]) -> dict[str, Any]:
    """How to ask for what is pending: of PMC where all of it is PMC's and a folder came since."""
    of_folder = last.selector.source in ("sample", "xml")
    if not (waiting and of_folder and all(pending.of_service for pending in waiting)):
        return {}
    asked = [run.selector for run in read_runs(home.runs) if run.selector.source in OF_PMC]
    return {**asked[-1].model_dump(), "full": False} if asked else {}


def last_run(home: Home) -> RunSummary:
    """The last build of a home."""
    runs = read_runs(home.runs)
    if not runs:
        raise UsageError(f"no build of {home.root} left a summary: run `casebook build`")
    return runs[-1]


def asked_then(run: RunSummary) -> dict[str, Any]:
    """The options that would ask for the same again, but for what the environment says now."""
    from flows.cli import casebook

    names = [option.name or "" for option in casebook.commands["build"].params]
    told = {**run.settings, **run.selector.model_dump(), "quiet": False}
    now = {name for name in Settings.model_fields if f"CASEBOOK_{name.upper()}" in os.environ}
    return {name: told.get(name) for name in names if name not in now}


def _unchanged(home: Home, found: Survey, *, quiet: bool) -> int:
    if not quiet:
        said = "nothing new could be had" if found.pending else "nothing changed"
        print(f"{said}: {last_run(home).sentence()}; see {_place(home)}", file=sys.stderr)
    return INCOMPLETE if found.pending else COMPLETE


def _place(home: Home) -> Path:
    return home.dataset if home.dataset.exists() else home.root


def _run_flow(home: Home, options: Mapping[str, Any]) -> int:
    if not options["quiet"]:
        print(f"building in {home.root}: preparing Prefect ...", file=sys.stderr)
    with prefect_server(home.prefect):
        from flows.build_dataset import build_dataset

        _keep_prefect_off_the_terminal()
        names = build_dataset.fn.__annotations__.keys() - {"return"}
        state = build_dataset(
            **{name: options[name] for name in names if name in options}, return_state=True
        )
    if not state.is_completed() and state.name != "Incomplete":
        raise _error_of(state)
    if not options["quiet"]:
        print(f"{state.message}; see {_place(home)}", file=sys.stderr)
    return INCOMPLETE if state.name == "Incomplete" else COMPLETE


def _keep_prefect_off_the_terminal() -> None:
    from prefect.logging.handlers import PrefectConsoleHandler

    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs", None):
        logger = logging.getLogger(name)
        for handler in [h for h in logger.handlers if isinstance(h, PrefectConsoleHandler)]:
            logger.removeHandler(handler)


def _error_of(state: Any) -> BaseException:
    try:
        error = state.result(raise_on_failure=False)
    except Exception as lost:  # Prefect raises several kinds where a result is not to be had
        error = lost
    if isinstance(error, (CasebookError, OSError)):
        return error
    return CasebookError(f"the build failed: {state.message or error}")
