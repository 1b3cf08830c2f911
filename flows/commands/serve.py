"""`casebook serve`: a Prefect server, its deployments and a worker, for as long as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.errors import CasebookError, UsageError
from flows.runtime import prefect_server
from flows.warehouse.home import Home

HOME = Path("data", "build", "prefect")
SERVER = {
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    # Kept in memory, the one slot of a build would be lost, and taken for ever, by a restart.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
        "prefect.server.concurrency.lease_storage.filesystem"
    ),
}
WORKER = {
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_LOGGING_LEVEL": "INFO",
    # Our plugin is for people who type; where Prefect starts hooks it could not be loaded.
    "PREFECT_PLUGINS_ENABLED": "false",
}
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BEFORE_A_RESTART = 5.0
SECONDS_TO_END = 30.0

Start = Callable[[], subprocess.Popen[bytes]]


def serve(port: int) -> int:
    """Serve until asked to end; what dies meanwhile is started again."""
    root = Path.cwd()
    if not (root / "prefect.yaml").is_file():
        raise UsageError("there is no prefect.yaml here: run it in the folder of Casebook")
    home = (root / HOME).absolute()
    with ExitStack() as stack:
        stack.enter_context(Home(home).locked())
        served = []
        url = os.environ.get("PREFECT_API_URL")
        if url:
            prefect_server.require_server(url)
        else:
            url = prefect_server.api_url(port)
            served.append(stack.enter_context(_server(home, port)))
            stack.enter_context(_address_told(home, url))
        environment = {**prefect_server.PRIVATE, **WORKER, "PREFECT_API_URL": url}
        environment |= {} if "PREFECT_HOME" in os.environ else {"PREFECT_HOME": str(home)}
        _deploy(environment)
        served.append(stack.enter_context(_running("worker", _worker(environment))))
        _say_how(url)
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            for child in served:
                child.start_again_if_dead()


@dataclass(slots=True)
class _Child:
    """A process that is to run as long as this one."""

    name: str
    start: Start
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.start()

    def start_again_if_dead(self) -> None:
        """Start it again, and say so."""
        if (code := self.process.poll()) is None:
            return
        _say(f"the {self.name} ended with {code}; it is started again")
        time.sleep(SECONDS_BEFORE_A_RESTART)
        self.process = self.start()

    def end(self) -> None:
        """Let it end what it does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def _running(name: str, start: Start) -> Iterator[_Child]:
    child = _Child(name, start)
    try:
        yield child
    finally:
        child.end()


@contextmanager
def _server(home: Path, port: int) -> Iterator[_Child]:
    url = prefect_server.api_url(port)
    if prefect_server.answers(url):
        raise CasebookError(f"something answers at {url} already: end it, or give another --port")
    if not prefect_server.is_free(port):
        raise CasebookError(f"port {port} is in use: give another --port")
    _say(f"starting Prefect's server at {url.removesuffix('/api')} ...")
    start = lambda: prefect_server.start_server(home, port, SERVER)  # noqa: E731
    with _running("server", start) as child:
        prefect_server.wait_for(port, child.process, home)
        yield child


@contextmanager
def _address_told(home: Path, url: str) -> Iterator[None]:
    """Let `prefect` in this folder find the server, by our plugin."""
    address = home / "address"
    address.write_text(f"{url}\n")
    try:
        yield
    finally:
        address.unlink(missing_ok=True)


def _deploy(environment: Mapping[str, str]) -> None:
    _say("deploying prefect.yaml ...")
    command = [sys.executable, "-m", "flows.runtime.deploying"]
    ran = subprocess.run(
        command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    )
    if ran.returncode:
        raise CasebookError(ran.stderr.strip())


def _worker(environment: Mapping[str, str]) -> Start:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.runtime.prefect_worker"],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            process_group=0,
        )

    return start


def _say_how(url: str) -> None:
    _say(
        f"ready: {url.removesuffix('/api')} shows the runs; a run now, from this folder: "
        "`prefect deployment run build-dataset` (elsewhere: PREFECT_API_URL="
        f"{url} prefect deployment run build-dataset/build-dataset); Ctrl-C ends all of it"
    )
    if not os.environ.get("CASEBOOK_EMAIL"):
        _say("CASEBOOK_EMAIL is not set: builds from PMC will fail until it is")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
