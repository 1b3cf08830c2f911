"""The ledger of a repository, as a build wrote it and nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flows.errors import CasebookError
from flows.hub.folder import LEDGER, RECEIPT, Receipt
from flows.hub.repository import Head, Repository
from flows.warehouse.ledger import parse_ledger
from schemas.split import LedgerEntry


def remote_receipt(repository: Repository, mark: bytes | None) -> Receipt | None:
    """What a build wrote into a repository; None where none did."""
    if mark is None:
        return None
    try:
        return Receipt.model_validate_json(mark)
    except ValueError:
        raise CasebookError(
            f"{RECEIPT} of {repository.name} is not as a build wrote it: mend or remove it there"
        ) from None


def remote_ledger(
    repository: Repository, head: Head, ours: bytes | None = None
) -> Sequence[LedgerEntry] | None:
    """The entries; None where there is no ledger, or where the build there is `ours` already.

    A ledger that was edited, cut or removed is refused: cases would change their splits by it.
    """
    mark = repository.read(head, RECEIPT)
    if mark is not None and mark == ours:
        return None
    receipt, content = remote_receipt(repository, mark), repository.read(head, LEDGER)
    where = f"{LEDGER} of {repository.name}"
    if receipt and receipt.files.get(LEDGER) != _digest(content):
        raise CasebookError(
            f"{where} is not as a build wrote it, and cases would change their splits: restore it "
            "there from the last commit that has it whole"
        )
    return None if content is None else parse_ledger(content.decode(errors="replace"), where)


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
