"""A home starts from the ledger of the repository that it is published to, so nothing moves."""

from __future__ import annotations

from collections.abc import Callable

from extractors.pmc.web import Patience
from flows.errors import UsageError
from flows.hub.remote_ledger import remote_ledger
from flows.hub.repository import Repository
from flows.warehouse.home import Home
from flows.warehouse.ledger import conflict, home_ledger, missing, write_ledger


def start_from(
    home: Home, name: str, tell: Callable[[str], None], patience: Patience | None = None
) -> None:
    """Take over a repository's ledger, if the home's is a part of it; refuse if they part ways."""
    repository = Repository(name, patience, tell)
    repository.require_token()
    head = repository.head()
    theirs = remote_ledger(repository, head) if head else None
    if theirs is None:
        return
    ours = home_ledger(home)
    if wrong := conflict(theirs, ours):
        raise UsageError(
            f"{home.root} does not go on from {name}: {wrong}; build in a new home, which starts "
            "from there"
        )
    if not missing(theirs, ours):
        return
    if lacking := missing(ours, theirs):
        raise UsageError(
            f"{home.root} and {name} have both gone on, apart: {lacking.removesuffix(' here')} "
            f"there; build in a new home, which starts from there"
        )
    write_ledger(home.ledger, list(theirs))
    tell(f"starting from the ledger of {name}: {len(theirs):,} cases have their number and split")
