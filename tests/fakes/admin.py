"""`POST /_admin/<what>` with JSON, on any of the services: changes the world while they run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from tests.fakes.behaviour import FAULTS, Faults, Settings
from tests.fakes.services import Services
from tests.fakes.serving import Request, Response, as_json
from tests.fakes.world import Article, Version, as_known

_DATES = ("entered", "typed", "since", "until")
_AMENDABLE = {field.name for field in fields(Article)} - {"index", "number", "revision", "changed"}


class Admin:
    """What can be changed and read back; each method is one address."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._world = services.world

    def __call__(self, request: Request) -> Response:
        """Do what the address says."""
        what = request.path.rpartition("/")[2]
        do = getattr(self, f"do_{what}", None)
        if do is None:
            return as_json({"error": f"no such thing: {what}"}, 404)
        try:
            asked = json.loads(request.body or b"{}")
            return as_json(do(**asked))
        except (KeyError, TypeError, ValueError) as problem:
            return as_json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def do_today(self, date: str | None = None) -> dict[str, str]:
        """Set today, or only read it."""
        if date:
            self._world.move_to(_date(date))
        return {"today": self._world.today.isoformat()}

    def do_add(self, count: int = 1, **known: Any) -> list[dict[str, Any]]:
        """Articles that enter today, with anything of `Article` said otherwise."""
        return [as_known(article) for article in self._world.add(count, **_known(known))]

    def do_amend(self, pmcid: str, **known: Any) -> dict[str, Any]:
        """Change anything of an `Article`."""
        return as_known(self._world.amend(_number(pmcid), **_known(known)))

    def do_revise(
        self, pmcid: str, change: str = "words", *, in_place: bool = False
    ) -> dict[str, Any]:
        """A new version, or new bytes of the newest one."""
        if change not in ("words", "spacing"):
            raise ValueError(f"change is words or spacing, not {change}")
        return as_known(self._world.revise(_number(pmcid), change, in_place=in_place))

    def do_articles(self, since: str | None = None, until: str | None = None) -> list[Any]:
        """Those that entered in these days, with all that is known of them."""
        first, last = (_date(day) if day else None for day in (since, until))
        return [as_known(article) for article in self._world.entered(first, last)]

    def do_settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `Settings`, and read it."""
        settings = self._services.settings
        unknown = changes.keys() - {field.name for field in fields(Settings)}
        if unknown:
            raise ValueError(f"no such settings: {sorted(unknown)}")
        for name, value in changes.items():
            setattr(settings, name, value)
        return self._services.told_settings()

    def do_faults(self, **asked: Any) -> dict[str, Any]:
        """Let a share of requests fail from now on; without a rate none does."""
        for name in ("kinds", "services"):
            if name in asked:
                asked[name] = tuple(asked[name])
        faults = Faults(**asked)
        if unknown := set(faults.kinds) - set(FAULTS):
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self._services.faults = faults
        return {"rate": faults.rate, "kinds": faults.kinds, "seed": faults.seed}

    def do_inventory(self) -> dict[str, str]:
        """Take an inventory now, later than those of this day."""
        return {"folder": self._services.inventory.take()}

    def do_counts(self, *, reset: bool = False) -> dict[str, int]:
        """The counters, which begin anew if that is asked."""
        counted = self._services.counted()
        if reset:
            self._services.reset_counts()
        return counted


def _number(pmcid: str) -> int:
    return int(pmcid.upper().removeprefix("PMC"))


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of an article, as `Article` has it."""
    if unknown := told.keys() - _AMENDABLE:
        raise ValueError(f"not of an article: {sorted(unknown)}")
    known = {
        name: _date(value) if name in _DATES and value else value for name, value in told.items()
    }
    if "versions" in known:
        known["versions"] = tuple(map(_version, known["versions"]))
    return known


def _version(told: int | Mapping[str, Any]) -> Version:
    if isinstance(told, int):
        return Version(told)
    return Version(told["number"], bool(told.get("manuscript")), tuple(told.get("edits", ())))
