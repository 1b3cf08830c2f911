"""Where large files lie: at another address, reached by signed links without a token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.hub.repos import Refused
from tests.fakes.serving import Request, Response

_SIGNATURE = "signature=casebook"


@dataclass(slots=True)
class Storage:
    """Objects by their SHA-256, as Git LFS has them; `sent` counts the bytes that were fetched."""

    address: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    sent: int = 0

    def keep(self, content: bytes) -> str:
        """Take in an object."""
        name = hashlib.sha256(content).hexdigest()
        self.objects[name] = content
        return name

    def batch(self, asked: Any, verify: str) -> dict[str, Any]:
        """What is to be done for each object of an upload: nothing for those that are here."""
        if asked.get("hash_algo", "sha256") != "sha256" or asked["operation"] != "upload":
            raise Refused(400, "only uploads by sha256 are served")
        return {
            "transfer": "basic",
            "objects": [self._actions(one["oid"], one["size"], verify) for one in asked["objects"]],
        }

    def _actions(self, oid: str, size: int, verify: str) -> dict[str, Any]:
        told: dict[str, Any] = {"oid": oid, "size": size, "authenticated": True}
        if oid not in self.objects:
            told["actions"] = {
                "upload": {"href": self.link(oid)},
                "verify": {"href": verify},
            }
        return told

    def verify(self, asked: Any) -> dict[str, Any]:
        """Whether an upload arrived whole."""
        held = self.objects.get(asked["oid"])
        if held is None or len(held) != asked["size"]:
            raise Refused(404, "The object was not found, or has another size")
        return {}

    def link(self, oid: str) -> str:
        """A signed link to an object."""
        return f"{self.address}/{oid}?{_SIGNATURE}"

    def __call__(self, request: Request) -> Response:
        """Put or get an object."""
        oid = request.path.strip("/")
        if "authorization" in request.headers:
            raise Refused(400, "Only one auth mechanism allowed")
        if parse_qs(request.query) != parse_qs(_SIGNATURE):
            raise Refused(403, "The link is not signed")
        if request.method == "PUT":
            if hashlib.sha256(request.body).hexdigest() != oid:
                raise Refused(400, "The content is not what its name says")
            self.objects[oid] = request.body
            return Response(b"", headers={"ETag": f'"{oid}"'})
        if oid not in self.objects:
            raise Refused(404, "NoSuchKey")
        answer = partial(self.objects[oid], request, {"ETag": f'"{oid}"'})
        if request.method == "GET":
            self.sent += len(answer.body)
        return answer


def partial(content: bytes, request: Request, headers: dict[str, str]) -> Response:
    """A content, or the range of it that was asked for."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    kind = "application/octet-stream"
    wanted = request.headers.get("range", "")
    if not wanted.startswith("bytes="):
        return Response(content, 200, kind, headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    size = len(content)
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size or start >= end:
        return Response(b"", 416, kind, {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(content[start:end], 206, kind, headers)
