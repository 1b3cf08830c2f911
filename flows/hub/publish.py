"""A dataset is published: one commit with all of it or none, then a tag; never the same twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from extractors.pmc.web import Patience
from flows.errors import INCOMPLETE, CasebookError
from flows.hub.card import FILE
from flows.hub.cases import Cases, local_rows
from flows.hub.folder import LEDGER, RECEIPT
from flows.hub.limits import known_limits
from flows.hub.plan import Built, Plan, plan_for, tag_name
from flows.hub.refusals import (
    require_as_built,
    require_ended,
    require_shareable,
    require_sound,
)
from flows.hub.repository import MOVED, NOWHERE, Head, HubFailed, Repository
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger

Tell = Callable[[str], None]
TAKEN = 409
PULLS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a publication is to be."""

    repository: str
    pull_request: bool = False
    dry_run: bool = False
    allow_rules: bool = False
    allow_incomplete: bool = False
    fewer: float = 0.1


def publish(home: Home, asked: Asked, tell: Tell, patience: Patience | None = None) -> list[str]:
    """Publish the dataset of a home; what came of it, in lines: of a dry run all that differs."""
    repository = Repository(asked.repository, patience, tell)
    require_ended(home, allow_incomplete=asked.allow_incomplete)
    folder, receipt = home.dataset, require_as_built(home.dataset)
    contents = require_shareable(
        folder, loopback=repository.is_loopback, allow_rules=asked.allow_rules
    )

    @cache
    def limits() -> str:
        tell(f"auditing {contents.cases:,} cases before anybody else sees them")
        return known_limits(require_sound(folder, receipt))

    built = Built(
        folder,
        receipt,
        (folder / RECEIPT).read_bytes(),
        contents,
        read_ledger(folder / LEDGER),
        local_rows(folder),
        limits,
    )
    if asked.dry_run:
        head = repository.head() or NOWHERE
        place = f"at {head.sha}" if head.sha else "not there yet"
        plan = plan_for(built, repository, head, asked.fewer)
        return [f"{repository.name}: {place}", *plan.lines()]
    repository.require_token()
    return [_Publication(built, repository, asked, tell, patience or Patience()).run()]


class Unfinished(CasebookError):
    """The Hub was not well for too long: the same command finishes it another time."""

    exit_code = INCOMPLETE


class _Publication:
    """One dataset on its way to one repository."""

    def __init__(
        self, built: Built, repository: Repository, asked: Asked, tell: Tell, patience: Patience
    ) -> None:
        self._built, self._repository, self._asked = built, repository, asked
        self._name, self._tell, self._patience = repository.name, tell, patience

    def run(self) -> str:
        """Publish, and look again at the head before each further try."""
        failed: HubFailed | None = None
        meant: Cases | None = None
        for attempt in range(self._patience.attempts):
            if failed:
                self._wait(failed, attempt)
            head = self._repository.head() or self._created()
            plan = plan_for(self._built, self._repository, head, self._asked.fewer)
            if not plan.files:
                return self._tagged(head.sha, plan.tag, meant)
            if self._asked.pull_request and (number := self._proposed()):
                return f"{self._name} has this build in pull request {number}, which waits there"
            meant = meant or plan.cases
            try:
                oid, pull = self._commit(head, plan)
            except HubFailed as error:
                if not (error.again or error.status == MOVED):
                    raise
                failed = error
                continue
            if pull:
                return f"proposed to {self._name} in {pull}: {plan.cases.sentence()}"
            return self._tagged(oid, plan.tag, plan.cases)
        raise Unfinished(
            f"{failed}; nothing is there in half, and the next run finishes it: run the same again"
        )

    def _created(self) -> Head:
        self._repository.create()
        head = self._repository.head()
        if head is None:
            raise CasebookError(
                f"{self._name} is on the Hub, which does not show it to this token: use one that "
                "may read and write there"
            )
        return head

    def _wait(self, failed: HubFailed, attempt: int) -> None:
        if failed.status == MOVED:
            self._tell(f"somebody else changed {self._name} meanwhile: looking again")
            return
        patience = self._patience
        waited = min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait)
        self._tell(f"{failed}; looking again")
        time.sleep(max(waited, failed.wait))

    def _proposed(self) -> int | None:
        """The pull request that waits with this build, if there is one."""
        for number in self._repository.open_pulls()[:PULLS_LOOKED_AT]:
            head = self._repository.head(f"refs/pr/{number}")
            if head and self._repository.read(head, RECEIPT) == self._built.mark:
                return number
        return None

    def _commit(self, head: Head, plan: Plan) -> tuple[str, str | None]:
        if plan.edited:
            self._tell(
                f"in {FILE} of {self._name} somebody wrote inside our parts "
                f"({', '.join(plan.edited)}): their words are kept above ours"
            )
        return self._repository.commit(
            head.sha,
            plan.files.written,
            list(plan.files.gone),
            title=f"Release {plan.tag.removeprefix('v')}: {self._built.contents.cases:,} cases",
            words=plan.cases.sentence(),
            pull=self._asked.pull_request,
        )

    def _tagged(self, sha: str, tag: str, done: Cases | None) -> str:
        """Tag what is there, unless this build has its tag; `done` are the cases of our commit."""
        failed: HubFailed | None = None
        for attempt in range(self._patience.attempts):
            if failed:
                self._wait(failed, attempt)
                tag = tag_name(self._built, self._repository, Head(sha, {}))
            try:
                is_new = tag not in self._repository.tags()
                if is_new:
                    self._repository.tag(tag, sha)
            except HubFailed as error:
                if not (error.again or error.status == TAKEN):
                    raise
                failed = error
                continue
            if done:
                return f"published to {self._name} as {tag}: {done.sentence()}"
            if is_new:
                return f"{self._name} had this build already: tagged it as {tag}"
            return f"nothing changed: {self._name} has this build as {tag}"
        raise Unfinished(
            f"{failed}; {self._name} has the commit {sha} without its tag: run the same again"
        )
