"""What makes a command a flow that can be left alone: its form, its hooks, its one sentence."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import prefect
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging import get_run_logger
from prefect.states import Crashed, Failed
from pydantic import MISSING, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from flows.cli import casebook
from flows.errors import CasebookError, StageFailed, StorageFailed
from flows.runtime.ending import end_when_orphaned
from flows.runtime.notices import tell_of

Command = TypeVar("Command", bound=Callable[..., Any])
TITLES = {
    "xml": "Folder of articles",
    "pmcids": "List of ids",
    "allow_nd": "Allow ND",
    "as_json": "As JSON",
    "budget": "Budget in dollars",
    "config": "Settings file",
    "home": "Home folder",
    "html": "HTML page",
}
SECONDS_TO_TELL = 30
# Prefect sets it where a worker started this process.
BY_A_WORKER = "PREFECT__FLOW_RUN_ID"


def unattended_flow(name: str, command: str, **told: Any) -> Callable[[Command], Any]:
    """A flow that does what a command does: with its words as a form, its sentence as an end."""

    def decorate(function: Command) -> Flow[..., Any]:
        @functools.wraps(function)
        def run(*arguments: Any, **options: Any) -> Any:
            try:
                return function(*arguments, **options)
            except (CasebookError, OSError) as error:
                return failed(error)

        signature = inspect.signature(function, eval_str=True)
        run.__signature__ = signature  # type: ignore[attr-defined]
        hooks: dict[str, Any] = {
            "on_running": [end_with_worker],
            "on_failure": [tell_of_end],
            "on_crashed": [tell_of_end],
        }
        made: Any = prefect.flow(name=name, **hooks, **told)(run)
        made.__signature__ = form(signature, command)
        return made  # type: ignore[no-any-return]

    return decorate


def failed(error: CasebookError | OSError) -> State[Any]:
    """A failed run, with the sentence that its command would say."""
    told = error if isinstance(error, CasebookError) else StorageFailed(error, Path())
    if isinstance(error, StageFailed):
        get_run_logger().error(str(told), exc_info=error)
    return Failed(message=str(told), data=error)


def form(signature: inspect.Signature, command: str) -> inspect.Signature:
    """What Prefect makes the form of: what a flow takes, in the words of its command."""
    options = casebook.commands[command].params
    said = {option.name: getattr(option, "help", None) or option.metavar for option in options}
    asked = []
    for name, parameter in signature.parameters.items():
        title = TITLES.get(name, name.replace("_", " ").capitalize())
        words = {"title": title, "description": said.get(name) or ""}
        kind: Any = Annotated[parameter.annotation, _WithoutNone(), Field(json_schema_extra=words)]
        # What is not filled in is left out: a form has no use for the default None.
        default = MISSING if parameter.default is None else parameter.default
        asked.append(parameter.replace(annotation=kind, default=default))
    return signature.replace(parameters=asked)


class _WithoutNone:
    """A form need not offer `None` beside each type."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        told = handler(schema)
        kinds = [kind for kind in told.get("anyOf", ()) if kind != {"type": "null"}]
        return kinds[0] if len(kinds) == 1 else told


# Prefect names the arguments of its hooks.
def end_with_worker(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """As a run starts: see to it that it ends with its worker, and is not `running` for ever."""
    if os.environ.get(BY_A_WORKER) == str(flow_run.id):
        end_when_orphaned(functools.partial(_say_crashed, flow.name, flow_run), SECONDS_TO_TELL)


def tell_of_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """As a run ends badly: tell the user's webhook."""
    tell_of(flow.name, flow_run, state)


def _say_crashed(flow_name: str, run: FlowRun) -> None:
    state: State[Any] = Crashed(message="its worker was killed; the next run goes on from here")
    tell_of(flow_name, run, state)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, state, force=True)
