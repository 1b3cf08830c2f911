"""Whether a container is well: its worker looks for work, or it runs a command and needs none."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

# Where a worker that was started with --with-healthcheck answers.
PORT = os.environ.get("PREFECT_WORKER_WEBSERVER_PORT", "8080")
ADDRESS = f"http://127.0.0.1:{PORT}/health"
FIRST_PROCESS = Path("/proc/1/cmdline")


def is_well(address: str, command: bytes) -> bool:
    """Whether the worker answers that it looks for work, where the command runs one."""
    words = command.split(b"\0")
    if b"serve" not in words and b"worker" not in words:
        return True
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(ADDRESS, FIRST_PROCESS.read_bytes()) else 1)
