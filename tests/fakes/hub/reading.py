"""What is asked of a repository: its state, its files, its names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import yaml

from tests.fakes.hub.repos import Blob, Commit, Refused, Repo
from tests.fakes.hub.storage import Storage, partial
from tests.fakes.serving import Request, Response, as_json

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LICENCES = {"cc", "cc0-1.0", "mit", "other", "unknown", "apache-2.0"} | {
    f"cc-{kind}-{version}"
    for kind in ("by", "by-sa", "by-nc", "by-nc-sa", "by-nd", "by-nc-nd")
    for version in ("2.0", "2.5", "3.0", "4.0")
}


def told_repo(repo: Repo, commit: Commit, *, blobs: bool = False) -> dict[str, Any]:
    """A dataset at a commit."""
    first = repo.history(commit.oid)[-1]
    return {
        "_id": first.oid[:24],
        "id": repo.name,
        "author": repo.name.partition("/")[0],
        "sha": commit.oid,
        "lastModified": commit.date,
        "createdAt": first.date,
        "private": repo.private,
        "gated": False,
        "disabled": False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
        "cardData": _metadata(repo, commit),
        "siblings": [_sibling(p, blob, blobs=blobs) for p, blob in sorted(commit.files.items())],
    }


def _sibling(path: str, blob: Blob, *, blobs: bool) -> dict[str, Any]:
    if not blobs:
        return {"rfilename": path}
    told = {"rfilename": path, "size": blob.size, "blobId": blob.oid}
    if blob.sha256:
        told["lfs"] = {"sha256": blob.sha256, "size": blob.size, "pointerSize": 130}
    return told


def _metadata(repo: Repo, commit: Commit) -> Any:
    card = commit.files.get("README.md")
    content = repo.contents.get(card.oid, b"") if card else b""
    try:
        return front_matter(content.decode())
    except (UnicodeDecodeError, yaml.YAMLError):
        return None


def front_matter(text: str) -> Any:
    """The metadata of a card; None where there is none."""
    if not text.startswith("---\n"):
        return None
    head, found, _ = text.removeprefix("---\n").partition("\n---")
    return yaml.load(head, Loader=_LOADER) if found else None


def validated(text: str) -> Response:
    """Whether a card's metadata is what the Hub takes."""
    try:
        told = front_matter(text)
    except yaml.YAMLError as error:
        return _invalid(f"bad YAML: {str(error).splitlines()[0]}")
    if told is None:
        warning = {"message": "empty or missing yaml metadata in repo card"}
        return as_json({"errors": [], "warnings": [warning]})
    if not isinstance(told, dict):
        return _invalid("the metadata must be an object")
    licences = told.get("license", [])
    for licence in [licences] if isinstance(licences, str) else licences:
        if licence not in _LICENCES:
            return _invalid(f'"license" must be one of {sorted(_LICENCES)}')
    names = [config.get("config_name") for config in told.get("configs", [])]
    if None in names or len(set(names)) != len(names):
        return _invalid('each of "configs" must have a "config_name" of its own')
    return as_json({"errors": [], "warnings": []})


def _invalid(message: str) -> Response:
    return as_json({"error": message, "errors": [{"message": message}], "warnings": []}, 400)


def tree(commit: Commit, path: str, *, recursive: bool) -> list[dict[str, Any]]:
    """The files and folders below a path."""
    prefix = f"{path}/" if path else ""
    inside = {p: blob for p, blob in commit.files.items() if p.startswith(prefix)}
    if path and not inside:
        raise Refused(404, f"{path} does not exist on this revision", "EntryNotFound")
    found: dict[str, dict[str, Any]] = {}
    for one, blob in inside.items():
        parts = one.removeprefix(prefix).split("/")
        for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
            folder = prefix + "/".join(parts[:depth])
            found[folder] = _folder(folder, commit.files)
        if recursive or len(parts) == 1:
            found[one] = blob.told(one)
    return [found[name] for name in sorted(found)]


def _folder(path: str, files: Mapping[str, Blob]) -> dict[str, Any]:
    inside = next(blob for name, blob in files.items() if name.startswith(f"{path}/"))
    return {"type": "directory", "oid": inside.oid, "size": 0, "path": path}


def paged(told: list[Any], request: Request, page: int, address: str) -> Response:
    """A page of a list, with a link to the next one."""
    given = dict(part.partition("=")[::2] for part in request.query.split("&") if part)
    first = int(given.pop("cursor", 0))
    size = min(page, int(given.get("limit", page)))
    answer = as_json(told[first : first + size])
    if first + size < len(told):
        query = "&".join(f"{name}={value}" for name, value in given.items())
        path = quote(request.path.replace("refs/pr/", "refs%2Fpr%2F"), safe="/%")
        more = f"<{address}{path}?{query}&cursor={first + size}>"
        answer.headers["Link"] = f'{more}; rel="next"'
    return answer


def paths_info(commit: Commit, paths: list[str]) -> list[dict[str, Any]]:
    """What lies at these paths, of those that exist."""
    told = []
    for path in paths:
        if path in commit.files:
            told.append(commit.files[path].told(path))
        elif any(name.startswith(f"{path}/") for name in commit.files):
            told.append(_folder(path, commit.files))
    return told


def resolve(repo: Repo, commit: Commit, path: str, storage: Storage, request: Request) -> Response:
    """A file: its bytes, or the way to where a large one lies."""
    blob = commit.files.get(path)
    if blob is None:
        refused = Refused(404, "Entry not found", "EntryNotFound").response()
        refused.headers["X-Repo-Commit"] = commit.oid
        return refused
    headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{blob.etag}"'}
    if blob.sha256 is None:
        return partial(repo.contents[blob.oid], request, headers)
    headers |= {
        "Location": storage.link(blob.sha256),
        "X-Linked-Size": str(blob.size),
        "X-Linked-ETag": f'"{blob.sha256}"',
    }
    return Response(b"", 302, "text/plain", headers)


def refs(repo: Repo, *, pulls: bool) -> dict[str, Any]:
    """Every name that points at a commit."""
    told: dict[str, Any] = {"branches": [], "converts": [], "tags": []}
    for name, oid in repo.branches.items():
        if not name.startswith("refs/"):
            told["branches"].append(_ref(name, f"refs/heads/{name}", oid))
    told["tags"] = [_ref(name, f"refs/tags/{name}", oid) for name, oid in repo.tags.items()]
    if pulls:
        requests = [name for name in repo.branches if name.startswith("refs/pr/")]
        told["pullRequests"] = [_ref(name, name, repo.branches[name]) for name in requests]
    return told


def _ref(name: str, ref: str, oid: str) -> dict[str, str]:
    return {"name": name, "ref": ref, "targetCommit": oid}


def commits(repo: Repo, revision: str) -> list[dict[str, Any]]:
    """The history of a revision, the newest first."""
    return [
        {
            "id": one.oid,
            "title": one.title,
            "message": one.description,
            "authors": [{"user": one.author}],
            "date": one.date,
        }
        for one in repo.history(revision)
    ]


def discussions(repo: Repo, status: str | None) -> dict[str, Any]:
    """The pull requests, the newest first; there are no other discussions."""
    found = [pull for pull in repo.pulls.values() if status in (None, "all", pull.status)]
    if status == "closed":
        found = [pull for pull in repo.pulls.values() if pull.status != "open"]
    told = [
        {
            "num": pull.number,
            "title": pull.title,
            "status": pull.status,
            "isPullRequest": True,
            "author": {"name": pull.author},
            "createdAt": pull.date,
            "repo": {"name": repo.name, "type": "dataset"},
        }
        for pull in reversed(found)
    ]
    return {"discussions": told, "count": len(told), "start": 0}
