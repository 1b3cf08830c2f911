"""Uploaded files, and those that batches leave."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.models.chat import Refused
from tests.fakes.serving import Request

_BOUNDARY = re.compile(r"multipart/form-data;.*boundary=\"?([^\";]+)\"?", re.I)
_FIELD = re.compile(rb'\bname="([^"]*)"(?:.*?\bfilename="([^"]*)")?', re.DOTALL)
_PURPOSES = ("batch", "batch_output", "fine-tune", "assistants", "vision", "user_data", "evals")


@dataclass(slots=True)
class File:
    """A file with its content."""

    id: str
    filename: str
    purpose: str
    content: bytes
    created: int = field(default_factory=lambda: int(time.time()))

    def told(self) -> dict[str, Any]:
        """As the service tells it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


class Files:
    """All files, by their ids."""

    def __init__(self) -> None:
        self.held: dict[str, File] = {}
        self._number = 0

    def add(self, filename: str, purpose: str, content: bytes) -> File:
        """Keep a file."""
        self._number += 1
        file = File(f"file-{self._number:024x}", filename, purpose, content)
        self.held[file.id] = file
        return file

    def get(self, file_id: str) -> File:
        """A file that is there."""
        if file_id not in self.held:
            raise Refused(404, f"No such File object: {file_id}", param="id")
        return self.held[file_id]

    def upload(self, request: Request) -> File:
        """Keep the file of a form."""
        form = _form(request)
        if "file" not in form:
            raise Refused(400, "'file' is a required property")
        purpose = form.get("purpose", ("", b""))[1].decode()
        if purpose not in _PURPOSES:
            raise Refused(400, f"'{purpose}' is not one of {list(_PURPOSES)} - 'purpose'")
        filename, content = form["file"]
        return self.add(filename, purpose, content)

    def delete(self, file_id: str) -> dict[str, Any]:
        """Forget a file."""
        self.get(file_id)
        del self.held[file_id]
        return {"id": file_id, "object": "file", "deleted": True}


def _form(request: Request) -> dict[str, tuple[str, bytes]]:
    """The parts of a form by name: file name and content."""
    boundary = _BOUNDARY.match(request.headers.get("content-type", ""))
    if boundary is None:
        raise Refused(400, "The request must be multipart/form-data.")
    found = {}
    for part in request.body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        named = _FIELD.search(head)
        if named:
            found[named[1].decode()] = ((named[2] or b"").decode(), content.removesuffix(b"\r\n"))
    return found
