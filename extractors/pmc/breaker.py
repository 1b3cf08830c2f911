"""Knows when a service is plainly gone, so that nobody waits for it in vain."""

from __future__ import annotations

import threading
import time


class Breaker:
    """Opens when nothing but failures came for so many seconds, and at least so many of them.

    Once open, one request is let through every now and then; a good answer closes it again.
    """

    def __init__(self, gone_after: float, failures: int) -> None:
        self._gone_after, self._failures = gone_after, failures
        self._lock, self._open = threading.Lock(), threading.Event()
        self._failed, self._since, self._next_probe = 0, 0.0, 0.0

    def allows(self) -> bool:
        """Whether a request may be made now."""
        if not self._open.is_set():
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next_probe:
                return False
            self._next_probe = now + self._gone_after
            return True

    def good(self) -> None:
        """Something came back."""
        if self._failed:
            with self._lock:
                self._failed = 0
                self._open.clear()

    def bad(self) -> None:
        """Nothing came back."""
        with self._lock:
            now = time.monotonic()
            if not self._failed:
                self._since = now
            self._failed += 1
            gone = self._failed >= self._failures and now - self._since >= self._gone_after
            if gone and not self._open.is_set():
                self._next_probe = now + self._gone_after
                self._open.set()

    def waits(self, seconds: float) -> bool:
        """Wait so long; false as soon as the service is gone."""
        return not self._open.wait(seconds)
