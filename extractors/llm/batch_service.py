"""A service's batches, asked for patiently: handed over once, looked at, read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import httpx2
import openai
from openai.types import Batch

from extractors.llm.call import Patience
from extractors.llm.outcomes import OutOfQuota, ServiceDown, Unusable
from extractors.llm.transport import Fault, Transport

T = TypeVar("T")
_MARK = "casebook"


class BatchService:
    """One service's batches."""

    def __init__(self, transport: Transport, patience: Patience) -> None:
        self._transport, self._patience = transport, patience

    async def hand_over(self, id_: str, model: str, lines: bytes) -> str:
        """Upload and create a batch, or find it where that happened before; its name there."""
        client = self._transport.client
        file = await self._patiently(
            model, lambda: client.files.create(file=(f"{id_}.jsonl", lines), purpose="batch")
        )

        async def create() -> str:
            # The answer to an earlier try may have been lost on the way.
            found = await self._marked(id_)
            if found is not None:
                return found
            made = await client.batches.create(
                input_file_id=file.id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={_MARK: id_},
            )
            return made.id

        return await self._patiently(model, create)

    async def find(self, id_: str, model: str) -> str | None:
        """What the service calls a batch of ours, if it was created."""
        return await self._patiently(model, lambda: self._marked(id_))

    async def look(self, batch: str, model: str) -> Batch:
        """How a batch stands."""
        return await self._patiently(model, lambda: self._transport.client.batches.retrieve(batch))

    async def lines(self, batch: Batch, model: str) -> dict[str, Any]:
        """What came of a batch, by custom id; raises `ServiceDown` where not all can be had."""
        return await self._patiently(model, partial(self._lines, batch))

    def refused(self, status: int, error: object) -> Fault:
        """What the error of one line means."""
        return self._transport.refused(status, error)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _lines(self, batch: Batch) -> dict[str, Any]:
        """Both files, which hold no less than the batch counts: what was answered was paid."""
        lines = [
            line
            for file in (batch.error_file_id, batch.output_file_id)
            if file
            for line in map(self._line, (await self._content(file)).split("\n"))
            if line is not None
        ]
        due = batch.request_counts.completed if batch.request_counts else 0
        if len(lines) < due:
            raise Fault("broken", f"of {due} answers of a batch only {len(lines)} can be read")
        return {line["custom_id"]: line for line in lines}

    def _line(self, text: str) -> Any:
        """A line as the service should tell it; None where it tells of no request."""
        try:
            _, told = self._transport.read(text)
        except ValueError:
            return None
        if not isinstance(told, dict) or not isinstance(told.get("custom_id"), str):
            return None
        response, error = told.get("response"), told.get("error")
        if not isinstance(response, dict) or not isinstance(response.get("status_code"), int):
            response = None
        elif not isinstance(response.get("body"), dict):
            response = {**response, "body": {}}
        return {**told, "response": response, "error": error if isinstance(error, dict) else None}

    async def _content(self, file: str) -> str:
        return (await self._transport.client.files.content(file)).text

    async def _marked(self, id_: str) -> str | None:
        async for batch in self._transport.client.batches.list(limit=100):
            if (batch.metadata or {}).get(_MARK) == id_:
                return batch.id
        return None

    async def _patiently(self, model: str, ask: Callable[[], Awaitable[T]]) -> T:
        patience, attempts, busy_until = self._patience, 0, 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await ask()
            except Fault as met:
                fault = met
            except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError) as error:
                fault = self._transport.fault(error)
            if fault.kind == "quota":
                raise OutOfQuota(fault.says)
            if fault.kind == "turned_away":
                raise Unusable(model, fault.status, fault.says)
            attempts += fault.kind != "limited"
            busy_until = busy_until or loop.time() + patience.busy
            if attempts >= patience.attempts or loop.time() > busy_until:
                raise ServiceDown(fault.says, attempts)
            await asyncio.sleep(_wait(patience, fault, attempts))


def _wait(patience: Patience, fault: Fault, attempts: int) -> float:
    longest = min(patience.longest_wait, patience.first_wait * 2.0**attempts)
    return max(random.uniform(0, longest), min(fault.wait, patience.longest_wait))  # noqa: S311
