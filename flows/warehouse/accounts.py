"""Every article that came in, with the one state it ended in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.errors import CasebookError
from flows.stages import STAGES
from flows.warehouse.results import ALL
from flows.warehouse.work import Work
from schemas.arrival import Member
from schemas.reject import RejectedArticle
from schemas.run import Pending, StageCount
from schemas.split import UNUSED, LedgerEntry


@dataclass(frozen=True, slots=True)
class Account:
    """An article and where it stands: kept, rejected, pending, not_wanted or in_progress."""

    article: str
    source: str
    pmcid: str | None
    version: int | None
    shard: str | None
    state: str
    stage: str | None
    reason: str | None
    split: str | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a home."""

    articles: list[Account]
    rejects: list[tuple[str, RejectedArticle]]
    kept: list[LedgerEntry]
    stages: list[str]
    unused: int = 0

    def count(self, state: str) -> int:
        """How many articles are in a state."""
        return sum(account.state == state for account in self.articles)

    def funnel(self) -> tuple[StageCount, ...]:
        """How many articles entered each stage that is done, were rejected, and went on."""
        by_stage: dict[str, Counter[str]] = {}
        for name, reject in self.rejects:
            by_stage.setdefault(name, Counter())[reject.reason] += 1
        left = len(self.articles) - self.count("pending")
        lines = []
        for stage in self.stages:
            if stage == "extract":
                left -= self.count("not_wanted") - self.unused
            rejected = by_stage.get(stage, Counter())
            entered, left = left, left - rejected.total()
            left -= self.unused if stage == "split" else 0
            lines.append(
                StageCount(
                    stage=stage,
                    entered=entered,
                    rejected=dict(sorted(rejected.items())),
                    left=left,
                )
            )
        return tuple(lines)

    def require_complete(self) -> None:
        """Every article must have ended somewhere; anything else is a defect of ours."""
        lost = [account.article for account in self.articles if account.state == "in_progress"]
        if lost:
            raise CasebookError(
                f"{len(lost)} articles have no final state, {lost[0]} among them: this is a "
                "defect of Casebook; nothing was published"
            )


def take_account(work: Work, pending: Iterable[Pending]) -> Accounts:
    """Account for every current article of a home, and for what was wanted but not had."""
    rejects = list(work.rejects())
    ended: dict[str, tuple[str, str]] = {}
    for stage, reject in rejects:
        if reject.article in ended:
            raise CasebookError(
                f"{reject.article} was rejected twice, by {ended[reject.article][0]} and "
                f"{stage}: this is a defect of Casebook"
            )
        ended[reject.article] = (stage, reject.reason)
    released = _released(work)
    kept = [entry for entry in released if entry.split != UNUSED]
    unused = {entry.pmcid for entry in released} - {entry.pmcid for entry in kept}
    splits = {entry.pmcid: entry.split for entry in kept}
    if both := splits.keys() & ended.keys():
        raise CasebookError(f"{min(both)} is kept and rejected: this is a defect of Casebook")
    spared = _not_wanted(work) | unused
    waiting = {article: (stage, why.reason) for article, stage, why in work.waiting()}
    outcomes = ended | waiting
    articles = [
        _account(member, shard, outcomes, splits, spared, waiting)
        for shard, members in work.members().items()
        for member in members.values()
    ]
    known = {account.source for account in articles}
    articles += [
        Account(
            p.pmcid or p.source, p.source, p.pmcid, None, None, "pending", p.stage, p.reason, None
        )
        for p in pending
        if p.source not in known
    ]
    articles.sort(key=lambda account: account.article)
    stages = [name for name in work.finished() if not STAGES[name].aside]
    return Accounts(articles, rejects, kept, stages, len(unused))


def _released(work: Work) -> list[LedgerEntry]:
    result = work.done["split"].get(ALL)
    rows = work.home.store.rows(result, LedgerEntry) if result else ()
    return [entry for entry in rows if entry.left is None]


def _not_wanted(work: Work) -> set[str]:
    selected = len(work.done["select"]) == len(work.shards)
    if not selected or work.wanted is None:
        return set()
    wanted = {pmcid for names in work.wanted.values() for pmcid in names}
    return {pmcid for _, pmcid in work.candidates()} - wanted


def _account(
    member: Member,
    shard: str,
    ended: dict[str, tuple[str, str]],
    splits: dict[str, str],
    spared: set[str],
    waiting: Mapping[str, object],
) -> Account:
    name = member.article
    stage, reason = ended.get(name, (None, None))
    if name in splits:
        state = "kept"
    elif name in waiting:
        state = "pending"
    elif stage:
        state = "rejected"
    else:
        state = "not_wanted" if name in spared else "in_progress"
    return Account(
        name,
        member.source,
        member.pmcid,
        member.version,
        shard,
        state,
        stage,
        reason,
        splits.get(name),
    )
