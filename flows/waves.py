"""How many candidates a target of cases takes: wave after wave, until the fewest are found."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

# Of a wave in which hardly anything passed no more is concluded than this share.
_LEAST_SHARE = 0.1


class Waves:
    """The search for the shortest run of `most` candidates that yields `target` cases."""

    def __init__(self, target: int, most: int) -> None:
        self._target, self._most = target, most
        self._too_few, self._enough = 0, most

    @property
    def first(self) -> int:
        """How many candidates the first wave takes: fewer cannot do."""
        return min(self._target, self._most)

    def after(self, taken: int, passed: Sequence[int]) -> int | None:
        """How many the next wave takes when cases at these places passed; None at the end."""
        if len(passed) < self._target:
            self._too_few = taken
            share = max(len(passed) / taken, _LEAST_SHARE) if taken else 1.0
            more = ceil((self._target - len(passed)) / share)
            wanted = min(taken + more, self._enough)
        else:
            self._enough = taken
            wanted = max(passed[self._target - 1] + 1, self._too_few + 1)
        return wanted if wanted != taken else None
