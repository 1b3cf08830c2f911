"""What changes a repository: preupload, commit, pull request, tag."""

from __future__ import annotations

import base64
import json
from fnmatch import fnmatch
from typing import Any

from tests.fakes.hub.behaviour import Settings
from tests.fakes.hub.repos import ATTRIBUTES, Blob, Commit, Pull, Refused, Repo, large_blob
from tests.fakes.hub.storage import Storage

_MOVED = "A commit has happened since. Please refresh and try again."
_LARGE = [line.split()[0] for line in ATTRIBUTES.decode().splitlines()]


def begin(name: str, author: str, *, private: bool = False) -> Repo:
    """A repository as the Hub makes it: with one commit that says which files are large."""
    repo = Repo(name, private)
    files = {".gitattributes": repo.keep(ATTRIBUTES)}
    repo.commit("main", files, title="initial commit", author=author, parent=None)
    return repo


def preupload(repo: Repo, revision: str, asked: Any, settings: Settings) -> dict[str, Any]:
    """How each file is to come, and what of it is there."""
    commit = repo.commit_at(revision)
    told = []
    for file in asked["files"]:
        path, sample = file["path"], base64.b64decode(file["sample"])
        known = commit.files.get(path)
        told.append(
            {
                "path": path,
                "uploadMode": "lfs"
                if _is_large(path, sample, file["size"], settings)
                else "regular",
                "shouldIgnore": False,
                "oid": known.etag if known and settings.tells_oids else None,
            }
        )
    return {"files": told, "commitOid": commit.oid}


def _is_large(path: str, sample: bytes, size: int, settings: Settings) -> bool:
    named = any(fnmatch(path.rpartition("/")[2], pattern) for pattern in _LARGE)
    return named or b"\0" in sample or size > settings.regular_bytes


def commit(
    repo: Repo,
    revision: str,
    lines: bytes,
    storage: Storage,
    settings: Settings,
    *,
    author: str,
    pull: bool,
) -> tuple[Commit, Pull | None]:
    """Apply all lines of a commit, or none."""
    said = [json.loads(line) for line in lines.splitlines() if line.strip()]
    if not said or said[0]["key"] != "header":
        raise Refused(400, "The first line must be a header")
    header = said[0]["value"]
    parent = header.get("parentCommit")
    if pull:
        base = repo.commit_at(parent or revision)
    else:
        if revision not in repo.branches:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        base = repo.commit_at(revision)
        if parent and parent != base.oid:
            raise Refused(412, _MOVED)
    files = dict(base.files)
    for line in said[1:]:
        _apply(line["key"], line["value"], repo, files, storage, settings)
    opened = _open_pull(repo, header["summary"], author) if pull else None
    branch = f"refs/pr/{opened.number}" if opened else revision
    made = repo.commit(
        branch,
        files,
        title=header["summary"],
        description=header.get("description", ""),
        author=author,
        parent=base.oid,
    )
    return made, opened


def _apply(
    key: str,
    value: dict[str, Any],
    repo: Repo,
    files: dict[str, Blob],
    storage: Storage,
    settings: Settings,
) -> None:
    path = value["path"]
    if key == "file":
        content = base64.b64decode(value["content"])
        if len(content) > settings.regular_bytes:
            raise Refused(
                400, "Your push was rejected because it contains files larger than 10 MiB"
            )
        files[path] = repo.keep(content)
    elif key == "lfsFile":
        if value["oid"] not in storage.objects:
            raise Refused(400, f"LFS pointer pointed to a file that does not exist: {path}")
        files[path] = large_blob(value["oid"], len(storage.objects[value["oid"]]))
    elif key in ("deletedFile", "deletedFolder"):
        folder = path.rstrip("/") + "/"
        gone = [one for one in files if one == path or one.startswith(folder)]
        if not gone:
            raise Refused(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
        for one in gone:
            del files[one]
    else:
        raise Refused(400, f"no such operation: {key}")


def _open_pull(repo: Repo, title: str, author: str) -> Pull:
    number = len(repo.pulls) + 1
    repo.pulls[number] = Pull(number, title, author, repo.now())
    return repo.pulls[number]


def merge(repo: Repo, number: int, author: str) -> Commit:
    """Bring a pull request's files into the main branch, on top of what happened there since."""
    pull = repo.pulls[number]
    if pull.status != "open":
        raise Refused(409, "This pull request is not open")
    theirs, main = repo.commit_at(f"refs/pr/{number}"), repo.commit_at("main")
    base = repo.commits[theirs.parent or ""]
    changed = {p for p in {*theirs.files, *base.files} if theirs.files.get(p) != base.files.get(p)}
    if any(main.files.get(path) != base.files.get(path) for path in changed):
        raise Refused(409, "There are conflicts that must be resolved first")
    files = {path: blob for path, blob in main.files.items() if path not in changed}
    files |= {path: blob for path, blob in theirs.files.items() if path in changed}
    title = f"{pull.title} (#{number})"
    made = repo.commit("main", files, title=title, author=author, parent=main.oid)
    pull.status, pull.merged = "merged", made.oid
    return made


def tag(repo: Repo, revision: str, name: str) -> None:
    """Name a commit, once."""
    oid = repo.commit_at(revision).oid
    if name in repo.tags:
        raise Refused(409, f"Tag reference exists already: {name}")
    repo.tags[name] = oid
