"""A server on loopback that answers each request with what a test says."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from extractors.pmc.web import Patience, Service

QUICK = Patience(attempts=6, first_wait=0.001, longest_wait=0.02, total=5.0, connect=1.0, read=1.0)
SECRETS = {"email": "someone@example.org", "api_key": "0123456789abcdef0123456789abcdef0123"}


@dataclass(frozen=True)
class Asked:
    """One request, its parameters from wherever they stood."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """One answer; `length` lies about its body, `reset` breaks it off."""

    body: bytes | str | dict[str, Any] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    reset: bool = False
    drip: float = 0.0

    @property
    def bytes(self) -> bytes:
        body = json.dumps(self.body) if isinstance(self.body, dict) else self.body
        return body.encode() if isinstance(body, str) else body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: two would wait for an acknowledgement in between.
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        url = urlsplit(self.path)
        posted = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        params = parse_qs(f"{url.query}&{posted}", keep_blank_values=True)
        asked = Asked(
            self.command, url.path, {k: v[0] for k, v in params.items()}, dict(self.headers)
        )
        said = self.server.says(asked)  # type: ignore[attr-defined]
        if said.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(said.length or len(said.bytes)))
        self.end_headers()
        self._write(said)

    def _write(self, said: Said) -> None:
        try:
            if said.drip:
                for byte in said.bytes:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    threading.Event().wait(said.drip)
            else:
                self.wfile.write(said.bytes)
        except OSError:
            self.close_connection = True
        if said.length:
            self.close_connection = True


@contextmanager
def answering(says: Callable[[Asked], Said]) -> Iterator[str]:
    """The base URL of a server that answers so."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.says = says  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def scripted(*answers: Said) -> Iterator[tuple[str, list[Asked]]]:
    """A server that gives these answers one after the other, the last of them for ever."""
    asked: list[Asked] = []

    def says(request: Asked) -> Said:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    with answering(says) as url:
        yield url, asked


def service(url: str, patience: Patience = QUICK, **more: Any) -> Service:
    return Service("the service", url, tool="casebook", patience=patience, **{**SECRETS, **more})


def nobody() -> str:
    """The base URL of a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"
