"""One attempt at a service, through the official client: a body, or a fault without secrets."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx2
import openai

from extractors.llm.addresses import without_addresses
from extractors.llm.endpoint import Endpoint
from extractors.pmc.redact import HIDDEN

FaultKind = Literal["limited", "quota", "down", "unreachable", "timeout", "broken", "turned_away"]
# What may have been answered, and so been paid, although nothing came of it.
MAYBE_PAID: frozenset[FaultKind] = frozenset({"timeout", "broken"})
_LATER = (408, 409, 425)
# What is said of a request that has more tokens than may be used in a minute.
_NEVER_FITS = "Request too large"
_NO_QUOTA = "insufficient_quota"
_IN_A_LANE = 16
_PATH = "/chat/completions"


class Fault(Exception):
    """Why an attempt gave no reply, in words that may be shown."""

    def __init__(
        self,
        kind: FaultKind,
        says: str,
        *,
        status: int = 0,
        code: str = "",
        wait: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind, says)
        self.kind, self.says, self.status, self.code = kind, says, status, code
        self.wait, self.headers = wait, headers or {}


@dataclass(frozen=True, slots=True)
class Came:
    """What came back: the body, as it was and as JSON, and how long that took."""

    text: str
    body: Any
    headers: Mapping[str, str]
    latency: float


@dataclass(slots=True)
class _Lane:
    """A client with few connections: what a pool does for a request grows with their number."""

    client: openai.AsyncOpenAI
    busy: int = 0


class Transport:
    """The connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._trust = httpx2.create_ssl_context()
        self._lanes = [self._new_lane()]

    @property
    def client(self) -> openai.AsyncOpenAI:
        """The official client."""
        return self._lanes[0].client

    async def complete(self, body: Mapping[str, Any]) -> Came:
        """The service's answer to a chat completion; raises `Fault`."""
        start = time.monotonic()
        fault: Fault
        try:
            response = await self._post(body)
            text, found = self.read(response.text)
        except (openai.OpenAIError, TimeoutError, ValueError, httpx2.HTTPError) as error:
            fault = self.fault(error)
        else:
            return Came(text, found, response.headers, time.monotonic() - start)
        # Raised out here, it has no context that would hold the request and its headers.
        raise fault

    def read(self, text: str) -> tuple[str, Any]:
        """JSON that came, as it may be kept: without our key or anybody's address."""
        key = self._endpoint.api_key
        if key and key in text:
            text = text.replace(key, HIDDEN)
        found = json.loads(text)
        if "@" in text:
            found = without_addresses(found)
            text = json.dumps(found)
        return text, found

    def fault(self, error: Exception) -> Fault:
        """What an error of the client means."""
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, (openai.APITimeoutError, TimeoutError)):
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                return Fault("unreachable", "no connection in time")
            return Fault("timeout", f"no answer within {self._endpoint.timeout:g} s")
        if isinstance(error, openai.APIConnectionError):
            if isinstance(error.__cause__, httpx2.ConnectError):
                return Fault("unreachable", "no connection")
            return Fault("broken", "the connection or its answer broke off")
        return Fault("broken", "its answer is no JSON")

    async def close(self) -> None:
        """Close the connections."""
        for lane in self._lanes:
            await lane.client.close()

    async def _post(self, body: Mapping[str, Any]) -> httpx2.Response:
        lane = next((one for one in self._lanes if one.busy < _IN_A_LANE), None)
        if lane is None:
            lane = self._new_lane()
            self._lanes.append(lane)
        lane.busy += 1
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                return await lane.client.post(_PATH, cast_to=httpx2.Response, body=body)
        finally:
            lane.busy -= 1

    def _new_lane(self) -> _Lane:
        endpoint = self._endpoint
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key or "none",
            max_retries=0,
            timeout=httpx2.Timeout(endpoint.timeout, connect=min(10.0, endpoint.timeout)),
            http_client=openai.DefaultAsyncHttpxClient(limits=limits, verify=self._trust),
        )
        return _Lane(client)

    def _status(self, error: openai.APIStatusError) -> Fault:
        headers = error.response.headers
        return self.refused(
            error.status_code,
            error.body,
            wait=_retry_after(headers),
            headers=headers,
        )

    def refused(
        self,
        status: int,
        error: object,
        *,
        wait: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fault:
        """What an error that the service describes means."""
        told = error if isinstance(error, Mapping) else {}
        code, kind = str(told.get("code") or ""), str(told.get("type") or "")
        said = self._endpoint.redact(str(told.get("message") or f"status {status}"))
        if _NO_QUOTA in (code, kind):
            return Fault("quota", said, status=status, code=code)
        if status == 429 and said.startswith(_NEVER_FITS):
            return Fault("turned_away", said, status=413, code=code)
        if status == 429:
            return Fault("limited", said, status=status, code=code, wait=wait, headers=headers)
        if status >= 500 or status in _LATER:
            says = f"status {status}: {said}"
            return Fault("down", says, status=status, code=code, wait=wait)
        return Fault("turned_away", said, status=status, code=code)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, in the service's own header, as such or as a date; 0 where none says any."""
    for name, scale in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * scale)
        except ValueError:
            continue
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
