"""HTTP/1.1 with keep-alive on a bare asyncio protocol, which is what keeps the fakes cheap."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_LONGEST_TARGET = 8190
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Request:
    """What a client asked for."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the address and of a form, the last of a name."""
        given = dict(parse_qsl(self.query, keep_blank_values=True))
        if self.method == "POST":
            given |= dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return given


@dataclass(slots=True)
class Response:
    """What is answered, and how badly; `done` is called when it is sent or can no longer be."""

    body: bytes
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: bool = False
    reset: bool = False
    hang: bool = False
    done: Callable[[], None] | None = None

    def head(self) -> bytes:
        """The status line and the headers."""
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return (
            f"HTTP/1.1 {self.status} {_REASONS[self.status]}\r\nContent-Type: {self.type}\r\n"
            f"Content-Length: {len(self.body)}\r\n{more}\r\n"
        ).encode("latin-1")


def as_json(answer: Any, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(answer, ensure_ascii=False).encode(), status, headers=headers)


@dataclass(slots=True)
class Meter:
    """How many connections a service has had."""

    opened: int = 0
    now: int = 0
    most: int = 0


class Connection(asyncio.Protocol):
    """One connection: requests are answered one behind the other, in their order."""

    def __init__(
        self,
        answer: Callable[[Request], Response],
        meter: Meter,
        halfway: Callable[[Request], Response | None] | None = None,
    ) -> None:
        self._answer = answer
        self._meter = meter
        self._halfway = halfway
        self._asked_halfway = False
        self._received = bytearray()
        self._wanted = 0
        self._busy = False
        self._pending: Response | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._meter.opened += 1
        self._meter.now += 1
        self._meter.most = max(self._meter.most, self._meter.now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._meter.now -= 1
        self._finish()

    def data_received(self, data: bytes) -> None:
        """Answer what has come in whole."""
        self._received += data
        self._work()

    def _work(self) -> None:
        while not self._busy and not self._transport.is_closing():
            cut = self._cut_short()
            request = cut[0] if cut else self._next_request()
            if request is None:
                return
            response = self._pending = cut[1] if cut else self._answered(request)
            if response.hang:
                self._busy = True
            elif response.delay:
                self._busy = True
                loop = asyncio.get_running_loop()
                loop.call_later(response.delay, self._send_late, request, response)
            else:
                self._send(request, response)

    def _answered(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except Exception:
            traceback.print_exc()
            return Response(b"the fake itself failed: see its stderr", 500, "text/plain")

    def _cut_short(self) -> tuple[Request, Response] | None:
        """A request of which half is there, and what is made of it already."""
        if self._halfway is None or self._asked_halfway:
            return None
        found = self._begun()
        if found is None or len(self._received) * 2 < self._wanted:
            return None
        self._asked_halfway = True
        response = self._halfway(found[0])
        return (found[0], response) if response else None

    def _next_request(self) -> Request | None:
        if len(self._received) < self._wanted:
            return None
        found = self._begun()
        if found is None or len(self._received) < self._wanted:
            return None
        request, start = found
        request.body = bytes(self._received[start : self._wanted])
        del self._received[: self._wanted]
        self._wanted = 0
        self._asked_halfway = False
        return request

    def _begun(self) -> tuple[Request, int] | None:
        """The request whose head is there, and where its body begins."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start = end + 4
        self._wanted = start + int(headers.get("content-length", 0))
        method, target, _ = first.split(" ", 2)
        path, _, query = target.partition("?")
        return Request(method, unquote(path), query, headers), start

    def _send_late(self, request: Request, response: Response) -> None:
        self._busy = False
        if not self._transport.is_closing():
            self._send(request, response)
            self._work()

    def _finish(self) -> None:
        """Whatever was being answered no longer is."""
        pending, self._pending = self._pending, None
        if pending and pending.done:
            pending.done()

    def _send(self, request: Request, response: Response) -> None:
        self._finish()
        if response.reset:
            self._reset()
            return
        body = b"" if request.method == "HEAD" else response.body
        if response.cut:
            body = body[: len(body) // 2]
        self._transport.write(response.head() + body)
        if response.cut or request.headers.get("connection", "").lower() == "close":
            self._transport.close()

    def _reset(self) -> None:
        connected = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()


async def listen(
    answer: Callable[[Request], Response],
    meter: Meter,
    port: int = 0,
    *,
    halfway: Callable[[Request], Response | None] | None = None,
) -> asyncio.Server:
    """Serve on loopback; `halfway` may answer a request of which only half has come."""

    def answer_short(request: Request) -> Response:
        if len(request.path) + len(request.query) > _LONGEST_TARGET:
            return Response(b"Request-URI Too Long", 414, "text/plain")
        return answer(request)

    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: Connection(answer_short, meter, halfway), "127.0.0.1", port, backlog=1024
    )
