"""`POST /_admin/<what>` with JSON: changes the Hub while it runs; and who asks for that."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import requests

from tests.fakes.hub import writing
from tests.fakes.hub.behaviour import ALSO, HUB_FAULTS, Planned, Settings, hub_faults
from tests.fakes.hub.repos import Refused
from tests.fakes.hub.service import Hub
from tests.fakes.serving import Request, Response, as_json


class HubDesk:
    """What can be changed and read back; each method is one address."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def __call__(self, request: Request) -> Response:
        """Do what the address says."""
        what = request.path.rpartition("/")[2]
        do = getattr(self, f"do_{what}", None)
        if do is None:
            return as_json({"error": f"no such thing: {what}"}, 404)
        try:
            return as_json(do(**json.loads(request.body or b"{}")))
        except (KeyError, TypeError, ValueError, Refused) as problem:
            return as_json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def do_settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `Settings`, and read it."""
        unknown = changes.keys() - {field.name for field in fields(Settings)}
        if unknown:
            raise ValueError(f"no such settings: {sorted(unknown)}")
        for name, value in changes.items():
            setattr(self._hub.settings, name, value)
        return self._hub.told_settings()

    def do_faults(self, **asked: Any) -> dict[str, Any]:
        """Let a share of requests fail from now on; without a rate none does."""
        for name in ("kinds", "services"):
            if name in asked:
                asked[name] = tuple(asked[name])
        faults = hub_faults(**asked)
        if unknown := set(faults.kinds) - {*HUB_FAULTS, *ALSO}:
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self._hub.faults = faults
        return {"rate": faults.rate, "kinds": faults.kinds, "seed": faults.seed}

    def do_plan(self, plans: list[dict[str, Any]]) -> None:
        """Let the next requests of a kind fail, in place of what was planned before."""
        planned = [Planned(**plan) for plan in plans]
        if unknown := {plan.fault for plan in planned} - {*HUB_FAULTS, *ALSO}:
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self._hub.planned = planned

    def do_put(
        self, repo: str, files: dict[str, str | None], title: str, author: str
    ) -> dict[str, str]:
        """Somebody's commit on the main branch."""
        content = {p: None if c is None else base64.b64decode(c) for p, c in files.items()}
        return {"oid": self._hub.put(repo, content, title, author)}

    def do_merge(self, repo: str, number: int) -> dict[str, str]:
        """Somebody merges a pull request."""
        return {"oid": writing.merge(self._hub.repo(repo), number, "other").oid}

    def do_close(self, repo: str, number: int) -> None:
        """Somebody closes a pull request."""
        self._hub.repo(repo).pulls[number].status = "closed"

    def do_hide(self, repo: str) -> None:
        """Make a repository private."""
        self._hub.repo(repo).private = True

    def do_gate(self, repo: str) -> None:
        """Let only members into a repository."""
        self._hub.repo(repo).gated = True

    def do_repo(self, repo: str) -> dict[str, Any]:
        """The commits of the main branch, the tags, the pull requests and the files of a head."""
        held = self._hub.repo(repo)
        history = held.history("main")
        return {
            "commits": [{"oid": one.oid, "title": one.title} for one in reversed(history)],
            "tags": held.tags,
            "pulls": {pull.number: pull.status for pull in held.pulls.values()},
            "files": {path: blob.etag for path, blob in history[0].files.items()},
        }

    def do_counts(self, *, reset: bool = False) -> dict[str, int]:
        """The counters, which begin anew if that is asked."""
        counted = self._hub.counted()
        if reset:
            self._hub.reset_counts()
        return counted


class HubAdmin:
    """Changes the Hub from another process and reads back what it was asked."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.trust_env = False

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `hub.behaviour.Settings`, and read all of them."""
        return self._post("settings", **changes)

    def faults(
        self,
        rate: float = 0.0,
        kinds: Sequence[str] = HUB_FAULTS,
        services: Sequence[str] = ("hub", "storage"),
        seed: int = 0,
        most: int | None = None,
    ) -> None:
        """Let a share of requests fail, each drawn by seed and request, anew when repeated.

        Kinds of `hub.behaviour`; `lost` takes effect and is not answered, `cut` breaks an upload.
        """
        told = {"kinds": list(kinds), "services": list(services)}
        self._post("faults", rate=rate, seed=seed, most=most, **told)

    def plan(self, *plans: tuple[Any, ...]) -> None:
        """Let the next requests fail: (kind, fault[, times[, after]]), instead of former plans.

        Kinds are those of `counts`: hub.commit, storage.put ... Faults are HUB_FAULTS, or `stall`
        (half an upload is taken, and nothing said), `intrude` (somebody else commits first), `echo`
        (400 with the token in its words), 502.
        """
        names = ("kind", "fault", "times", "after")
        self._post("plan", plans=[dict(zip(names, plan, strict=False)) for plan in plans])

    def put(
        self,
        repo: str,
        files: Mapping[str, bytes | None],
        title: str = "by hand",
        author: str = "other",
    ) -> str:
        """Somebody's commit: files, or None for those that go; the repository is made."""
        told = {p: None if c is None else base64.b64encode(c).decode() for p, c in files.items()}
        oid: str = self._post("put", repo=repo, files=told, title=title, author=author)["oid"]
        return oid

    def merge(self, repo: str, number: int) -> str:
        """Somebody merges a pull request."""
        oid: str = self._post("merge", repo=repo, number=number)["oid"]
        return oid

    def close(self, repo: str, number: int) -> None:
        """Somebody closes a pull request."""
        self._post("close", repo=repo, number=number)

    def hide(self, repo: str) -> None:
        """Make a repository private."""
        self._post("hide", repo=repo)

    def gate(self, repo: str) -> None:
        """Let only members into a repository."""
        self._post("gate", repo=repo)

    def repo(self, repo: str) -> dict[str, Any]:
        """commits (oldest first: oid, title), tags, pulls (status by number), files of main."""
        return self._post("repo", repo=repo)

    def counts(self, *, reset: bool = False) -> Counter[str]:
        """What was asked: hub.commit, hub.preupload, hub.batch, storage.put, storage.get ...

        Also status.412, fault.lost, and bytes.sent by the storage.
        """
        return Counter(self._post("counts", reset=reset))

    def _post(self, what: str, **asked: Any) -> Any:
        answer = self._session.post(f"{self._endpoint}/_admin/{what}", json=asked, timeout=60)
        if not answer.ok:
            raise ValueError(answer.json()["error"])
        return answer.json()
