"""What a Prefect server must hold before a worker can work: pool, automation, deployments."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import yaml
from prefect.cli import app
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectAlreadyExists

from flows.errors import CasebookError
from flows.runtime.prefect_worker import POOL

SILENT_RUNS = Path(__file__).with_name("heartbeat.yaml")


def deploy_everything() -> None:
    """Bring the server up to date with prefect.yaml; again and again, if one likes."""
    with get_client(sync_client=True) as client:
        _make_pool(client)
        _make_automation(client)
    sys.argv[1:] = ["--no-prompt", "deploy", "--all"]
    said = io.StringIO()
    with redirect_stdout(said):
        ended = _code_of(app)
    if ended:
        raise CasebookError(f"prefect.yaml could not be deployed: {said.getvalue()}")


def _code_of(command_line: Callable[[], object]) -> object:
    try:
        command_line()
    except SystemExit as end:
        return end.code
    return 0


def _make_pool(client: SyncPrefectClient) -> None:
    try:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    except ObjectAlreadyExists:
        return


def _make_automation(client: SyncPrefectClient) -> None:
    wanted = AutomationCore.model_validate(yaml.safe_load(SILENT_RUNS.read_text()))
    there = client.read_automations_by_name(wanted.name)
    if not there:
        client.create_automation(wanted)
    elif (there[0].trigger, there[0].actions) != (wanted.trigger, wanted.actions):
        # Not without need: it would forget whose sign of life it waits for.
        client.update_automation(there[0].id, wanted)


if __name__ == "__main__":
    try:
        deploy_everything()
    except CasebookError as error:
        sys.exit(str(error))
