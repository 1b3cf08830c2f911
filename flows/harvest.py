"""What PMC holds for a home: found by searches or a list, compared with what the home has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from extractors.pmc import objects
from extractors.pmc.bucket import Bucket, Stored
from extractors.pmc.errors import ServiceFailed, Unavailable
from extractors.pmc.inventory import UNREADABLE, Inventory, diff, keep_newest, kept
from flows.arrivals import OF_PMC, Arrivals, Named, require_one_world, unavailable
from flows.errors import CasebookError
from flows.listing import listed
from flows.searching import Searching, Tell
from flows.stages.capture import barred_digest, policy_of
from flows.warehouse import searches
from flows.warehouse.home import Home
from flows.warehouse.results import digest
from schemas.arrival import Arrival, Member
from schemas.found import Found, Window
from schemas.run import UNAVAILABLE, Pending
from schemas.selector import Selector
from schemas.settings import Settings

NOT_IN_BUCKET = "not_in_bucket"
# More of a home than this does not vanish from PMC between two builds.
_BELIEVED_SHARE, _BELIEVED_COUNT = 0.1, 3


class Harvest:
    """One look at PMC for one home."""

    def __init__(self, home: Home, selector: Selector, settings: Settings, tell: Tell) -> None:
        self._selector, self._settings, self._tell = selector, settings, tell
        self._searching = Searching(home, selector, settings, tell)
        self._inventories = home.root / "inventory"

    def arrivals(
        self,
        known: Mapping[str, Member],
        also: Collection[str] = (),
        owed: Iterable[Pending] = (),
    ) -> Arrivals:
        """What PMC holds that the home does not.

        `also` are ids that are wanted anyway, and `owed` is what earlier builds did not get.
        """
        windows = [window for pending in owed if (window := searches.named(pending.source))]
        try:
            return self._arrivals(self._named(windows), known, also)
        except ServiceFailed as error:
            raise CasebookError(f"{error}: nothing was changed; try again later") from None

    def _arrivals(
        self, named: Named, known: Mapping[str, Member], also: Collection[str]
    ) -> Arrivals:
        # Nobody leaves for not being named while somebody may not have been named yet.
        full = self._selector.full and not named.pending
        wanted = {found.pmcid: found for found in named.found}
        if not full:
            wanted |= {pmcid: Found(pmcid) for pmcid in also if pmcid not in wanted}
        ours = {m.article for m in known.values() if m.source.startswith(OF_PMC) and m.pmcid}
        staying = [] if full else [Found(pmcid) for pmcid in ours if pmcid not in wanted]
        looked_at = [*wanted.values(), *staying]
        try:
            states = self._states([found.pmcid for found in looked_at])
        except Unavailable as error:
            waiting = [_arrival(found, ()) for found in wanted.values() if found.pmcid not in known]
            pending = [unavailable(arrival, str(error)) for arrival in waiting]
            pending += [_unseen(len(ours), error)] if ours else []
            return Arrivals([], [*named.pending, *pending], len(known))
        licences, manuscripts = self._settings.licences, self._settings.manuscripts
        policy = policy_of({"licences": licences, "manuscripts": manuscripts})
        arrivals = [_arrival(found, states[found.pmcid]) for found in looked_at] + named.refused
        new = [a for a in arrivals if not _is_known(a, known.get(a.article), policy)]
        self._believe(new, ours)
        here = {arrival.article for arrival in arrivals}
        gone = [
            Arrival.again(member, gone=True)
            for article, member in known.items()
            if full and article not in here
        ]
        require_one_world([*known.values(), *new])
        return Arrivals(new + gone, named.pending, len(arrivals) - len(new))

    def _named(self, owed: Iterable[tuple[str, Window]]) -> Named:
        if self._selector.source == "pmcids":
            return listed(self._selector.pmcids or "", self._settings)
        return self._searching.named(owed)

    def _states(self, pmcids: Collection[str]) -> Mapping[str, tuple[Stored, ...]]:
        settings = self._settings
        patience = objects.Patience(settings.attempts)
        bucket = Bucket(settings.bucket_url, settings.connections, patience)
        if len(pmcids) < settings.inventory_from:
            return bucket.states(pmcids)
        states = self._inventoried(bucket, pmcids)
        # What is younger than the inventory is not in it, and what is gone from it is looked at.
        return states | bucket.states(pmcid for pmcid in pmcids if not states[pmcid])

    def _inventoried(
        self, bucket: Bucket, pmcids: Collection[str]
    ) -> dict[str, tuple[Stored, ...]]:
        inventory = self._inventory(bucket)
        try:
            return inventory.states(pmcids)
        except UNREADABLE:
            self._tell(f"{inventory.path} is damaged: it is asked for anew")
            inventory.path.unlink()
        return self._inventory(bucket).states(pmcids)

    def _inventory(self, bucket: Bucket) -> Inventory:
        before = kept(self._inventories)
        self._tell("looking for PMC's newest inventory (a new one is 245 MB) ...")
        newest = keep_newest(bucket, self._inventories)
        for old in before:
            if old != newest:
                self._tell(_changes(old, newest))
                old.path.unlink()
        return newest

    def _believe(self, new: Iterable[Arrival], ours: Collection[str]) -> None:
        vanished = sum(a.problem == NOT_IN_BUCKET and a.article in ours for a in new)
        if vanished > max(_BELIEVED_COUNT, _BELIEVED_SHARE * len(ours)) and not self._selector.full:
            raise CasebookError(
                f"PMC's bucket says that {vanished:,} of {len(ours):,} articles are gone, which "
                "is not believed: see whether it is well, or accept it with --full"
            )


def _changes(old: Inventory, newest: Inventory) -> str:
    try:
        counts = diff(old, newest).counts
    except UNREADABLE:
        return f"{old.path} is damaged: what changed since is not counted"
    changes = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return f"from inventory {old.date} to {newest.date}: {changes}"


def _arrival(found: Found, versions: tuple[Stored, ...]) -> Arrival:
    return Arrival(
        article=found.pmcid,
        source=f"{OF_PMC}{found.pmcid}",
        pmcid=found.pmcid,
        version=versions[-1].version if versions else None,
        digest=digest([[one.version, one.etag] for one in versions]) if versions else "",
        gone=False,
        problem=None if versions else NOT_IN_BUCKET,
        detail=None if versions else "PMC's bucket has no file of it",
        versions=tuple(one.version for one in versions),
        first_seen=found.first_seen,
        origins=found.origins,
    )


def _is_known(arrival: Arrival, member: Member | None, policy: str) -> bool:
    if member is None or (member.problem == "corrupt" and member.source.startswith(OF_PMC)):
        return False
    return member.digest in (arrival.digest, barred_digest(arrival.digest, policy))


def _unseen(count: int, error: Unavailable) -> Pending:
    return Pending(
        source=error.service,
        pmcid=None,
        stage="fetch",
        reason=UNAVAILABLE,
        detail=f"{error}: it is not known which of {count:,} articles changed: "
        "run `casebook retry`",
    )
