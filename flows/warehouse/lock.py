"""A lock on a file that ends with the process that holds it, however that process ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

LOOKS = 20


class Lock:
    """A lock that one process holds at a time, and that says who does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Take it, in spite of those who just look whether it is taken."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        for _ in range(LOOKS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.05)
                continue
            who = {"pid": os.getpid(), "host": socket.gethostname(), "since": now()}
            os.truncate(handle, 0)
            os.pwrite(handle, json.dumps(who).encode(), 0)
            self._handle = handle
            return True
        os.close(handle)
        return False

    def release(self) -> None:
        """Let others take it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def is_taken(self) -> bool:
        """Whether somebody holds it now."""
        try:
            handle = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    def holder(self) -> str:
        """Who holds it, in words."""
        try:
            who = json.loads(self._path.read_bytes())
        except ValueError:
            return "another process"
        return f"process {who['pid']} on {who['host']} since {who['since']}"


def now() -> str:
    """The time, as summaries write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
