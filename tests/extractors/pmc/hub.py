"""As much of a Hub as reading a dataset takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.extractors.pmc.serving import Asked, Said, answering

SHA = "a" * 40


class Hub:
    """One dataset; `sent` counts the bytes of its files that were asked for."""

    def __init__(self, repo: str, files: Mapping[str, bytes], faults: int = 0) -> None:
        self.repo, self.files, self.faults, self.sent = repo, files, faults, 0

    def says(self, asked: Asked) -> Said:
        api = f"/api/datasets/{self.repo}"
        if self.faults:
            self.faults -= 1
            return Said(status=503)
        if asked.path in (api, f"{api}/revision/v1", f"{api}/revision/{SHA}"):
            siblings = [{"rfilename": name} for name in self.files]
            return Said({"id": self.repo, "sha": SHA, "siblings": siblings})
        if asked.path.startswith(f"{api}/revision/"):
            return Said(status=404, headers={"X-Error-Code": "RevisionNotFound"})
        if asked.path.startswith(f"{api}/tree/{SHA}"):
            return Said(json.dumps([self._listed(name) for name in self.files]))
        prefix = f"/datasets/{self.repo}/resolve/{SHA}/"
        if asked.path.startswith(prefix):
            return self._part(self.files[asked.path.removeprefix(prefix)], asked)
        return Said(status=404, headers={"X-Error-Code": "RepoNotFound"})

    def _listed(self, name: str) -> dict[str, object]:
        return {"type": "file", "oid": "b" * 40, "size": len(self.files[name]), "path": name}

    def _part(self, body: bytes, asked: Asked) -> Said:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if "range" not in headers:
            self.sent += len(body)
            return Said(body)
        first, last = headers["range"].removeprefix("bytes=").split("-")
        part = body[int(first) : int(last) + 1]
        self.sent += len(part)
        return Said(part, status=206)


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    with answering(hub.says) as url:
        yield url.rstrip("/")
