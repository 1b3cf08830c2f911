"""A Prefect server for one build, or for `casebook serve`: it ends with who started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows.errors import CasebookError

SECONDS_TO_START = 120
# Nothing is told to anybody else.
PRIVATE = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
QUIET = {"PREFECT_SERVER_LOGGING_LEVEL": "ERROR", "PREFECT_SERVER_UI_ENABLED": "false"}
# Nobody reads the logs of a server that is about to end; waiting until it took them costs a minute.
UNHEARD = {"PREFECT_LOGGING_TO_API_ENABLED": "false"}


@contextmanager
def prefect_server(home: Path) -> Iterator[None]:
    """Use the server that PREFECT_API_URL names, else a temporary one below `home`.

    To be entered before Prefect is imported, since Prefect reads the environment only then.
    """
    for name, value in PRIVATE.items():
        os.environ.setdefault(name, value)
    if url := os.environ.get("PREFECT_API_URL"):
        require_server(url)
        yield
        return
    port = free_port()
    server = start_server(home, port, QUIET)
    try:
        wait_for(port, server, home)
        client = {"PREFECT_API_URL": api_url(port), "PREFECT_HOME": str(home), **UNHEARD}
        os.environ.update(client)
        yield
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()


def start_server(home: Path, port: int, told: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a server that keeps its things in `home` and ends when this process does."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **PRIVATE, **told, "PREFECT_HOME": str(home)}
    environment |= {"PREFECT_SERVER_API_PORT": str(port)}
    environment.pop("PREFECT_API_URL", None)
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.runtime.prefect_server", str(port)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=home,
            process_group=0,
        )


def wait_for(port: int, server: subprocess.Popen[bytes], home: Path) -> None:
    """Wait until a server that was started answers."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        if answers(api_url(port)):
            return
        time.sleep(0.1)
    raise CasebookError(
        f"the Prefect server did not start; {home / 'server.log'} says why. {home} holds no more "
        "than the history of runs: free some space, or remove it, and run the same again"
    )


def require_server(url: str) -> None:
    """A server that was named must answer."""
    if not answers(url):
        message = f"no Prefect server answers at {url}: start it, or unset PREFECT_API_URL"
        raise CasebookError(message)


def api_url(port: int) -> str:
    """Where a server of this machine is asked."""
    return f"http://127.0.0.1:{port}/api"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on a port."""
    with socket.socket() as probe:
        # What was left by a server that has just ended is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers(url: str) -> bool:
    """Whether a Prefect server answers there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/health", timeout=5):
            return True
    except (OSError, ValueError):
        return False


def _serve(port: int) -> None:
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    from flows.runtime.ending import end_with_input

    end_with_input()
    _serve(int(sys.argv[1]))
