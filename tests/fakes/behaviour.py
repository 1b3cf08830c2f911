"""What of the services can be set while they run, and the faults that hit a share of requests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

from tests.fakes.serving import Request, Response

FAULTS = (
    "429",
    "500",
    "503",
    "html",
    "error_in_200",
    "version_only",
    "truncated",
    "wrong_md5",
    "slow",
    "reset",
)
ADDRESS = "203.0.113.77"
_ONLY_FOR = {
    "error_in_200": ("eutils.",),
    "version_only": ("europepmc.",),
    "wrong_md5": ("bucket.xml", "bucket.shard"),
}
_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>"
    b"<body><h1>We are sorry</h1><p>Please try again later.</p></body></html>"
)


@dataclass(slots=True)
class Settings:
    """How the services behave for good, until it is set otherwise.

    cap: how many ids ESearch serves of one query.
    limits: E-utilities requests a second without and with a key, or None.
    retry_after: seconds named by 429s of the limit and by every other faulty one, or None; all
        429s echo the key, or `ADDRESS` as that of the client.
    slow_seconds: how late slow answers are.
    lying_counts: added to every count.
    dropped_tag: a search tag (`pt`, `filter`, `edat`, `uid`) that ESearch drops;
        dropped_silently: without saying so in its lists.
    missing_manifest: the newest inventory has none yet.
    """

    cap: int = 9999
    limits: list[int] | None = field(default_factory=lambda: [3, 10])
    retry_after: int | None = 1
    slow_seconds: float = 1.0
    lying_counts: int = 0
    dropped_tag: str = ""
    dropped_silently: bool = False
    missing_manifest: bool = False


@dataclass(slots=True)
class Faults:
    """Which requests go wrong and how, from a seed and the request, whatever came in between.

    A request that is repeated is drawn anew; `most` bounds how often the same one is hit.
    """

    rate: float = 0.0
    kinds: tuple[str, ...] = FAULTS
    services: tuple[str, ...] = ("eutils", "europepmc", "idconv", "bucket")
    seed: int = 0
    most: int | None = None
    only_for: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _ONLY_FOR)
    _asked: Counter[int] = field(default_factory=Counter)
    _hit: Counter[int] = field(default_factory=Counter)

    def drawn(self, kind: str, request: Request) -> str | None:
        """The fault that hits this request, if any."""
        if not self.rate or kind.partition(".")[0] not in self.services:
            return None
        one = crc32(f"{request.path}?{request.query}".encode() + request.body)
        self._asked[one] += 1
        if self.most is not None and self._hit[one] >= self.most:
            return None
        chance = _mixed(f"{self.seed} {one} {self._asked[one]}")
        if chance >= self.rate:
            return None
        fitting = [fault for fault in self.kinds if kind.startswith(self.only_for.get(fault, ""))]
        if not fitting:
            return None
        self._hit[one] += 1
        return fitting[int(chance / self.rate * len(fitting))]


def _mixed(text: str) -> float:
    mixed = crc32(text.encode()) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return (mixed >> 11) / (1 << 53)


def faulty(fault: str, kind: str, request: Request, settings: Settings) -> Response | None:
    """The answer of a service that fails; None if the fault spoils the right answer instead."""
    if fault == "429":
        told = settings.retry_after if crc32(request.query.encode()) % 2 else None
        return too_many(request, told)
    if fault in ("500", "503"):
        return _broken(int(fault), kind)
    if fault == "html":
        return Response(_PAGE, 200, "text/html")
    if fault == "error_in_200":
        return Response(_error_in_200(kind, request))
    if fault == "version_only":
        return Response(b'{"version": "6.9"}')
    if fault == "reset":
        return Response(b"", reset=True)
    return None


def spoiled(fault: str, response: Response, settings: Settings) -> Response:
    """The right answer, cut short, altered or late."""
    if fault == "slow":
        return replace(response, delay=settings.slow_seconds)
    if fault == "truncated":
        return replace(response, cut=True)
    middle = len(response.body) // 2
    altered = bytes([response.body[middle] ^ 1]) if response.body else b""
    return replace(response, body=response.body[:middle] + altered + response.body[middle + 1 :])


def too_many(request: Request, retry_after: int | None) -> Response:
    """The answer to too many requests, which names the key or the address."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Response(json.dumps(_limit_exceeded(request)).encode(), 429, headers=headers)


def _limit_exceeded(request: Request) -> dict[str, str]:
    key = request.params.get("api_key")
    return {
        "error": "API rate limit exceeded",
        "api-key": key or ADDRESS,
        "count": "11" if key else "4",
        "limit": "10" if key else "3",
    }


def _broken(status: int, kind: str) -> Response:
    if not kind.startswith("bucket."):
        return Response(_PAGE, status, "text/html")
    code = {500: "InternalError", 503: "SlowDown"}[status]
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>Please reduce'
        " your request rate.</Message><RequestId>0A49</RequestId></Error>".encode(),
        status,
        "application/xml",
    )


def _error_in_200(kind: str, request: Request) -> bytes:
    if crc32(request.query.encode()) % 2:
        return json.dumps(_limit_exceeded(request)).encode()
    failed = "Search Backend failed: Exception: read failed: Timeout"
    header = {"type": kind.partition(".")[2], "version": "0.3"}
    if kind == "eutils.esearch":
        return json.dumps({"header": header, "esearchresult": {"ERROR": failed}}).encode()
    return json.dumps({"header": header, "error": failed}).encode()
