"""The Hub whole: each request is let in, counted, perhaps failed, and answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from tests.fakes.behaviour import Faults
from tests.fakes.hub import reading, writing
from tests.fakes.hub.behaviour import Planned, Settings, hub_faults
from tests.fakes.hub.repos import Refused, Repo, large_blob
from tests.fakes.hub.storage import Storage
from tests.fakes.serving import Meter, Request, Response, as_json, listen

_PAGE = b"<!DOCTYPE html>\n<html><head><title>We are sorry</title></head><body></body></html>"
_BEFORE = ("429", "500", "502", "503", "html", "reset", "cut", "stall")
_HIDDEN = "Repository not found"


class Hub:
    """What is set, held and counted, and the answer to each request."""

    def __init__(self, seed: int = 0) -> None:
        self.settings = Settings()
        self.faults: Faults = hub_faults(seed=seed)
        self.planned: list[Planned] = []
        self.repos: dict[str, Repo] = {}
        self.storage = Storage()
        self.address = ""
        self._counts: Counter[str] = Counter()

    async def start(self, admin: Callable[[Request], Response]) -> str:
        """Listen at two addresses, the Hub's and the storage's, and say the Hub's."""

        def door(request: Request) -> Response:
            return admin(request) if "/_admin/" in request.path else self._answer(request)

        hub = await listen(door, Meter())
        storage = await listen(self._store, Meter(), halfway=self._halfway)
        self.address = f"http://127.0.0.1:{hub.sockets[0].getsockname()[1]}"
        self.storage.address = f"http://127.0.0.1:{storage.sockets[0].getsockname()[1]}"
        return self.address

    def counted(self) -> dict[str, int]:
        """All counters."""
        return {**self._counts, "bytes.sent": self.storage.sent}

    def reset_counts(self) -> None:
        """Count from nothing."""
        self._counts.clear()
        self.storage.sent = 0

    def repo(self, name: str) -> Repo:
        """A repository that is there."""
        if name not in self.repos:
            raise Refused(404, _HIDDEN, "RepoNotFound")
        return self.repos[name]

    def put(self, name: str, files: dict[str, bytes | None], title: str, author: str) -> str:
        """Somebody's commit on the main branch, to a repository that is made if it is missing."""
        repo = self.repos.setdefault(name, writing.begin(name, author))
        held = dict(repo.commit_at("main").files)
        for path, content in files.items():
            if content is None:
                del held[path]
            elif path.endswith(".parquet"):
                held[path] = large_blob(self.storage.keep(content), len(content))
            else:
                held[path] = repo.keep(content)
        parent = repo.branches["main"]
        return repo.commit("main", held, title=title, author=author, parent=parent).oid

    def _store(self, request: Request) -> Response:
        kind = f"storage.{request.method.lower()}"
        return self._served(kind, request, lambda: self.storage(request))

    def _halfway(self, request: Request) -> Response | None:
        """What becomes of an upload of which half is there."""
        fault = self._due("storage.put", ("cut", "stall"))
        if fault is None and "cut" in self.faults.kinds:
            cuts = replace(self.faults, kinds=("cut",), rate=self.faults.rate / 4)
            fault = cuts.drawn("storage.put", replace(request, body=b"half"))
        return self._failed(fault) if fault else None

    def _answer(self, request: Request) -> Response:
        kind, route = self._route(request)
        return self._served(kind, request, lambda: route(request))

    def _served(self, kind: str, request: Request, do: Callable[[], Response]) -> Response:
        self._counts[kind] += 1
        fault = self._due(kind) or self.faults.drawn(kind, request)
        try:
            if fault in _BEFORE:
                return self._failed(fault)
            if fault:
                self._counts[f"fault.{fault}"] += 1
            response = self._done(fault, request, do)
        except Refused as refused:
            response = refused.response()
        if fault == "lost":
            return Response(b"", reset=True)
        if fault == "slow":
            response = replace(response, delay=self.settings.slow_seconds)
        seconds = {
            "storage.put": self.settings.put_seconds,
            "hub.commit": self.settings.commit_seconds,
        }
        response.delay += seconds.get(kind, 0.0)
        self._counts[f"status.{response.status}"] += 1
        return response

    def _done(self, fault: str | None, request: Request, do: Callable[[], Response]) -> Response:
        if fault == "intrude":
            self._intrude(request)
        if fault == "echo":
            raise Refused(400, f"Bad header: {request.headers.get('authorization')}")
        return do()

    def _due(self, kind: str, faults: tuple[str, ...] | None = None) -> str | None:
        """The fault that was planned for this request."""
        for plan in self.planned:
            halfway = plan.fault in ("cut", "stall") and kind == "storage.put"
            if plan.kind != kind or not plan.times or halfway != (faults is not None):
                continue
            if plan.after:
                plan.after -= 1
                return None
            plan.times -= 1
            return plan.fault
        return None

    def _failed(self, fault: str) -> Response:
        self._counts[f"fault.{fault}"] += 1
        if fault == "429":
            after = self.settings.retry_after
            headers = {} if after is None else {"Retry-After": f"{after:g}"}
            return as_json({"error": "We had to rate limit you"}, 429, **headers)
        if fault in ("reset", "cut", "stall"):
            return Response(b"", reset=fault != "stall", hang=fault == "stall")
        if fault == "html":
            return Response(_PAGE, 503, "text/html")
        return as_json({"error": "Internal Error - We're working hard to fix this"}, int(fault))

    def _intrude(self, request: Request) -> None:
        """Somebody else was a moment faster."""
        name = "/".join(request.path.split("/")[3:5])
        self.put(name, {"NOTES.md": f"{len(self.repo(name).commits)}\n".encode()}, "notes", "other")

    def _who(self, request: Request) -> dict[str, Any] | None:
        """Whom a token belongs to; None without one."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return None
        if scheme != "Bearer" or token not in self.settings.tokens:
            raise Refused(401, "Invalid credentials in Authorization header")
        return self.settings.tokens[token]

    def _open(self, request: Request, name: str, *, write: bool = False) -> tuple[Repo, str]:
        """A repository that this request may read, or write; and who asks."""
        who = self._who(request)
        repo = self.repos.get(name)
        inside = who is not None and name.partition("/")[0] in (who["name"], *who["orgs"])
        if repo is None or (repo.private and not inside):
            raise Refused(401 if who is None else 404, _HIDDEN, "RepoNotFound")
        if repo.gated and not inside:
            raise Refused(403, "Access to this dataset is restricted", "GatedRepo")
        if write and who is None:
            raise Refused(401, "Invalid username or password.")
        if write and not (inside and who and who["role"] == "write"):
            raise Refused(403, "Forbidden: you must use a write token of a member to do this")
        return repo, who["name"] if who else ""

    def _route(self, request: Request) -> tuple[str, Callable[[Request], Response]]:
        """What is asked for in a word, and what answers it."""
        first, *rest = request.path.strip("/").split("/")
        if first == "api" and len(rest) >= 3 and rest[0] == "datasets":
            name, what = "/".join(rest[1:3]), rest[3] if len(rest) > 3 else "info"
            of_repo = getattr(self, f"_on_{what.replace('-', '_')}", None)
            if of_repo:
                return f"hub.{what}", lambda request: of_repo(request, name, rest[4:])
        if first == "datasets" and len(rest) > 2 and rest[2] == "resolve":
            return "hub.resolve", lambda request: self._on_resolve(
                request, "/".join(rest[:2]), rest[3:]
            )
        if first == "datasets" and request.path.endswith(".git/info/lfs/objects/batch"):
            name = "/".join(rest[:2]).removesuffix(".git")
            return "hub.batch", lambda request: self._batch(request, name)
        single = {
            "/api/repos/create": ("hub.create", self._create),
            "/api/validate-yaml": ("hub.validate", self._validate),
            "/api/whoami-v2": ("hub.whoami", self._whoami),
        }
        return single.get(request.path, ("hub.unknown", _unknown))

    def _create(self, request: Request) -> Response:
        who, asked = self._who(request), json.loads(request.body)
        if who is None:
            raise Refused(401, "Invalid username or password.")
        owner = asked.get("organization") or who["name"]
        name = f"{owner}/{asked['name']}"
        url = f"{self.address}/datasets/{name}"
        if asked.get("type") != "dataset":
            raise Refused(400, "this Hub has datasets only")
        if owner not in (who["name"], *who["orgs"]) or who["role"] != "write":
            raise Refused(403, f"You don't have the rights to create a dataset under {owner}")
        if name in self.repos:
            raise Refused(409, "You already created this dataset repo", url=url)
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self.repos[name] = writing.begin(name, who["name"], private=private)
        return as_json({"url": url, "name": name, "id": name})

    def _validate(self, request: Request) -> Response:
        return reading.validated(json.loads(request.body)["content"])

    def _whoami(self, request: Request) -> Response:
        who = self._who(request)
        if who is None:
            raise Refused(401, "Invalid username or password.")
        orgs = [{"name": name} for name in who["orgs"]]
        return as_json({"type": "user", "name": who["name"], "orgs": orgs})

    def _on_info(self, request: Request, name: str, rest: list[str]) -> Response:
        return self._on_revision(request, name, ["main"])

    def _on_revision(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        blobs = _asked(request, "blobs")
        return as_json(reading.told_repo(repo, repo.commit_at("/".join(rest)), blobs=blobs))

    def _on_tree(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        revision, path = _split(rest)
        told = reading.tree(repo.commit_at(revision), path, recursive=_asked(request, "recursive"))
        return reading.paged(told, request, self.settings.page, self.address)

    def _on_paths_info(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        paths = parse_qs(request.body.decode())["paths"]
        return as_json(reading.paths_info(repo.commit_at("/".join(rest)), paths))

    def _on_resolve(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        revision, path = _split(rest)
        return reading.resolve(repo, repo.commit_at(revision), path, self.storage, request)

    def _on_refs(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        return as_json(reading.refs(repo, pulls=_asked(request, "include_prs")))

    def _on_commits(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name)
        told = reading.commits(repo, "/".join(rest))
        return reading.paged(told, request, self.settings.page, self.address)

    def _on_discussions(self, request: Request, name: str, rest: list[str]) -> Response:
        if rest[1:] == ["merge"]:
            repo, who = self._open(request, name, write=True)
            writing.merge(repo, int(rest[0]), who)
            return as_json({})
        repo, _ = self._open(request, name)
        return as_json(reading.discussions(repo, request.params.get("status")))

    def _on_preupload(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name, write=True)
        asked = json.loads(request.body)
        return as_json(writing.preupload(repo, "/".join(rest), asked, self.settings))

    def _batch(self, request: Request, name: str) -> Response:
        self._open(request, name, write=True)
        verify = f"{self.address}/api/datasets/{name}/verify"
        return as_json(self.storage.batch(json.loads(request.body), verify))

    def _on_verify(self, request: Request, name: str, rest: list[str]) -> Response:
        self._open(request, name, write=True)
        return as_json(self.storage.verify(json.loads(request.body)))

    def _on_commit(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, who = self._open(request, name, write=True)
        made, pull = writing.commit(
            repo,
            "/".join(rest),
            request.body,
            self.storage,
            self.settings,
            author=who,
            pull="create_pr=1" in request.query,
        )
        url = f"{self.address}/datasets/{name}"
        told = {
            "success": True,
            "commitOid": made.oid,
            "commitUrl": f"{url}/commit/{made.oid}",
            "hookOutput": "",
        }
        if pull:
            told["pullRequestUrl"] = f"{url}/discussions/{pull.number}"
        return as_json(told)

    def _on_tag(self, request: Request, name: str, rest: list[str]) -> Response:
        repo, _ = self._open(request, name, write=True)
        if request.method == "DELETE":
            repo.tags.pop("/".join(rest))
            return as_json({})
        writing.tag(repo, "/".join(rest), json.loads(request.body)["tag"])
        return as_json({})

    def told_settings(self) -> dict[str, Any]:
        """What is set."""
        return asdict(self.settings)


def _unknown(request: Request) -> Response:
    raise Refused(404, f"Sorry, we can't find the page you are looking for: {request.path}")


def _split(rest: list[str]) -> tuple[str, str]:
    """A revision, which may have slashes where it is a pull request, and the path behind it."""
    words = 3 if rest and rest[0] == "refs" else 1
    return "/".join(rest[:words]), "/".join(rest[words:])


def _asked(request: Request, name: str) -> bool:
    return dict(parse_qsl(request.query)).get(name, "").lower() in ("1", "true")
