"""What of the Hub can be set while it runs, and the faults it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.behaviour import Faults

TOKEN = "hf_fake_that_may_write"
READ_TOKEN = "hf_fake_that_may_read"
USER = "tester"
ORGANISATION = "casebook-tests"

HUB_FAULTS = ("429", "500", "503", "html", "reset", "lost", "cut", "slow")
ALSO = ("stall", "intrude", "echo", "502")
_WRITES = ("hub.commit", "hub.create", "hub.tag")


@dataclass(slots=True)
class Settings:
    """How the Hub behaves for good, until it is set otherwise.

    tokens: by token, who it is and whether it may write.
    tells_oids: preupload tells what of the files is there already.
    page: entries of a tree in one answer.
    regular_bytes: larger files are large files whatever their name.
    put_seconds, commit_seconds: how long those take.
    slow_seconds, retry_after: of the faults; retry_after None for no header.
    """

    tokens: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            TOKEN: {"name": USER, "orgs": [ORGANISATION], "role": "write"},
            READ_TOKEN: {"name": USER, "orgs": [ORGANISATION], "role": "read"},
        }
    )
    tells_oids: bool = True
    page: int = 1000
    regular_bytes: int = 10 * 1024 * 1024
    put_seconds: float = 0.0
    commit_seconds: float = 0.0
    slow_seconds: float = 1.0
    retry_after: float | None = 1


@dataclass(slots=True)
class Planned:
    """A fault that hits the next requests of one kind, after some that go well."""

    kind: str
    fault: str
    times: int = 1
    after: int = 0


def hub_faults(
    rate: float = 0.0,
    kinds: tuple[str, ...] = HUB_FAULTS,
    services: tuple[str, ...] = ("hub", "storage"),
    seed: int = 0,
    most: int | None = None,
) -> Faults:
    """Faults of the Hub: answers are lost where something is written, uploads are cut."""
    only = {
        "lost": (*_WRITES, "storage.put"),
        "cut": ("storage.put",),
        "intrude": ("hub.commit",),
    }
    return Faults(rate, tuple(kinds), tuple(services), seed, most, only)
