"""The Batch API as another road to the same store: cheaper, slower, and resumable after days."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from openai.types import Batch

from extractors.llm.accounts import Accounts
from extractors.llm.batch_service import BatchService
from extractors.llm.call import Patience, ended_by
from extractors.llm.conversation import Conversation
from extractors.llm.endpoint import Endpoint
from extractors.llm.outcomes import Outcome, OutOfQuota, ServiceDown, Unusable, Usage
from extractors.llm.prices import Prices
from extractors.llm.purse import Purse
from extractors.llm.replies import NoReply, Reply, judged, usage_of
from extractors.llm.request import Request
from extractors.llm.store import Store
from extractors.llm.submissions import Line, Part, Submissions, Submitted
from extractors.llm.tokens import Tokens
from extractors.llm.transport import Fault, Transport

_OVER = ("completed", "expired", "cancelled", "failed")
_TOO_MUCH = "token_limit_exceeded"
_TRANSIENT = ("server_error", _TOO_MUCH)
_CHAT = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a batch may be."""

    requests: int = 2000
    megabytes: float = 90.0


class Batches:
    """Answers many requests by batches, from the store what is in it; one `ask` at a time."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: Store,
        *,
        payer: str,
        purse: Purse | None = None,
        prices: Prices | None = None,
        tokens: Tokens | None = None,
        patience: Patience | None = None,
        size: Size | None = None,
        poll: float = 60.0,
    ) -> None:
        self._endpoint = endpoint
        self.accounts = Accounts(store, payer, prices or Prices.load(), tokens or Tokens())
        self._purse = purse or Purse(spent=store.spent(payer))
        self._patience, self._size, self._poll = patience or Patience(), size or Size(), poll
        self._service = BatchService(Transport(endpoint), self._patience)
        self._submissions = Submissions(store, payer, endpoint.base_url)
        self._under_way: dict[str, Submitted] = {}
        self._resumed = False
        self._wanted: dict[str, Request] = {}
        self._outcomes: dict[str, Outcome | ServiceDown] = {}
        self._ready: dict[str, Conversation] = {}
        self._tries: Counter[str] = Counter()

    async def __aenter__(self) -> Batches:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._service.close()

    async def ask(
        self, requests: Iterable[Request], *, again: bool = False
    ) -> dict[str, Outcome | ServiceDown]:
        """What becomes of each request, by its key; `ServiceDown` stands for what is pending.

        Raises `CallsStopped` when no more can be submitted and all that was is read: what was
        answered is in the store then. It may be stopped at any moment and begun again after days.
        """
        self._wanted = {request.key: request for request in requests}
        self._outcomes, self._tries = {}, Counter()
        for key, request in self._wanted.items():
            kept = self.accounts.recall(request, again=again)
            if kept is not None:
                self._outcomes[key] = kept
        await self._resume()
        self._ready = {key: Conversation(self._wanted[key]) for key in self._open()}
        for submitted in self._under_way.values():
            self._not_ready(submitted)
        await self._use(self._open())
        while self._ready or self._ours():
            await self._submit()
            await self._look()
        return self._outcomes

    def _open(self) -> set[str]:
        return self._wanted.keys() - self._outcomes.keys()

    def _ours(self) -> list[Submitted]:
        """Batches under way that hold something of what is asked now."""
        wanted = self._open()
        return [one for one in self._under_way.values() if one.parts.keys() & wanted]

    def _not_ready(self, submitted: Submitted) -> None:
        for key in submitted.parts:
            self._ready.pop(key, None)

    async def _resume(self) -> None:
        """Take up what earlier runs left at the service."""
        if self._resumed:
            return
        for submitted in await asyncio.wrap_future(self._submissions.open()):
            self._purse.set_aside(submitted.reserved)
            self._under_way[submitted.id] = submitted
        self._resumed = True

    async def _submit(self) -> None:
        """Hand over all that the budget allows; raises `BudgetSpent` when that is nothing more."""
        while self._ready:
            model, chosen = self._chosen()
            if not chosen and not self._ours():
                raise self._purse.refusal(self._worst(next(iter(self._ready.values()))))
            if not chosen:
                return
            lines = [_line(self._endpoint, key, talk) for key, talk in chosen.items()]
            parts = {key: self._part(key, talk) for key, talk in chosen.items()}
            submitted = Submitted(uuid.uuid4().hex, model, None, parts)
            await asyncio.wrap_future(self._submissions.add(submitted))
            self._purse.set_aside(submitted.reserved)
            self._under_way[submitted.id] = submitted
            self._not_ready(submitted)
            batch = await self._service.hand_over(submitted.id, model, b"\n".join(lines))
            await asyncio.wrap_future(self._submissions.handed_over(submitted.id, batch))
            self._under_way[submitted.id] = replace(submitted, batch=batch)

    def _chosen(self) -> tuple[str, dict[str, Conversation]]:
        """Of one model, as much as fits into a batch and the budget."""
        model = next(iter(self._ready.values())).request.model
        room, size, chosen = self._purse.room, 0, dict[str, Conversation]()
        for key, talk in self._ready.items():
            if talk.request.model != model:
                continue
            room -= self._worst(talk)
            size += talk.request.size
            full = len(chosen) >= self._size.requests or size > self._size.megabytes * 1e6
            if room < 0 or (full and chosen):
                break
            chosen[key] = talk
        return model, chosen

    def _worst(self, talk: Conversation) -> float:
        return self.accounts.worst(talk, batch=True)

    def _part(self, key: str, talk: Conversation) -> Part:
        said = json.dumps([dict(message) for message in talk.more])
        return Part(key, talk.request.step, talk.turns, said, self._worst(talk))

    async def _look(self) -> None:
        """See to the batches that ended; wait where none has."""
        ended = [await self._seen(submitted) for submitted in self._ours()]
        if ended and not any(ended):
            await asyncio.sleep(self._poll)

    async def _seen(self, submitted: Submitted) -> bool:
        name = submitted.batch or await self._service.find(submitted.id, submitted.model)
        batch = None if name is None else await self._service.look(name, submitted.model)
        if batch is not None and batch.status not in _OVER:
            return False
        lines = {} if batch is None else await self._service.lines(batch, submitted.model)
        known = {key: lines[key] for key in submitted.parts if key in lines}
        attempts = [
            self.accounts.from_batch(key, submitted.parts[key].step, submitted.model, *_used(told))
            for key, told in known.items()
        ]
        await asyncio.wrap_future(self._submissions.ended(submitted.id, known, attempts))
        del self._under_way[submitted.id]
        self._purse.settle(submitted.reserved, sum(attempt.cost for attempt in attempts))
        if batch is not None:
            self._check(batch, submitted.model)
        missing = (submitted.parts.keys() - known.keys()) & self._open()
        for key in missing:
            self._once_more(submitted.parts[key], "the batch ended without an answer")
        await self._use(known.keys() & self._open())
        return True

    def _check(self, batch: Batch, model: str) -> None:
        """Raises `CallsStopped` where a batch failed for what it is."""
        problems = (batch.errors.data or []) if batch.errors else []
        for problem in problems if batch.status == "failed" else ():
            code, said = problem.code or "", problem.message or "the batch failed"
            if code == _TOO_MUCH and self._size.requests > 1:
                self._size = replace(self._size, requests=self._size.requests // 2)
            elif code not in _TRANSIENT:
                told = {"code": code, "message": said}
                fault = self._service.refused(400, told)
                raise OutOfQuota(said) if fault.kind == "quota" else Unusable(model, 400, said)

    async def _use(self, keys: Iterable[str]) -> None:
        """Make of each line that came an outcome, or another turn."""
        lines = await asyncio.wrap_future(self._submissions.lines(keys))
        answered = any(_status(line.told) == 200 for line in lines) or self.accounts.done > 0
        for line in lines:
            request = self._wanted[line.part.key]
            try:
                reply = self._reply(line, request, others_answered=answered)
            except Fault as fault:
                self._once_more(line.part, fault.says)
            else:
                await self._end(line, request, reply)

    def _reply(self, line: Line, request: Request, *, others_answered: bool) -> Reply:
        """The reply in a line; raises `Fault` where another try may bring one."""
        status, response = _status(line.told), line.told.get("response") or {}
        if status == 200:
            try:
                return judged(response.get("body"), request)
            except NoReply as wrong:
                raise Fault("broken", str(wrong)) from None
        error = line.told.get("error") or (response.get("body") or {}).get("error")
        fault = self._service.refused(status, error)
        reply = ended_by(fault, request, others_answered=others_answered)
        if reply is None:
            raise fault
        return reply

    async def _end(self, line: Line, request: Request, reply: Reply) -> None:
        talk = _talk(line.part, request)
        if talk.goes_on(reply):
            self._ready[request.key] = talk
            return
        body = (line.told.get("response") or {}).get("body")
        text = json.dumps(body) if _status(line.told) == 200 else ""
        attempts = 1 + line.part.turns.bit_count()
        kept = await self.accounts.keep(request, reply, text, None, attempts)
        await asyncio.wrap_future(self._submissions.used(request.key))
        self._outcomes[request.key] = kept
        self._ready.pop(request.key, None)

    def _once_more(self, part: Part, why: str) -> None:
        self._tries[part.key] += 1
        if self._tries[part.key] >= self._patience.attempts:
            self._outcomes[part.key] = ServiceDown(why, self._tries[part.key])
        else:
            self._ready[part.key] = _talk(part, self._wanted[part.key])


def _line(endpoint: Endpoint, key: str, talk: Conversation) -> bytes:
    line = {"custom_id": key, "method": "POST", "url": _CHAT, "body": talk.body(endpoint)}
    return json.dumps(line).encode()


def _talk(part: Part, request: Request) -> Conversation:
    return Conversation(request, part.turns, json.loads(part.said))


def _status(told: Any) -> int:
    """The status of a line; one that was never executed may be another time, as after a 503."""
    response = told.get("response")
    return int(response["status_code"]) if response else 503


def _used(told: Any) -> tuple[Usage, str]:
    """What a line used, or why it used nothing."""
    response = told.get("response") or {}
    body = response.get("body") or {}
    error = told.get("error") or body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return usage_of(body.get("usage")), str(code or "")
