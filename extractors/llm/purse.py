"""A budget that holds: what a call may cost at worst is set aside before it is made."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from extractors.llm.outcomes import BudgetSpent


class Purse:
    """What may be spent, what was, and what is set aside for calls that are being made.

    A call that does not fit waits until those before it have settled for what they really cost;
    when it does not fit even then, it is refused, and everything after it too.
    """

    def __init__(self, budget: float | None = None, spent: float = 0.0) -> None:
        self.budget, self.spent = budget, spent
        self._reserved, self._open = 0.0, 0
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._refusal: tuple[float, float, float] | None = None

    @property
    def reserved(self) -> float:
        """Dollars that are set aside now."""
        return self._reserved

    @property
    def room(self) -> float:
        """Dollars that may be set aside at once."""
        if self._refusal is not None:
            return 0.0
        return math.inf if self.budget is None else self.budget - self.spent - self._reserved

    async def reserve(self, dollars: float) -> None:
        """Set so much aside; raises `BudgetSpent` where it cannot be had."""
        if not self._waiting and self.try_reserve(dollars):
            return
        self._refuse_where_nothing_is_out(dollars)
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((dollars, granted))
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled() and granted.exception() is None:
                self.settle(dollars, 0.0)
            raise

    def try_reserve(self, dollars: float) -> bool:
        """Set so much aside if it can be had at once."""
        if self._refusal is not None or not self._fits(dollars):
            return False
        self.set_aside(dollars)
        return True

    def set_aside(self, dollars: float) -> None:
        """Set aside what is being spent already, such as for a batch of an earlier run."""
        self._reserved += dollars
        self._open += 1

    def settle(self, reserved: float, cost: float) -> None:
        """Give back what was set aside, and take what it really cost."""
        self._open -= 1
        self._reserved = self._reserved - reserved if self._open else 0.0
        self.spent += cost
        self._serve()

    def charge(self, cost: float) -> None:
        """Take what an attempt cost for which nothing was set aside."""
        self.spent += cost

    def refusal(self, dollars: float) -> BudgetSpent:
        """Why a call that may cost so much is not made."""
        budget, spent, needed = self._refusal or (self.budget or 0.0, self.spent, dollars)
        return BudgetSpent(budget, spent, needed)

    def _fits(self, dollars: float) -> bool:
        return self.budget is None or self.spent + self._reserved + dollars <= self.budget

    def _refuse_where_nothing_is_out(self, dollars: float) -> None:
        if self._refusal is None and not self._open and not self._fits(dollars):
            self._refusal = (self.budget or 0.0, self.spent, dollars)
        if self._refusal is not None:
            raise self.refusal(dollars)

    def _serve(self) -> None:
        while self._waiting:
            dollars, granted = self._waiting[0]
            if not granted.done():
                if self.try_reserve(dollars):
                    granted.set_result(None)
                elif self._open and self._refusal is None:
                    return
                else:
                    self._refusal = self._refusal or (self.budget or 0.0, self.spent, dollars)
                    granted.set_exception(self.refusal(dollars))
            self._waiting.popleft()
