"""The whole command, with its Prefect server and worker processes."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.build_dataset import state_of
from flows.warehouse.home import Home
from tests.fakes.hub.behaviour import ORGANISATION
from tests.fakes.running import RunningHub, running_hub
from tests.flows.building import build, data_digests, folder_of
from tests.flows.test_faults import alive_in_session

REPO = f"{ORGANISATION}/sample"

# Python runs a module of this name at every start, so it sees the server and the workers too.
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


def start(home: Path, watch: Path, hub: RunningHub) -> subprocess.Popen[str]:
    """`casebook build --publish`, which says where it would leave the machine."""
    watch.mkdir(exist_ok=True)
    (watch / "sitecustomize.py").write_text(WATCH)
    environment = {**os.environ, "PYTHONPATH": str(watch), "WATCHED": str(watch / "log")}
    environment |= {**hub.environment, "CASEBOOK_ALLOW_RULES": "true", "HF_HOME": str(watch / "hf")}
    command = [sys.executable, "-m", "flows.cli", "build", "--sample", "--home", str(home)]
    command += ["--publish", REPO]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, env=environment
    )


def test_the_watch_sees_what_would_leave_the_machine(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "WATCHED": str(tmp_path / "log")}
    code = "import socket; s = socket.socket(); s.settimeout(.1); s.connect_ex(('192.0.2.1', 9))"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert "192.0.2.1" in (tmp_path / "log").read_text()


@pytest.mark.timeout(240)
def test_the_command_survives_a_kill_ends_its_server_and_stays_on_the_machine(
    sample_home: Home, tmp_path: Path
) -> None:
    with running_hub() as hub:
        _killed_then_whole(sample_home, tmp_path, hub)
        there = hub.admin.repo(REPO)
        assert [each["title"] for each in there["commits"]][1:] == ["Release 1: 14 cases"]
        assert there["tags"].keys() == {"v1"}


def _killed_then_whole(sample_home: Home, tmp_path: Path, hub: RunningHub) -> None:
    home = tmp_path / "home"
    killed = start(home, tmp_path / "watch", hub)
    assert killed.stderr
    for line in killed.stderr:
        if line.startswith("read"):
            break
    assert len(alive_in_session(killed.pid)) > 1
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    time.sleep(5)
    assert alive_in_session(killed.pid) == []

    whole = start(home, tmp_path / "watch", hub)
    _, said = whole.communicate()
    assert whole.returncode == 0, said
    assert "cases of 30 articles" in said.splitlines()[-1]
    assert f"published to {REPO} as v1" in said.splitlines()[-1]
    assert hub.token not in said
    time.sleep(1)
    assert alive_in_session(whole.pid) == []
    assert data_digests(home) == data_digests(sample_home.root)

    assert not (tmp_path / "watch" / "log").exists(), (tmp_path / "watch" / "log").read_text()
    with sqlite3.connect(home / "prefect" / "prefect.db") as runs:
        names = {name for (name,) in runs.execute("SELECT name FROM task_run")}
        states = [name for (name,) in runs.execute("SELECT state_name FROM flow_run")]
    assert {"read 00001", "check 00001", "dedupe all", "write", "publish"} <= names
    assert "Completed" in states


def test_a_build_that_leaves_something_pending_is_the_state_incomplete(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1,))
    assert state_of(build(tmp_path / "home", xml=folder)).is_completed()
    (folder / "PMC9000000002.xml").symlink_to(tmp_path / "none")
    state = state_of(build(tmp_path / "home", xml=folder))
    assert (state.name, state.is_failed()) == ("Incomplete", True)
    assert "1 pending" in (state.message or "")


def test_a_dask_cluster_gives_the_same_bytes(sample_home: Home, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    build(tmp_path / "home", sample=True, cluster="local:2", shard_size=8)
    assert data_digests(tmp_path / "home") == data_digests(sample_home.root)
