"""What a command tells its user beside its results."""

from __future__ import annotations

import sys
from collections.abc import Callable

Tell = Callable[[str], None]


def teller(*, quiet: bool) -> Tell:
    """Sentences go to stderr, or nowhere for those who asked for quiet."""
    return _say_nothing if quiet else _say


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _say_nothing(sentence: str) -> None:
    """For those who asked for quiet."""
