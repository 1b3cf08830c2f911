"""What a commit on top of a head would be; or why there must be none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from flows.errors import UsageError
from flows.hub import card, changelog
from flows.hub.cases import Cases, Rows, differing_cases
from flows.hub.contents import Contents
from flows.hub.difference import (
    Files,
    differing_files,
    remote_rows,
    told_files,
    told_text,
)
from flows.hub.folder import RECEIPT, Receipt
from flows.hub.marks import extended, merged, stamped
from flows.hub.remote_ledger import remote_ledger, remote_receipt
from flows.hub.repository import Head, Repository
from flows.warehouse.ledger import conflict, missing
from schemas.published import CONFIGS
from schemas.split import LedgerEntry


@dataclass(frozen=True, slots=True)
class Built:
    """A dataset folder that may be shared; `mark` is its receipt as it is written.

    `limits` judges the rows, which takes a while, and refuses them or gives the card's part on
    what was found: it is called before a commit that brings them.
    """

    folder: Path
    receipt: Receipt
    mark: bytes
    contents: Contents
    ledger: Sequence[LedgerEntry]
    rows: Rows
    limits: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit would be: `edited` are our parts of the card in which somebody wrote."""

    head: Head
    tag: str
    cases: Cases
    files: Files
    texts: dict[str, tuple[bytes | None, bytes]]
    edited: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """The whole difference."""
        if not self.files:
            yield f"nothing changed; the tag is {self.tag}"
            return
        yield f"to be published as {self.tag}: {self.cases.sentence()}"
        yield from self.cases.lines()
        yield from told_files(self.files, self.head)
        for name, (old, new) in self.texts.items():
            if name in self.files.written:
                yield from told_text(name, old, new)


def plan_for(built: Built, repository: Repository, head: Head, fewer: float) -> Plan:
    """The commit that this head needs, which is none where it holds the build."""
    theirs = remote_ledger(repository, head, built.mark)
    _require_continued(repository, theirs or (), built.ledger)
    mark = repository.read(head, RECEIPT)
    former = _former(repository, mark)
    _require_no_strangers(built, repository, head, former)
    old = built.rows if mark == built.mark else remote_rows(repository, head)
    _require_enough(built.contents.cases, len(old), repository.name, fewer)
    why = {entry.pmcid: entry.left for entry in built.ledger if entry.left}
    cases = differing_cases(built.rows, old, why)
    tag = tag_name(built, repository, head)
    texts, edited = _texts(built, repository, head, tag, cases)
    wanted: dict[str, Path | bytes] = {
        path: built.folder / path for path in (*built.receipt.files, RECEIPT)
    }
    wanted |= {name: new for name, (_, new) in texts.items()}
    files = differing_files(wanted, head, former)
    return Plan(head, tag, cases, files, texts, edited)


def tag_name(built: Built, repository: Repository, head: Head) -> str:
    """The tag that this build has there, else the next one of its release that is free."""
    first = f"v{built.receipt.release}"
    if not head.sha:
        return first
    tags = repository.tags()
    found = {name: re.fullmatch(rf"{first}(?:\.(\d+))?", name) for name in tags}
    taken = {name: int(match[1] or 0) for name, match in found.items() if match}
    for name in taken:
        there = repository.head(name)
        if there and repository.read(there, RECEIPT) == built.mark:
            return name
    return f"{first}.{max(taken.values()) + 1}" if taken else first


def _former(repository: Repository, mark: bytes | None) -> list[str]:
    """The files of the build that is there."""
    receipt = remote_receipt(repository, mark)
    return list(receipt.files) if receipt else []


def _require_continued(
    repository: Repository, theirs: Sequence[LedgerEntry], ours: Sequence[LedgerEntry]
) -> None:
    name = repository.name
    if wrong := conflict(theirs, ours):
        raise UsageError(
            f"this dataset does not go on from {name}: {wrong}; build in a new home with "
            f"--publish {name}, which starts from there"
        )
    if lacking := missing(theirs, ours):
        raise UsageError(
            f"{name} is ahead of this dataset: {lacking}; build with --publish {name}, which goes "
            "on from there"
        )


def _require_no_strangers(
    built: Built, repository: Repository, head: Head, former: list[str]
) -> None:
    """Files of others must neither be replaced nor be read as rows of ours."""
    known = {*former, *built.receipt.files} if former else set()
    read = [
        f"{config.folder}/{split}-*"
        for config in CONFIGS
        for split in built.contents.rows[config.name]
    ]
    for path in sorted(head.files):
        if path not in known and any(fnmatch(path, pattern) for pattern in read):
            raise UsageError(
                f"{path} of {repository.name} is not of Casebook, and would be replaced or read as "
                "rows of ours: rename or remove it there, or publish to another dataset"
            )


def _require_enough(now: int, before: int, name: str, fewer: float) -> None:
    if now < before * (1 - fewer):
        raise UsageError(
            f"{now:,} cases are fewer than the {before:,} of {name} by more than {fewer:.0%}: if "
            "that is meant, allow it by --fewer SHARE"
        )


def _texts(
    built: Built, repository: Repository, head: Head, tag: str, cases: Cases
) -> tuple[dict[str, tuple[bytes | None, bytes]], tuple[str, ...]]:
    """Card and changelog as they are there and as they are to be, people's words kept."""
    old_card = repository.read(head, card.FILE)
    old_log = repository.read(head, changelog.FILE)
    if old_card and old_log and repository.read(head, RECEIPT) == built.mark:
        return {card.FILE: (old_card, old_card), changelog.FILE: (old_log, old_log)}, ()
    ours = (built.folder / card.FILE).read_text(encoding="utf-8")
    ours = ours.replace(card.PLACE, repository.name)
    ours = extended(ours, "limits", built.limits())
    edited: tuple[str, ...] = ()
    if old_card is None:
        new_card = stamped(ours)
    else:
        where = f"{card.FILE} of {repository.name}"
        together = merged(_text(old_card, where), ours, where)
        new_card, edited = together.text, together.kept
    if old_log is None:
        new_log = (built.folder / changelog.FILE).read_bytes()
    else:
        theirs = _text(old_log, f"{changelog.FILE} of {repository.name}")
        new_log = changelog.with_section(theirs, tag, cases)
    texts = {card.FILE: (old_card, new_card.encode()), changelog.FILE: (old_log, new_log)}
    return texts, edited


def _text(content: bytes, where: str) -> str:
    """What people wrote, to be kept to the letter."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{where} is not UTF-8 text: save it there as that, or remove it"
        raise UsageError(message) from None
