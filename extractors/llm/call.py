"""One call from its first attempt to its end: patient where that helps, and never for ever."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

from extractors.llm.accounts import Accounts
from extractors.llm.conversation import Conversation
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits, Ticket
from extractors.llm.outcomes import (
    CallsStopped,
    Outcome,
    OutOfQuota,
    ServiceDown,
    Unusable,
)
from extractors.llm.purse import Purse
from extractors.llm.replies import NoReply, Reply, judged, turned_away
from extractors.llm.request import Request
from extractors.llm.store import Attempt, UnusableStore
from extractors.llm.transport import MAYBE_PAID, Fault, Transport
from extractors.pmc.breaker import Breaker

_WITHHELD = ("content_filter", "content_policy_violation", "invalid_prompt")
_TOO_LONG = ("context_length_exceeded", "string_above_max_length")
_NOT_OURS = (401, 403, 404)
_TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a service is asked; times in seconds.

    `busy` is how long a service may say 429 and answer nobody; `gone_after` how long nothing but
    failures may come before nobody asks it any more.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    busy: float = 1800.0
    gone_after: float = 120.0


@dataclass
class Line:
    """What all calls of a client share on their way to one endpoint."""

    endpoint: Endpoint
    transport: Transport
    accounts: Accounts
    limits: Limits
    purse: Purse
    patience: Patience
    breaker: Breaker
    in_flight: int = 0
    answered_at: float = 0.0
    stopped: CallsStopped | None = None

    def heard(self, headers: Mapping[str, str]) -> None:
        """An answer came."""
        self.answered_at = time.monotonic()
        self.breaker.good()
        self.limits.went_well()
        self.limits.read(headers)

    def stop(self, why: CallsStopped) -> None:
        """No further call is made on this line."""
        if self.stopped is None:
            self.stopped = why
            self.limits.stop(why)


@dataclass(frozen=True, slots=True)
class _Met:
    """What one attempt met with: a reply or a fault."""

    attempt: Attempt
    reply: Reply | None = None
    text: str = ""
    fault: Fault | None = None


class Call:
    """A request on its way."""

    def __init__(self, line: Line, request: Request) -> None:
        self._line, self._request = line, request
        self._conversation = Conversation(request)
        self._attempts, self._faults = 0, 0
        self._began = time.monotonic()

    async def run(self) -> Outcome:
        """Ask until there is an outcome; raises `CallsStopped`, `ServiceDown`."""
        while True:
            outcome, fault = await self._attempt()
            if outcome is not None:
                return outcome
            if fault is not None:
                await self._patiently(fault)

    async def _attempt(self) -> tuple[Outcome | None, Fault | None]:
        """Ask once, as soon as purse and limits allow it; in flight until all of it is kept."""
        line = self._line
        if line.stopped is not None:
            raise line.stopped
        worst = line.accounts.worst(self._conversation)
        await line.purse.reserve(worst)
        cost = 0.0
        try:
            likely = self._conversation.likely(line.accounts.tokens).total
            ticket = await line.limits.enter(likely, first=self._attempts > 0)
            line.in_flight += 1
            used = 0
            try:
                if not line.breaker.allows():
                    why = f"nothing but failures for {line.patience.gone_after:g} s"
                    raise ServiceDown(why, self._attempts)
                met = await self._met(ticket)
                cost, used = met.attempt.cost, met.attempt.usage.total
                return await self._kept(met), met.fault
            finally:
                line.in_flight -= 1
                line.limits.leave(ticket, used)
        finally:
            line.purse.settle(worst, cost)

    async def _kept(self, met: _Met) -> Outcome | None:
        """Keep what came of an attempt; the outcome, if that ends the call."""
        reply, accounts = met.reply, self._line.accounts
        try:
            if reply is None or (met.fault is None and self._conversation.goes_on(reply)):
                await accounts.note(met.attempt)
                return None
            return await accounts.keep(self._request, reply, met.text, met.attempt, self._attempts)
        except UnusableStore as why:
            self._line.stop(why)
            raise

    async def _met(self, ticket: Ticket) -> _Met:
        line, conversation = self._line, self._conversation
        self._attempts += 1
        try:
            came = await line.transport.complete(conversation.body(line.endpoint))
            reply = judged(came.body, self._request)
        except Fault as met:
            fault = met
        except NoReply as wrong:
            fault = Fault("broken", str(wrong))
        except asyncio.CancelledError:
            lost = line.accounts.unanswered(conversation, "cancelled", "", paid=True)
            line.purse.charge(lost.cost)
            line.accounts.store.note(lost)
            raise
        else:
            line.heard(came.headers)
            attempt = line.accounts.replied(conversation, reply, came.latency)
            return _Met(attempt, reply, came.text)
        if fault.kind == "limited":
            line.limits.too_much(ticket, min(fault.wait, line.patience.busy))
            line.limits.read(fault.headers)
        paid = fault.kind in MAYBE_PAID
        attempt = line.accounts.unanswered(conversation, fault.kind, fault.says, paid=paid)
        return _Met(attempt, self._ended_by(fault, attempt), fault=fault)

    def _ended_by(self, fault: Fault, attempt: Attempt) -> Reply | None:
        line = self._line
        try:
            return ended_by(fault, self._request, others_answered=line.answered_at > 0)
        except CallsStopped as why:
            line.stop(why)
            line.accounts.store.note(attempt)
            raise

    async def _patiently(self, fault: Fault) -> None:
        """Wait before the next attempt; raises `ServiceDown` where there is to be none."""
        line, patience = self._line, self._line.patience
        if fault.kind == "limited":
            line.breaker.good()
            if time.monotonic() - max(self._began, line.answered_at) > patience.busy:
                why = f"it has asked to be asked less often for {patience.busy:g} s"
                raise ServiceDown(why, self._attempts)
            return
        line.breaker.bad()
        self._faults += 1
        if self._faults >= patience.attempts:
            raise ServiceDown(fault.says, self._attempts)
        longest = min(patience.longest_wait, patience.first_wait * 2.0 ** (self._faults - 1))
        wait = max(random.uniform(0, longest), min(fault.wait, patience.longest_wait))  # noqa: S311
        await asyncio.sleep(wait)


def ended_by(fault: Fault, request: Request, *, others_answered: bool) -> Reply | None:
    """The end of a call that a service will never take; None where another attempt may do.

    Raises `OutOfQuota` or `Unusable` where the service takes no such calls at all, as it seems
    when it turns one away and has not answered any other.
    """
    if fault.kind == "quota":
        raise OutOfQuota(fault.says)
    if fault.kind != "turned_away":
        return None
    if fault.code in _WITHHELD:
        return turned_away("refused", fault.says)
    if fault.code in _TOO_LONG or fault.status == _TOO_LARGE:
        return turned_away("truncated", fault.says)
    if fault.status in _NOT_OURS or not others_answered:
        raise Unusable(request.model, fault.status, fault.says)
    return turned_away("refused", f"status {fault.status}: {fault.says}")
