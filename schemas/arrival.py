"""An article as it came in: which one it is, where from, and its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

SALT = "casebook"


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a shard. `article` is its PMCID, or its source where it has no id.

    A member whose `gone` is set says that the article left the home.
    """

    article: str
    source: str
    pmcid: str | None
    version: int | None
    digest: str
    gone: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class Arrival(Member):
    """A member that is new to the home, and where its bytes are to be had.

    That is a file at `path`, or the `versions` that PMC's bucket holds.
    """

    path: str | None = None
    detail: str | None = None
    versions: tuple[int, ...] = ()
    first_seen: str | None = None
    origins: tuple[str, ...] = ()

    @classmethod
    def again(cls, member: Member, **changes: Any) -> Arrival:
        """A member of a home as it comes in once more."""
        known = {name: getattr(member, name) for name in Member.__slots__}
        return cls(**{**known, **changes})


@dataclass(frozen=True, slots=True)
class Captured(Member):
    """A member with what was got: its XML and metadata, or the problem with them."""

    xml: bytes | None
    xml_md5: str | None
    metadata: bytes | None
    detail: str | None
    first_seen: str | None = None
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An article that may be used, with what its row will say about its source."""

    pmcid: str
    version: int | None
    pmid: int | None
    doi: str | None
    licence: str
    citation: str | None
    xml_md5: str
    first_seen: str | None


def order_key(article: str) -> str:
    """The place of an article in the order in which articles are taken."""
    return hashlib.sha256(f"{SALT}:{article}".encode()).hexdigest()
