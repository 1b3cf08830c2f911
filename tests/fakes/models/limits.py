"""Requests and tokens a minute, told and enforced as OpenAI does."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.fakes.models.behaviour import Settings
from tests.fakes.models.chat import Refused

_MINUTE = 60.0


@dataclass(slots=True)
class Bucket:
    """What is left of one limit."""

    left: float
    since: float = field(default_factory=time.monotonic)

    def refill(self, limit: int, burst: float) -> None:
        """Add what the time since has given."""
        now = time.monotonic()
        most = limit * burst / _MINUTE
        self.left = min(most, self.left + (now - self.since) * limit / _MINUTE)
        self.since = now


class Limits:
    """The limits of each model."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[tuple[str, str, int, float], Bucket] = {}

    def take(self, model: str, tokens: int) -> tuple[dict[str, str], Refused | None]:
        """The headers that tell of the limits, and the refusal of what is too much."""
        settings = self._settings
        headers: dict[str, str] = {}
        wanted = (
            ("requests", settings.requests_per_minute, 1),
            ("tokens", settings.tokens_per_minute, tokens),
        )
        buckets = [(kind, limit, amount, self._bucket(model, kind, limit))
                   for kind, limit, amount in wanted if limit is not None]  # fmt: skip
        short = next((one for one in buckets if one[3].left < one[2]), None)
        for kind, limit, amount, bucket in buckets:
            bucket.left -= 0 if short else amount
            headers |= _told(kind, limit, bucket, settings.burst)
        if short is None:
            return headers, None
        kind, limit, amount, bucket = short
        seconds = (amount - bucket.left) * _MINUTE / limit
        if settings.retry_after is not None:
            headers["Retry-After"] = str(max(1, round(seconds + 0.5)))
            headers["retry-after-ms"] = str(int(seconds * 1000) + 1)
        return headers, _refusal(model, kind, limit, amount, seconds)

    def _bucket(self, model: str, kind: str, limit: int) -> Bucket:
        burst = self._settings.burst
        key = (model, kind, limit, burst)
        if key not in self._buckets:
            self._buckets[key] = Bucket(limit * burst / _MINUTE)
        bucket = self._buckets[key]
        bucket.refill(limit, burst)
        return bucket


def _told(kind: str, limit: int, bucket: Bucket, burst: float) -> dict[str, str]:
    missing = max(0.0, limit * burst / _MINUTE - bucket.left)
    return {
        f"x-ratelimit-limit-{kind}": str(limit),
        f"x-ratelimit-remaining-{kind}": str(max(0, int(bucket.left))),
        f"x-ratelimit-reset-{kind}": _duration(missing * _MINUTE / limit),
    }


def _duration(seconds: float) -> str:
    """As in 6m0s, 1.2s or 20ms."""
    if seconds < 1:
        return f"{int(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, _MINUTE)
    return f"{int(minutes)}m{rest:.3g}s" if minutes else f"{rest:.4g}s"


def _refusal(model: str, kind: str, limit: int, amount: int, seconds: float) -> Refused:
    short = {"requests": "RPM", "tokens": "TPM"}[kind]
    told = (
        f"Rate limit reached for {model} in organization org-fake on {kind} per min ({short}): "
        f"Limit {limit}, Requested {amount}. Please try again in {_duration(seconds)}."
    )
    return Refused(429, told, code="rate_limit_exceeded", kind=kind)
