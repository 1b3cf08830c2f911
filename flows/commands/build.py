"""The commands that build: they look first, and start a server only when there is work."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.commands.settings import existing_home, load_settings
from flows.errors import COMPLETE, INCOMPLETE, CasebookError, HomeBusy, UsageError
from flows.runtime.prefect_server import prefect_server
from flows.survey import Survey, survey
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.run import RunSummary
from schemas.selector import Selector

OF_SELECTOR = tuple(Selector.model_fields)
OF_COMMAND = ("config", "quiet")


def build_from_options(options: Mapping[str, Any]) -> int:
    """`casebook build`."""
    selector = selector_of(options)
    told = {k: v for k, v in options.items() if k not in (*OF_SELECTOR, *OF_COMMAND)}
    settings = load_settings(selector, options["config"], **told)
    home = Home(settings.home or Path())
    if home.is_locked():
        raise HomeBusy(f"{home.root} is in use by {home.holder()}; wait for it")
    tell = _say_nothing if options["quiet"] else _tell
    found = survey(home, selector, settings, tell)
    if found.nothing_to_do:
        return _unchanged(home, found, quiet=options["quiet"])
    return _run_flow(home, options)


def selector_of(options: Mapping[str, Any]) -> Selector:
    """The articles that the options name."""
    try:
        return Selector(**{name: options[name] for name in OF_SELECTOR})
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _say_nothing(sentence: str) -> None:
    """For those who asked for quiet."""


def retry_from_options(options: Mapping[str, Any]) -> int:
    """`casebook retry`."""
    home = existing_home(options["home"])
    last = last_run(home)
    waiting = [p for p in last.pending if options["reason"] in (None, p.reason)]
    if last.state in ("complete", "incomplete") and not waiting:
        print(f"nothing is pending in {home.root}", file=sys.stderr)
        return COMPLETE
    told = {k: v for k, v in options.items() if k != "reason" and v is not None}
    return build_from_options({**_options_of(last), **told, "home": home.root})


def last_run(home: Home) -> RunSummary:
    """The last build of a home."""
    runs = read_runs(home.runs)
    if not runs:
        raise UsageError(f"no build of {home.root} left a summary: run `casebook build`")
    return runs[-1]


def _options_of(run: RunSummary) -> dict[str, Any]:
    """The options that would ask for the same again."""
    from flows.cli import casebook

    names = [option.name or "" for option in casebook.commands["build"].params]
    told = {**run.settings, **run.selector.model_dump(), "quiet": False}
    return {name: told.get(name) for name in names}


def _unchanged(home: Home, found: Survey, *, quiet: bool) -> int:
    if not quiet:
        print(f"nothing changed: {last_run(home).sentence()}; see {home.dataset}", file=sys.stderr)
    return INCOMPLETE if found.pending else COMPLETE


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
        print(f"{state.message}; see {home.dataset}", file=sys.stderr)
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
