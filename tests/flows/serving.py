"""`casebook serve` in a folder of its own, as a person runs it, with what a test asks of it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import requests
import yaml

from flows.runtime.prefect_server import api_url, free_port
from tests.flows.test_faults import alive_in_session

ROOT = Path(__file__).parents[2]
# Python runs a module of this name at every start, so it sees server, worker and flows alike.
WATCH = """
import os, socket
def watched(name):
    real = getattr(socket.socket, name)
    def method(self, address, *rest):
        host = str(address[0]) if isinstance(address, tuple) else "127."
        if not host.startswith(("127.", "::1", "localhost")):
            with open(os.environ["WATCHED"], "a") as log:
                print(name, address, file=log)
        return real(self, address, *rest)
    setattr(socket.socket, name, method)
watched("connect")
watched("connect_ex")
lookup = socket.getaddrinfo
def watched_lookup(host, *rest, **more):
    if host not in (None, "localhost", "127.0.0.1", b"127.0.0.1", "::1", "0.0.0.0"):
        with open(os.environ["WATCHED"], "a") as log:
            print("getaddrinfo", host, file=log)
    return lookup(host, *rest, **more)
socket.getaddrinfo = watched_lookup
"""
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(slots=True)
class Served:
    """What serves, where, and the environment in which a person would type."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    began: int = 0

    def start(self) -> None:
        """Serve, again perhaps, in a session of its own."""
        with (self.folder / "serve.log").open("ab") as log:
            self.began = log.tell()
            self.process = _serve(self.folder, self.port, self.environment, log)

    def wait_until_ready(self, seconds: float = 180) -> None:
        """Wait until it says that it is ready, and since its last start."""
        until(lambda: "ready: http" in self.log(), seconds, self.log)

    def log(self) -> str:
        """What it said since its last start."""
        said = (self.folder / "serve.log").read_bytes()[self.began :]
        return said.decode(errors="replace")

    def prefect(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Prefect's own command line, typed in the folder."""
        command = [str(Path(sys.executable).with_name("prefect")), *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    def ask(self, what: str, **body: Any) -> Any:
        """Prefect's API."""
        session = requests.Session()
        session.trust_env = False
        answer = session.post(f"{api_url(self.port)}/{what}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def read(self, what: str) -> Any:
        """What Prefect's API says there."""
        session = requests.Session()
        session.trust_env = False
        return session.get(f"{api_url(self.port)}/{what}", timeout=60).json()

    def start_run(self, *words: str) -> str:
        """Start a run as a person would, of the deployment named first; the run's name."""
        ran = self.prefect("deployment", "run", *words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout.partition("Created flow run '")[2].partition("'")[0]

    def runs(self) -> list[dict[str, Any]]:
        """Every run there is, those to come included, the newest first."""
        return list(self.ask("flow_runs/filter", sort="EXPECTED_START_TIME_DESC", limit=200))

    def ended_runs(self) -> list[dict[str, Any]]:
        """The runs that ended."""
        return [run for run in self.runs() if run["state"]["type"] in ENDED]

    def run(self, name: str) -> dict[str, Any]:
        """A run by its name."""
        return next(run for run in self.runs() if run["name"] == name)

    def state(self, name: str) -> tuple[str, str]:
        """Name and message of a run's state."""
        state = self.run(name)["state"]
        return state["name"], state["message"] or ""

    def wait_for(self, name: str, seconds: float = 120) -> tuple[str, str]:
        """Wait until a run ended; its state and message."""
        until(lambda: self.run(name)["state"]["type"] in ENDED, seconds, self.log)
        return self.state(name)

    def children(self) -> dict[str, int]:
        """The processes of the session by what they are: server, worker, flow."""
        found = {}
        for pid in alive_in_session(self.process.pid) + self._groups():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
            for kind, mark in KINDS.items():
                if mark in words:
                    found[kind] = pid
        return found

    def _groups(self) -> list[int]:
        """Flows run in sessions of their own; they are known by where they work."""
        return [
            int(cwd.parent.name)
            for cwd in Path("/proc").glob("[0-9]*/cwd")
            if _points_to(cwd, self.folder)
        ]

    def left(self) -> list[int]:
        """What is still alive of all of it."""
        return sorted({*alive_in_session(self.process.pid), *self._groups()})

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """End it as asked, and say its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(60)


KINDS = {
    "server": "flows.runtime.prefect_server",
    "worker": "flows.runtime.prefect_worker",
    "flow": "prefect.engine",
}


def _points_to(link: Path, folder: Path) -> bool:
    try:
        return folder in (where := link.resolve()).parents or where == folder
    except OSError:
        return False


@contextmanager
def serving(
    folder: Path, schedules: Mapping[str, Sequence[Mapping[str, Any]]], **variables: str
) -> Iterator[Served]:
    """Serve prefect.yaml with other schedules; nothing of it is left afterwards."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    told = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    for deployment in told["deployments"]:
        deployment["schedules"] = list(schedules.get(deployment["name"], ()))
    (folder / "prefect.yaml").write_text(yaml.safe_dump(told))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "flows").symlink_to(ROOT / "flows")
    (folder / "data").mkdir()
    (folder / "data" / "sample").symlink_to(ROOT / "data" / "sample")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = {**ours, **watched(folder), "HOME": str(folder), **variables}
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        served = Served(folder, port, environment, _serve(folder, port, environment, log))
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.end()
        for pid in served.left():
            os.kill(pid, signal.SIGKILL)


def watched(folder: Path) -> dict[str, str]:
    """What lets every Python process write down what it looked for outside of this machine."""
    watch = folder / "watch"
    watch.mkdir(parents=True)
    (watch / "sitecustomize.py").write_text(WATCH)
    return {"PYTHONPATH": str(watch), "WATCHED": str(watch / "log")}


def left_the_machine(folder: Path) -> str:
    """What was looked for outside of this machine: nothing, one hopes."""
    log = folder / "watch" / "log"
    return log.read_text() if log.exists() else ""


def _serve(
    folder: Path, port: int, environment: Mapping[str, str], log: Any
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "serve", "--port", str(port)]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """A test that is killed leaves nothing that builds for ever."""
    set_signal_of_death = 1
    ctypes.CDLL(None).prctl(set_signal_of_death, signal.SIGTERM)


def until(true: Callable[[], bool], seconds: float, why: Callable[[], str] = str) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        # A server that was killed does not answer for a while.
        with suppress(requests.RequestException):
            if true():
                return
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {why()[-3000:]}")


@contextmanager
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook on loopback, and what it was told."""
    told: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/key-of-a-webhook", told
    finally:
        server.shutdown()
        server.server_close()
