"""A Prefect server for one build: it ends with who started it, however that ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import CasebookError

SECONDS_TO_START = 120
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_UI_ENABLED": "false",
}
# Nobody reads the logs of a server that is about to end; waiting until it took them costs a minute.
UNHEARD = {"PREFECT_LOGGING_TO_API_ENABLED": "false"}


@contextmanager
def prefect_server(home: Path) -> Iterator[None]:
    """Use the server that PREFECT_API_URL names, else a temporary one below `home`.

    To be entered before Prefect is imported, since Prefect reads the environment only then.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    if url := os.environ.get("PREFECT_API_URL"):
        if not _answers(f"{url}/health"):
            message = f"no Prefect server answers at {url}: start it, or unset PREFECT_API_URL"
            raise CasebookError(message)
        yield
        return
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    environment = {**os.environ, **QUIET, "PREFECT_HOME": str(home)}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.runtime.prefect_server", str(port)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=home,
            process_group=0,
        )
    try:
        url = f"http://127.0.0.1:{port}/api"
        _wait_for(f"{url}/health", server, home / "server.log")
        client = {"PREFECT_API_URL": url, "PREFECT_HOME": str(home), **UNHEARD}
        os.environ.update(client)
        yield
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(url):
            return
        time.sleep(0.1)
    raise CasebookError(f"the temporary Prefect server did not start; {log} says why")


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except (OSError, ValueError):
        return False


def _serve(port: int) -> None:
    """Serve until the parent's end of our standard input is closed."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="error")


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
