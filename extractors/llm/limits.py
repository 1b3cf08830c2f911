"""How fast and how many at once: what the user set, what the service says, what it puts up with."""

from __future__ import annotations

import asyncio
import random
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60.0
# Of a minute's allowance, so much may be used at once; the rest comes evenly.
_BURST = 0.05
# So many rounds of answers bring the window from nothing back to all that is allowed.
_ROUNDS_BACK = 16
_LONGEST_HOLD = 60.0
_PART = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(slots=True)
class _Allowance:
    """Requests or tokens that come in evenly, a minute's worth a minute."""

    limit: float | None
    level: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self._most

    @property
    def _most(self) -> float:
        return max(1.0, (self.limit or 0.0) * _BURST)

    @property
    def _per_second(self) -> float:
        limit = self.limit or 0.0
        return max(limit - self._most, limit / 2) / MINUTE

    def change(self, limit: float) -> None:
        self.limit = limit
        self.level = min(self.level, self._most)

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken."""
        if self.limit is None:
            return 0.0
        self.level = min(self._most, self.level + (now - self.at) * self._per_second)
        self.at = now
        lacking = min(amount, self._most) - self.level
        return max(0.0, lacking / self._per_second)

    def take(self, amount: float) -> None:
        if self.limit is not None:
            self.level = min(self._most, self.level - amount)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one call."""

    tokens: float
    round: int


class Limits:
    """Lets calls through to one service, in their order.

    The window of calls in flight is halved when the service says that it is too much, once for
    all that were under way, and grows again evenly with the answers.
    """

    def __init__(
        self,
        in_flight: int = 64,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        pause: float = 1.0,
    ) -> None:
        self.most, self._window = in_flight, float(in_flight)
        self._own = {"requests": requests_per_minute, "tokens": tokens_per_minute}
        self._requests = _Allowance(requests_per_minute)
        self._tokens = _Allowance(tokens_per_minute)
        self._pause, self._pauses, self._round = pause, 0, 0
        self._hold, self.in_flight = 0.0, 0
        self._waiting: deque[tuple[float, asyncio.Future[Ticket]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped: Exception | None = None

    @property
    def window(self) -> int:
        """How many calls may be in flight now."""
        return max(1, int(self._window))

    @property
    def requests_per_minute(self) -> float | None:
        """The limit in force."""
        return self._requests.limit

    @property
    def tokens_per_minute(self) -> float | None:
        """The limit in force."""
        return self._tokens.limit

    async def enter(self, tokens: float, *, first: bool = False) -> Ticket:
        """Wait for one's turn, before all others where `first`."""
        if self._stopped is not None:
            raise self._stopped
        turn: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if first else self._waiting.append)((tokens, turn))
        self._serve()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave(turn.result(), 0)
            raise

    def leave(self, ticket: Ticket, tokens: float | None = None) -> None:
        """The call is over; it used so many tokens, if that is known."""
        self.in_flight -= 1
        if tokens is not None:
            self._tokens.take(tokens - ticket.tokens)
        self._serve()

    def went_well(self) -> None:
        """An answer came: a little more may be tried."""
        self._pauses = 0
        if self._window < self.most:
            step = max(1.0, self.most / _ROUNDS_BACK)
            self._window = min(float(self.most), self._window + step / self._window)

    def too_much(self, ticket: Ticket, wait: float = 0.0) -> None:
        """The service said 429, and how long to wait."""
        now = asyncio.get_running_loop().time()
        if ticket.round == self._round:
            self._round += 1
            self._window = max(1.0, min(self._window, float(self.in_flight)) / 2)
            if not wait:
                wait = min(_LONGEST_HOLD, self._pause * 2.0**self._pauses) * random.uniform(0.5, 1)  # noqa: S311
            self._pauses = min(self._pauses + 1, 10)
        self._hold = max(self._hold, now + wait)

    def read(self, headers: Mapping[str, str]) -> None:
        """Take over the limits that an answer names."""
        for name, allowance in (("requests", self._requests), ("tokens", self._tokens)):
            limit = _number(headers.get(f"x-ratelimit-limit-{name}"))
            if limit:
                own = self._own[name]
                limit = limit if own is None else min(limit, own)
                if limit != allowance.limit:
                    allowance.change(limit)
            if _number(headers.get(f"x-ratelimit-remaining-{name}")) == 0:
                wait = seconds_of(headers.get(f"x-ratelimit-reset-{name}"))
                now = asyncio.get_running_loop().time()
                self._hold = max(self._hold, now + min(wait, _LONGEST_HOLD))

    def stop(self, error: Exception) -> None:
        """Nobody gets through any more; those who wait and all who come are told why."""
        self._stopped = error
        while self._waiting:
            _, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error)

    def _serve(self) -> None:
        while self._waiting and self.in_flight < self.window:
            tokens, turn = self._waiting[0]
            if turn.done():
                self._waiting.popleft()
                continue
            loop = asyncio.get_running_loop()
            now = loop.time()
            wait = max(
                self._hold - now, self._requests.wait(1, now), self._tokens.wait(tokens, now)
            )
            if wait > 0:
                self._later(loop, wait)
                return
            self._waiting.popleft()
            self._requests.take(1)
            self._tokens.take(tokens)
            self.in_flight += 1
            turn.set_result(Ticket(tokens, self._round))

    def _later(self, loop: asyncio.AbstractEventLoop, wait: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(wait + 0.001, self._serve)


def seconds_of(duration: str | None) -> float:
    """Seconds of a duration such as `6m0s`, `120ms` or `3`; 0 where it says nothing of use."""
    if not duration:
        return 0.0
    plain = _number(duration)
    if plain is not None:
        return max(0.0, plain)
    parts = _PART.findall(duration)
    return sum((_number(number) or 0.0) * _SECONDS[unit] for number, unit in parts)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
