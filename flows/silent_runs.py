"""The flow `tell-of-silent-run`: a notice of a run whose machine went, once there is a worker."""

from __future__ import annotations

from uuid import UUID

from prefect import flow
from prefect.client.orchestration import get_client

from flows.runtime.notices import tell_of


@flow(name="tell-of-silent-run")
def tell_of_silent_run(run: str) -> None:
    """Tell the user's webhook of a run that its server found silent and called crashed.

    Args:
        run: The run that went silent, as Prefect's events name it; Prefect fills it in.
    """
    with get_client(sync_client=True) as client:
        silent = client.read_flow_run(UUID(run.rpartition(".")[2]))
        if silent.state is not None:
            tell_of(client.read_flow(silent.flow_id).name, silent, silent.state)
