"""The service whole: each request is let in, counted, limited, perhaps failed, and answered."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any
from zlib import crc32

from tests.fakes.behaviour import Faults
from tests.fakes.models.batches import Batches
from tests.fakes.models.behaviour import IN_CONTENT, Rates, Settings, model_faults
from tests.fakes.models.chat import (
    CREATED,
    Completion,
    Refused,
    asked_for,
    check,
    complete,
    prompt_tokens,
)
from tests.fakes.models.files import Files
from tests.fakes.models.limits import Limits
from tests.fakes.serving import Meter, Request, Response, as_json, listen

_PAGE = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body></body></html>"
_FAILED = {
    "500": "The server had an error while processing your request. Sorry about that!",
    "503": "The engine is currently overloaded, please try again later",
}
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_REMEMBERED = 50


class Models:
    """What is set, held and counted, and the answer to each request."""

    def __init__(self, seed: int = 0, rates: Rates | None = None) -> None:
        self.seed = seed
        self.settings = Settings()
        self.rates = rates or Rates()
        self.faults: Faults = model_faults(seed=seed)
        self.files = Files()
        self.batches = Batches(self.files, self.settings, self._line)
        self.meter = Meter()
        self.last: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._limits = Limits(self.settings)
        self._counts: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._in_flight = 0
        self._most_in_flight = 0
        self._cpu = time.process_time()

    async def start(self, admin: Callable[[Request], Response]) -> str:
        """Listen, and say where."""

        def door(request: Request) -> Response:
            return admin(request) if "/_admin/" in request.path else self._answer(request)

        server = await listen(door, self.meter)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"

    def counted(self) -> dict[str, float]:
        """All counters."""
        return {
            **self._counts,
            "distinct": len(self._asked),
            "repeated": sum(self._asked.values()) - len(self._asked),
            "answered": sum(self._answered.values()),
            "answered.distinct": len(self._answered),
            "answered.again": sum(self._answered.values()) - len(self._answered),
            "in_flight": self._in_flight,
            "in_flight.most": self._most_in_flight,
            "connections": self.meter.opened,
            "connections.most": self.meter.most,
            "cpu_seconds": round(time.process_time() - self._cpu, 3),
        }

    def reset_counts(self) -> None:
        """Count from nothing; what is in flight stays."""
        for counter in (self._counts, self._asked, self._answered):
            counter.clear()
        self._most_in_flight = self._in_flight
        self.meter.opened, self.meter.most = 0, self.meter.now
        self._cpu = time.process_time()

    def told_settings(self) -> dict[str, Any]:
        """What is set."""
        return asdict(self.settings)

    def _answer(self, request: Request) -> Response:
        kind = _kind(request)
        self._counts[kind] += 1
        self._in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self._in_flight)
        fault = None
        try:
            self._authenticate(request)
            fault = self.faults.drawn(kind, request)
            if fault:
                self._counts[f"fault.{fault}"] += 1
            response = self._failed(fault) or self._routed(kind, request, fault)
        except Refused as refused:
            response = refused.response()
        response = self._late(request, response, kind, fault)
        self._counts[f"status.{response.status}"] += 1
        response.headers.setdefault("x-request-id", f"req_{crc32(request.body):08x}")
        response.done = self._left
        self.last.append(_noted(request, kind, fault, response))
        return response

    def _left(self) -> None:
        self._in_flight -= 1

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise Refused(401, "You didn't provide an API key.")
        if key != self.settings.key:
            told = f"Incorrect API key provided: {key[:6]}***{key[-4:]}."
            raise Refused(401, told, code="invalid_api_key")

    def _late(self, request: Request, response: Response, kind: str, fault: str | None) -> Response:
        settings = self.settings
        if fault == "slow":
            response = replace(response, delay=settings.slow_seconds)
        elif fault == "half":
            response = replace(response, cut=True)
        elif fault == "broken_body":
            middle = len(response.body) // 2
            response = replace(response, body=response.body[:middle])
        if kind == "chat" and response.status == 200:
            drawn = crc32(request.body) / 0xFFFFFFFF * 2 - 1
            response.delay += settings.latency * (1 + settings.spread * drawn)
        return response

    def _failed(self, fault: str | None) -> Response | None:
        """The answer of a service that fails, unless the fault spoils the right answer."""
        if fault in ("429", "429_bare"):
            refused = Refused(429, "Rate limit reached.", code="rate_limit_exceeded", kind="tokens")
            after = self.settings.retry_after if fault == "429" else None
            return refused.response(**({} if after is None else {"Retry-After": f"{after:g}"}))
        if fault in _FAILED:
            return Refused(int(fault), _FAILED[fault], kind="server_error").response()
        if fault == "quota":
            return _no_quota().response()
        if fault == "html":
            return Response(_PAGE, 502, "text/html")
        if fault in ("timeout", "reset"):
            return Response(b"", hang=fault == "timeout", reset=fault == "reset")
        return None

    def _routed(self, kind: str, request: Request, fault: str | None) -> Response:
        if kind == "chat":
            return self._chat(request, fault)
        asked = request.path.removeprefix("/v1/").split("/")
        what = asked[0]
        do = {"models": self._models, "files": self._files, "batches": self._batches}.get(what)
        if do is None:
            raise Refused(404, f"Invalid URL ({request.method} {request.path})")
        return do(request, asked[1:])

    def _chat(self, request: Request, fault: str | None) -> Response:
        body = _parsed(request)
        check(body, self.settings)
        headers, refused = self._limits.take(body["model"], prompt_tokens(body))
        if refused is not None:
            self._counts["limited"] += 1
            return refused.response(**headers)
        completion = self._completed(body, fault, "chat")
        return as_json(completion.body, **headers)

    def _completed(self, body: dict[str, Any], fault: str | None, road: str) -> Completion:
        """The answer, counted as one that is paid for."""
        quota, used = self.settings.quota_tokens, self._counts["tokens.total"]
        if quota is not None and used >= quota:
            raise _no_quota()
        digest = asked_for(body)
        self._asked[digest] += 1
        completion = complete(body, digest, self.settings, self.rates, self.seed, fault)
        if fault is None or fault == "slow":
            self._answered[digest] += 1
        counts = self._counts
        counts[f"{road}.{completion.step}"] += 1
        counts[f"model.{body['model']}"] += 1
        counts[f"model.{body['model']}.{completion.step}"] += 1
        counts[f"finish.{completion.body['choices'][0]['finish_reason']}"] += 1
        for name, count in completion.used.items():
            counts[f"tokens.{name}"] += count
        counts["tokens.total"] += completion.used["prompt"] + completion.used["completion"]
        return completion

    def _line(self, line: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to one line of a batch: a status and a body."""
        body = line["body"]
        self._counts["lines"] += 1
        written = json.dumps(body, sort_keys=True).encode()
        fault = self.faults.drawn("lines", Request("POST", line["url"], "", {}, written))
        if fault:
            self._counts[f"fault.{fault}"] += 1
        if fault and fault not in (*IN_CONTENT, "slow"):
            return 500, {"error": Refused(500, _FAILED["500"], kind="server_error").error}
        try:
            check(body, self.settings)
            return 200, self._completed(body, fault, "lines").body
        except Refused as refused:
            return refused.status, {"error": refused.error}

    def _models(self, request: Request, rest: list[str]) -> Response:
        told = [
            {"id": name, "object": "model", "created": CREATED, "owned_by": "fake"}
            for name in self.settings.models
        ]
        if not rest:
            return as_json({"object": "list", "data": told})
        found = next((one for one in told if one["id"] == rest[0]), None)
        if found is None:
            raise Refused(404, f"The model '{rest[0]}' does not exist", code="model_not_found")
        return as_json(found)

    def _files(self, request: Request, rest: list[str]) -> Response:
        files = self.files
        if not rest:
            if request.method == "POST":
                return as_json(files.upload(request).told())
            return _listed([one.told() for one in files.held.values()], request)
        if rest[1:] == ["content"]:
            content = self.settings.odd_line.encode() + files.get(rest[0]).content
            told = content[: round(len(content) * self.settings.content_share)]
            return Response(told, 200, "application/octet-stream")
        if request.method == "DELETE":
            return as_json(files.delete(rest[0]))
        return as_json(files.get(rest[0]).told())

    def _batches(self, request: Request, rest: list[str]) -> Response:
        batches = self.batches
        if not rest:
            if request.method == "POST":
                return as_json(batches.create(_parsed(request)).told())
            return _listed([one.told() for one in batches.held.values()], request)
        if rest[1:] == ["cancel"]:
            return as_json(batches.cancel(rest[0]).told())
        return as_json(batches.get(rest[0]).told())


def _kind(request: Request) -> str:
    """What is asked for, in a word."""
    path = request.path.removeprefix("/v1/").strip("/")
    if path == "chat/completions":
        return "chat"
    first, *rest = path.split("/")
    if first == "files":
        if rest[1:] == ["content"]:
            return "files.content"
        return "files.upload" if request.method == "POST" else "files"
    if first == "batches":
        if rest[1:] == ["cancel"]:
            return "batches.cancel"
        return "batches.create" if request.method == "POST" else "batches.get"
    return first if first == "models" else "unknown"


def _parsed(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise Refused(400, "We could not parse the JSON body of your request.") from None


def _listed(told: list[dict[str, Any]], request: Request) -> Response:
    """The newest first, a page of them."""
    newest = told[::-1]
    after = request.params.get("after")
    if after:
        newest = newest[next((n for n, one in enumerate(newest, 1) if one["id"] == after), 0) :]
    page = newest[: int(request.params.get("limit") or 100)]
    return as_json(
        {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": len(newest) > len(page),
        }
    )


def _no_quota() -> Refused:
    return Refused(429, _QUOTA, code="insufficient_quota", kind="insufficient_quota")


def _noted(request: Request, kind: str, fault: str | None, response: Response) -> dict[str, Any]:
    return {
        "kind": kind,
        "method": request.method,
        "path": request.path,
        "body": request.body,
        "fault": fault,
        "status": response.status,
        "answer": response.body,
    }
