"""The searches that find case reports, asked month by month; what is answered is kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from extractors.pmc import europepmc, eutils, idconv
from extractors.pmc.errors import Unavailable
from extractors.pmc.europepmc import EuropePmc
from extractors.pmc.eutils import Eutils
from extractors.pmc.idconv import IdConverter
from extractors.pmc.search import merge
from extractors.pmc.together import Together
from extractors.pmc.web import Patience, Service
from flows.arrivals import Named
from flows.errors import UsageError
from flows.warehouse import searches
from flows.warehouse.home import Home
from flows.warehouse.searches import Searches, months, months_before
from schemas.found import Found, Window
from schemas.run import UNAVAILABLE, Pending
from schemas.selector import Selector
from schemas.settings import Settings

Tell = Callable[[str], None]
Ask = Callable[[Window], list[Found]]

TOOL = "casebook"


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


def converter(
    settings: Settings, contact: Contact, stop: threading.Event | None = None
) -> IdConverter:
    """PMC's id converter, which both searches and lists need."""
    return IdConverter(
        Service(
            "PMC's id converter",
            settings.idconv_url,
            tool=TOOL,
            email=contact.email,
            per_second=idconv.PER_SECOND,
            patience=Patience(settings.attempts),
            stop=stop,
        )
    )


class Searching:
    """Both searches for one home, with what they answered before."""

    def __init__(self, home: Home, selector: Selector, settings: Settings, tell: Tell) -> None:
        self._selector, self._settings, self._tell = selector, settings, tell
        self._searches = Searches(home.root / "search", tell)
        self._patience = Patience(settings.attempts)
        self._stop = threading.Event()

    def named(self, owed: Iterable[tuple[str, Window]]) -> Named:
        """What the searches find and found before; what earlier builds did not get is asked too."""
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
            converter(settings, contact, self._stop),
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


def wanted_months(window: Window, owed: Iterable[Window]) -> list[Window]:
    """A window by months, and what earlier builds wanted and did not get beside it."""
    wanted = list(months(window))
    for month in (month for days in owed for month in months(days)):
        if not any(one.since <= month.since and month.until <= one.until for one in wanted):
            wanted.append(month)
    return sorted(wanted, key=lambda one: one.since)


def _unanswered(route: str, window: Window, error: Unavailable) -> Pending:
    return Pending(
        source=searches.name_of(route, window),
        pmcid=None,
        stage="search",
        reason=UNAVAILABLE,
        detail=f"{error}: run `casebook retry`",
    )
