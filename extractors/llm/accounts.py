"""What was asked and answered, what it cost whom, and what of it is already kept."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from extractors.llm.conversation import Conversation
from extractors.llm.outcomes import Answered, Failed, Outcome, Usage
from extractors.llm.prices import Prices
from extractors.llm.replies import Reply, judged
from extractors.llm.request import Request
from extractors.llm.store import Attempt, Kept, Store, UnusableStore
from extractors.llm.tokens import Tokens


@dataclass
class Accounts:
    """The accounts of one payer, kept in a store."""

    store: Store
    payer: str
    prices: Prices
    tokens: Tokens
    done: int = 0
    from_store: int = 0
    usage: Usage = field(default_factory=Usage)
    spent: float = 0.0

    def recall(self, request: Request, *, again: bool) -> Outcome | None:
        """What is kept of a request; of a failure nothing, where it is to be asked `again`."""
        kept = self.store.get(request.key)
        if kept is None or (again and kept.outcome != "answered"):
            return None
        self.from_store += 1
        return _outcome(request, kept, from_store=True)

    def worst(self, conversation: Conversation, *, batch: bool = False) -> float:
        """The most dollars that the next reply may cost; raises `UnknownPrice`."""
        price = self.prices.of(conversation.request.model)
        return price.cost(conversation.worst(self.tokens), batch=batch)

    def replied(self, conversation: Conversation, reply: Reply, latency: float) -> Attempt:
        """Charge an attempt that was replied to, and learn from its count of tokens."""
        used, guessed = conversation.used(reply, self.tokens)
        if not guessed and conversation.plain:
            self.tokens.learn(conversation.request, used)
        kind = reply.reason or "answered"
        return self._charge(
            conversation, kind, reply.detail, used, guessed=guessed, latency=latency
        )

    def unanswered(
        self, conversation: Conversation, kind: str, detail: str, *, paid: bool
    ) -> Attempt:
        """Charge an attempt that nothing came of, which may have been `paid` all the same."""
        # Where a budget is to hold, what nobody counted may have been all that it might be.
        used = conversation.worst(self.tokens) if paid else Usage()
        return self._charge(conversation, kind, detail, used, guessed=paid, latency=0.0)

    async def note(self, attempt: Attempt) -> None:
        """Write down an attempt that was not the last."""
        await asyncio.wrap_future(self.store.note(attempt))

    async def keep(
        self, request: Request, reply: Reply, text: str, attempt: Attempt | None, attempts: int
    ) -> Outcome:
        """Keep the end of a call; its outcome, or that of another who was first."""
        kept = Kept(
            outcome=reply.reason or "answered",
            detail=reply.detail,
            reply=text,
            finish_reason=reply.finish_reason,
            usage=reply.usage if attempt is None else attempt.usage,
            latency=0.0 if attempt is None else attempt.latency,
            attempts=attempts,
        )
        in_force = await asyncio.wrap_future(self.store.keep(request, kept, attempt))
        self.done += 1
        if in_force is kept and reply.value is not None:
            return Answered(reply.value, kept.usage, from_store=False)
        return _outcome(request, in_force, from_store=False)

    def from_batch(self, key: str, step: str, model: str, usage: Usage, detail: str) -> Attempt:
        """Charge a line of a batch."""
        cost = self.prices.of(model).cost(usage, batch=True)
        self.usage += usage
        self.spent += cost
        kind = "batched" if usage.total else "down"
        return Attempt(
            *(key, self.payer, step, model, kind, detail, usage, cost),
            estimated=False,
            latency=0.0,
        )

    def _charge(
        self,
        conversation: Conversation,
        kind: str,
        detail: str,
        used: Usage,
        *,
        guessed: bool,
        latency: float,
    ) -> Attempt:
        request = conversation.request
        cost = self.prices.of(request.model).cost(used)
        self.usage += used
        self.spent += cost
        return Attempt(
            *(request.key, self.payer, request.step, request.model),
            kind=kind,
            detail=detail,
            usage=used,
            cost=cost,
            estimated=guessed,
            latency=latency,
        )


def _outcome(request: Request, kept: Kept, *, from_store: bool) -> Outcome:
    if kept.outcome != "answered":
        return Failed(kept.outcome, kept.detail, kept.usage, from_store)
    try:
        body = json.loads(kept.reply)
    except ValueError:
        raise UnusableStore(f"the store of calls is damaged: {request.key} holds no JSON") from None
    reply = judged(body, request)
    if reply.value is None:
        return Failed(reply.reason or "malformed", reply.detail, kept.usage, from_store)
    return Answered(reply.value, kept.usage, from_store)
