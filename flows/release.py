"""What a build releases: whether it may yet, what the dataset is written from, what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from flows.hub import changelog
from flows.hub.card import card_facts
from flows.stages import write
from flows.warehouse.accounts import Accounts
from flows.warehouse.asked import demand_of
from flows.warehouse.ledger import ledger_bytes
from flows.warehouse.work import Work
from flows.warehouse.written import steps
from schemas.run import Pending
from schemas.split import LedgerEntry


def unasked(work: Work) -> list[Pending]:
    """What models were not asked, or did not answer."""
    sources = {m.article: m.source for ms in work.members().values() for m in ms.values()}
    return [
        Pending(
            source=sources[article],
            pmcid=article,
            stage=stage,
            reason=why.reason,
            detail=why.detail,
        )
        for article, stage, why in work.waiting()
    ]


def must_wait(work: Work, pending: Iterable[Pending], kept_before: Collection[str]) -> bool:
    """Whether what is pending keeps the dataset as it is.

    The splits of a first release are for good, and drawn from all that is wanted; and no case
    leaves because nobody could be asked about it, unless that is allowed.
    """
    if work.settings.allow_incomplete:
        return False
    if not work.ledger or work.adopted:
        return any(each.of_service for each in pending)
    return any(entry.left == "pending" and entry.pmcid in kept_before for entry in work.entries())


def retracted_now(work: Work, kept_before: Collection[str]) -> list[str]:
    """The released cases that have been retracted since."""
    entries = work.entries()
    return [e.pmcid for e in entries if e.left == "retracted" and e.pmcid in kept_before]


def write_job(work: Work, accounts: Accounts) -> write.WriteJob:
    """What the dataset is written from."""
    return write.WriteJob(
        store=work.home.store.root,
        shards=work.shard_results(write.NEEDS),
        entries=accounts.kept,
        splits=demand_of(work.settings).sizes.published,
        steps=steps(work.settings),
        texts={
            "ledger.csv": ledger_bytes(work.ledger),
            changelog.FILE: changelog.changelog(work.ledger),
        },
        facts=card_facts(work, accounts),
        target=work.home.dataset,
        verified_again=work.verifying.again(),
    )


def counts(accounts: Accounts) -> dict[str, int]:
    """The articles by where they stand."""
    states = Counter(account.state for account in accounts.articles)
    return {"arrived": states.total(), **dict(sorted(states.items()))}


def splits(work: Work, accounts: Accounts) -> dict[str, int]:
    """The cases by split, if there is a release."""
    if not work.ledger or work.adopted:
        return {}
    return dict(sorted(Counter(entry.split for entry in accounts.kept).items()))


def difference(these: Sequence[LedgerEntry], those: Sequence[LedgerEntry]) -> tuple[str, ...]:
    """The cases that are in one release and not in the other."""
    there = kept(those)
    return tuple(e.pmcid for e in these if e.left is None and e.pmcid not in there)


def kept(ledger: Sequence[LedgerEntry]) -> set[str]:
    """The cases of a release."""
    return {entry.pmcid for entry in ledger if entry.left is None}
