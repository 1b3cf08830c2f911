"""What PMC holds for a home: found by searches or a list, compared with what the home has."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from extractors.datasets.errors import UnreadableSource
from extractors.pmc import europepmc, eutils, idconv, objects
from extractors.pmc.bucket import Bucket, Stored
from extractors.pmc.errors import ServiceFailed, Unavailable
from extractors.pmc.europepmc import EuropePmc
from extractors.pmc.eutils import Eutils
from extractors.pmc.idconv import IdConverter
from extractors.pmc.ids import Kind
from extractors.pmc.inventory import UNREADABLE, Inventory, diff, keep_newest, kept
from extractors.pmc.lists import Missed, read_ids
from extractors.pmc.search import merge
from extractors.pmc.together import Together
from extractors.pmc.web import Patience, Service
from flows.arrivals import OF_PMC, Arrivals, require_one_world, unavailable
from flows.errors import CasebookError, UsageError
from flows.stages.capture import barred_digest, policy_of
from flows.warehouse import searches
from flows.warehouse.home import Home
from flows.warehouse.results import digest
from flows.warehouse.searches import Searches, months, months_before
from schemas.arrival import Arrival, Member
from schemas.found import Found, Window
from schemas.run import UNAVAILABLE, Pending
from schemas.selector import Selector
from schemas.settings import Settings

Tell = Callable[[str], None]
Ask = Callable[[Window], list[Found]]

TOOL = "casebook"
NOT_IN_BUCKET = "not_in_bucket"
# More of a home than this does not vanish from PMC between two builds.
_BELIEVED_SHARE, _BELIEVED_COUNT = 0.1, 3


@dataclass(frozen=True, slots=True)
class Contact:
    """Who asks NCBI; never stored and never shown."""

    email: str
    key: str | None

    @classmethod
    def from_environment(cls) -> Contact:
        """The address that NCBI wants with every request."""
        email = os.environ.get("CASEBOOK_EMAIL", "").strip()
        if "@" not in email:
            raise UsageError(
                "NCBI wants to know whom to write to: set CASEBOOK_EMAIL to your e-mail address"
            )
        return cls(email, os.environ.get("NCBI_API_KEY") or None)

    def __repr__(self) -> str:
        return "Contact()"


@dataclass(frozen=True, slots=True)
class Named:
    """The articles that were asked for, what could not be asked, and what is no article of PMC."""

    found: list[Found]
    pending: list[Pending]
    refused: list[Arrival]


class Harvest:
    """One look at PMC for one home."""

    def __init__(self, home: Home, selector: Selector, settings: Settings, tell: Tell) -> None:
        self._selector, self._settings, self._tell = selector, settings, tell
        self._searches = Searches(home.root / "search", tell)
        self._inventories = home.root / "inventory"
        self._patience = Patience(settings.attempts)
        self._stop = threading.Event()

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
            Arrival(**{**asdict(member), "gone": True})
            for article, member in known.items()
            if full and article not in here
        ]
        require_one_world([*known.values(), *new])
        return Arrivals(new + gone, named.pending, len(arrivals) - len(new))

    def _named(self, owed: Iterable[tuple[str, Window]]) -> Named:
        if self._selector.source == "pmcids":
            return self._listed(self._selector.pmcids or "")
        return self._searched(owed)

    def _searched(self, owed: Iterable[tuple[str, Window]]) -> Named:
        contact = Contact.from_environment()
        before = self._searches.everything()
        window, standing = self._window()
        routes = self._routes(contact, before)
        # With dates, --full asks for those days and for no others.
        others = not (self._selector.full and self._selector.since)
        owed = [*owed, *self._searches.damaged()] if others else []
        answers: dict[str, tuple[list[Found], list[Pending]]] = {}

        def ask(route: str) -> None:
            months = wanted_months(window, [days for of, days in owed if of == route])
            try:
                answers[route] = self._ask(route, routes[route], months, standing)
            except BaseException:
                self._stop.set()
                raise

        try:
            Together(len(routes)).run(routes, ask)
        finally:
            self._stop.set()
        found = [one for route in routes for one in answers[route][0]]
        pending = [one for route in routes for one in answers[route][1]]
        return Named(merge(found + ([] if self._selector.full else before)), pending, [])

    def _routes(self, contact: Contact, before: Iterable[Found]) -> dict[str, Ask]:
        settings = self._settings
        known = {found.pmid: found for found in before if found.pmid and "pubmed" in found.origins}
        pubmed = Eutils(
            Service(
                "PubMed's search",
                settings.eutils_url,
                tool=TOOL,
                email=contact.email,
                api_key=contact.key,
                per_second=eutils.per_second(contact.key),
                patience=self._patience,
                stop=self._stop,
            ),
            self._converter(contact),
        )
        epmc = Service(
            "Europe PMC's search",
            settings.europepmc_url,
            per_second=europepmc.PER_SECOND,
            patience=self._patience,
            stop=self._stop,
        )

        def by_pubmed(window: Window) -> list[Found]:
            found = pubmed.search(window, {pmid: known[pmid].pmcid for pmid in known})
            # Of what is known already only the id comes back.
            return merge([*found, *(known[f.pmid] for f in found if f.pmid in known)])

        return {"pubmed": by_pubmed, "europepmc": EuropePmc(epmc).search}

    def _converter(self, contact: Contact) -> IdConverter:
        return IdConverter(
            Service(
                "PMC's id converter",
                self._settings.idconv_url,
                tool=TOOL,
                email=contact.email,
                per_second=idconv.PER_SECOND,
                patience=self._patience,
                stop=self._stop,
            )
        )

    def _window(self) -> tuple[Window, date]:
        """The days to search, and the day from which answers grow old."""
        today = datetime.now(UTC).date()
        standing = months_before(today, self._settings.search_months)
        since = self._selector.since
        if since is None:
            first = self._searches.first_day() if self._selector.full else None
            since = min(first or standing, standing)
        if since > today:
            raise UsageError(f"--since {since} is in the future")
        return Window(since, min(self._selector.until or today, today)), standing

    def _ask(
        self, route: str, ask: Ask, wanted: Sequence[Window], standing: date
    ) -> tuple[list[Found], list[Pending]]:
        to_ask = [m for m in wanted if not self._is_answered(route, m, standing)]
        found = [f for m in wanted if m not in to_ask for f in self._searches.answer(route, m)]
        if to_ask:
            self._tell(f"asking {route} for {to_ask[0].since} to {to_ask[-1].until} ...")
        for place, month in enumerate(to_ask):
            try:
                answer = ask(month)
            except Unavailable as error:
                left = searches.joined(to_ask[place:])
                return found, [_unanswered(route, window, error) for window in left]
            self._searches.keep(route, month, answer)
            found += answer
        return found, []

    def _is_answered(self, route: str, month: Window, standing: date) -> bool:
        age = self._searches.age_in_hours(route, month)
        if age is None:
            return False
        closed = month.until < standing and not self._selector.full
        return closed or age < self._settings.search_again_hours

    def _listed(self, source: str) -> Named:
        converter = _LateConverter(self._converter)
        try:
            listed = read_ids(source, converter, patience=self._patience)
        except UnreadableSource as error:
            raise UsageError(str(error)) from None
        except Unavailable as error:
            return Named([], [_unlisted(source, f"{source} cannot be read now: {error}")], [])
        found = [Found(pmcid, origins=("list",)) for pmcid in listed.pmcids]
        refused = [_refused(m) for m in listed.missed if m.reason != UNAVAILABLE]
        pending = [
            _unlisted(f"{source}: {m.file}, line {m.line}: {m.text[:60]}", str(listed.unavailable))
            for m in listed.missed
            if m.reason == UNAVAILABLE
        ]
        return Named(found, pending, refused)

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


def wanted_months(window: Window, owed: Iterable[Window]) -> list[Window]:
    """A window by months, and what earlier builds wanted and did not get beside it."""
    wanted = list(months(window))
    for month in (month for days in owed for month in months(days)):
        if not any(one.since <= month.since and month.until <= one.until for one in wanted):
            wanted.append(month)
    return sorted(wanted, key=lambda one: one.since)


def _changes(old: Inventory, newest: Inventory) -> str:
    try:
        counts = diff(old, newest).counts
    except UNREADABLE:
        return f"{old.path} is damaged: what changed since is not counted"
    changes = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return f"from inventory {old.date} to {newest.date}: {changes}"


class _LateConverter:
    """The id converter, which is set up when the first list that needs one comes."""

    def __init__(self, make: Callable[[Contact], IdConverter]) -> None:
        self._make = make

    def pmcids(self, ids: Iterable[str], kind: Kind) -> dict[str, str | None]:
        """The PMCID of each, or None where PMC does not have the article."""
        asked = list(ids)
        return self._make(Contact.from_environment()).pmcids(asked, kind) if asked else {}


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


def _refused(missed: Missed) -> Arrival:
    """A line of a list that names no article of PMC."""
    where = f"{missed.file}, line {missed.line}"
    return Arrival(
        article=f"{where}: {missed.text[:60]}",
        source=f"{where}: {missed.text[:60]}",
        pmcid=None,
        version=None,
        digest=missed.reason,
        gone=False,
        problem=missed.reason,
        detail=f"{where} of the list",
    )


def _unlisted(source: str, why: str) -> Pending:
    detail = f"{why}: run `casebook retry`, or name the list again"
    return Pending(source=source, pmcid=None, stage="search", reason=UNAVAILABLE, detail=detail)


def _unseen(count: int, error: Unavailable) -> Pending:
    return Pending(
        source=error.service,
        pmcid=None,
        stage="fetch",
        reason=UNAVAILABLE,
        detail=f"{error}: it is not known which of {count:,} articles changed: "
        "run `casebook retry`",
    )


def _unanswered(route: str, window: Window, error: Unavailable) -> Pending:
    return Pending(
        source=searches.name_of(route, window),
        pmcid=None,
        stage="search",
        reason=UNAVAILABLE,
        detail=f"{error}: run `casebook retry`",
    )
