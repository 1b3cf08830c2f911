"""Repositories as Git has them: whole commits, and the names that point at them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.serving import Response, as_json

_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_SHA = re.compile(r"[0-9a-f]{40}")
ATTRIBUTES = b"".join(
    f"*.{suffix} filter=lfs diff=lfs merge=lfs -text\n".encode()
    for suffix in ("7z", "arrow", "bin", "gz", "parquet", "pickle", "pkl", "tar", "zip", "zst")
)


class Refused(Exception):
    """The Hub says no: with a status, a sentence, and the code that clients look at."""

    def __init__(self, status: int, message: str, code: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.more = status, message, code, more

    def response(self) -> Response:
        """The answer that says so."""
        headers = {"X-Error-Message": self.message}
        if self.code:
            headers["X-Error-Code"] = self.code
        return as_json({"error": self.message, **self.more}, self.status, **headers)


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: its name in Git, its size, and its SHA-256 if it is a large file."""

    oid: str
    size: int
    sha256: str | None = None

    @property
    def etag(self) -> str:
        """What tells this content from any other."""
        return self.sha256 or self.oid

    def told(self, path: str) -> dict[str, Any]:
        """The file as a tree lists it."""
        told: dict[str, Any] = {"type": "file", "oid": self.oid, "size": self.size, "path": path}
        if self.sha256:
            pointer = len(_pointer(self.sha256, self.size))
            told["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": pointer}
        return told


@dataclass(frozen=True, slots=True)
class Commit:
    """All files at one moment."""

    oid: str
    parent: str | None
    title: str
    description: str
    author: str
    date: str
    files: Mapping[str, Blob]


@dataclass(slots=True)
class Pull:
    """A pull request; its commits lie under `refs/pr/N`."""

    number: int
    title: str
    author: str
    date: str
    status: str = "open"
    merged: str | None = None


@dataclass(slots=True)
class Repo:
    """A dataset's repository."""

    name: str
    private: bool = False
    gated: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def commit_at(self, revision: str) -> Commit:
        """The commit that a branch, a tag, a pull request or a hash names."""
        ref = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        oid = self.branches.get(ref) or self.tags.get(ref)
        if oid is None and _SHA.fullmatch(revision):
            oid = revision
        if oid not in self.commits:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[oid]

    def keep(self, content: bytes) -> Blob:
        """A regular file."""
        blob = Blob(git_oid(content), len(content))
        self.contents[blob.oid] = content
        return blob

    def commit(
        self,
        branch: str,
        files: Mapping[str, Blob],
        *,
        title: str,
        description: str = "",
        author: str,
        parent: str | None,
    ) -> Commit:
        """Put a commit at the end of a branch."""
        date = self.now()
        listed = "".join(f"{path} {blob.etag}\n" for path, blob in sorted(files.items()))
        told = f"{len(self.commits)} {parent} {title}\n{description}\n{author} {date}\n{listed}"
        oid = hashlib.sha1(told.encode()).hexdigest()
        made = Commit(oid, parent, title, description, author, date, dict(files))
        self.commits[oid] = made
        self.branches[branch] = oid
        return made

    def now(self) -> str:
        """The Hub's clock: a minute a commit."""
        return (_BEGAN + timedelta(minutes=len(self.commits))).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def history(self, revision: str) -> list[Commit]:
        """The commits up to a revision, the newest first."""
        found = [self.commit_at(revision)]
        while found[-1].parent:
            found.append(self.commits[found[-1].parent])
        return found


def git_oid(content: bytes) -> str:
    """The name that Git gives a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def large_blob(sha256: str, size: int) -> Blob:
    """A large file: Git holds a pointer to it."""
    return Blob(git_oid(_pointer(sha256, size)), size, sha256)


def _pointer(sha256: str, size: int) -> bytes:
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    ).encode()
