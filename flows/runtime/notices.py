"""A notice to the user's webhook, when a run did not end well and nobody watched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import requests
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging import get_logger
from prefect.utilities.urls import url_for

from flows.commands.settings import load_settings
from flows.errors import CasebookError
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.run import RunSummary
from schemas.selector import Selector

SECONDS_TO_TAKE_IT = 10
WEBHOOK = "CASEBOOK_NOTIFY_URL"


def tell_of(flow_name: str, run: FlowRun, state: State[Any]) -> None:
    """Tell of a run that failed, is incomplete or crashed; once, and never fail for it."""
    webhook = os.environ.get(WEBHOOK)
    if not webhook:
        return
    logger = get_logger("casebook")
    try:
        answer = requests.post(
            webhook, json=notice(flow_name, run, state), timeout=SECONDS_TO_TAKE_IT
        )
        refused = "" if answer.ok else f"it answered {answer.status_code}"
    except (requests.RequestException, ValueError) as error:
        refused = type(error).__name__
    if refused:
        # The address may hold a key, so it is not told.
        logger.warning("The webhook of %s did not take the notice: %s", WEBHOOK, refused)


def notice(flow_name: str, run: FlowRun, state: State[Any]) -> dict[str, Any]:
    """What is told: `text` for people and chats, the rest for programs."""
    name, message = state.name or state.type.value, state.message or ""
    said = message.removeprefix(f"{name.lower()}: ")
    return {
        "text": f"{flow_name} ({run.name}): {name}. {said}".strip(),
        "flow": flow_name,
        "run": run.name,
        "run_id": str(run.id),
        "state": name,
        "message": message,
        "link": url_for("flow-run", obj_id=run.id),
        "build": build_of(run),
    }


def build_of(run: FlowRun) -> dict[str, Any] | None:
    """The figures of the build that a run made, if it came so far."""
    try:
        summary = _summary_of(run)
    except (CasebookError, OSError, ValueError):
        return None
    if summary is None:
        return None
    return {
        "number": summary.number,
        "state": summary.state,
        "articles": summary.articles,
        "splits": summary.splits,
        "added": len(summary.added),
        "removed": len(summary.removed),
        "pending": len(summary.pending),
        "spent": summary.calls.spent if summary.calls else 0.0,
        "error": summary.error,
    }


def _summary_of(run: FlowRun) -> RunSummary | None:
    told = run.parameters
    config, home = told.get("config"), told.get("home")
    settings = load_settings(
        Selector(sample=bool(told.get("sample"))), Path(config) if config else None, home=home
    )
    runs = read_runs(Home(settings.home or Path()).runs)
    began = run.start_time.strftime("%Y-%m-%dT%H:%M:%SZ") if run.start_time else ""
    return runs[-1] if runs and began and runs[-1].started >= began else None
