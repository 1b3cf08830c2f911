"""How a process learns that whoever started it is gone, however that one went."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

SECONDS_BETWEEN_LOOKS = 0.5


def end_with_input(first: Callable[[], None] | None = None, grace: float = 0.0) -> None:
    """End when the other end of our standard input is closed, after a last act within `grace`."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            continue
        _end(first, grace)

    threading.Thread(target=watch, daemon=True).start()


def end_when_orphaned(first: Callable[[], None], grace: float) -> None:
    """End when the process that started this one is gone, after a last act within `grace`."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        _end(first, grace)

    threading.Thread(target=watch, daemon=True).start()


def _end(first: Callable[[], None] | None, grace: float) -> None:
    if first:
        act = threading.Thread(target=first, daemon=True)
        act.start()
        act.join(grace)
    os._exit(1)
