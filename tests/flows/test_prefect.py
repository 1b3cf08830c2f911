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

from flows.warehouse.home import Home
from tests.flows.building import data_digests
from tests.flows.test_faults import alive_in_session


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.cli", "build", "--sample", "--home", str(home)]
    return subprocess.Popen(
        [*command, *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.timeout(240)
def test_the_command_builds_ends_its_server_and_survives_a_kill(
    sample_home: Home, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    killed = start(home)
    assert killed.stderr
    for line in killed.stderr:
        if line.startswith("read"):
            break
    assert len(alive_in_session(killed.pid)) > 1
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    time.sleep(5)
    assert alive_in_session(killed.pid) == []

    whole = start(home)
    _, said = whole.communicate()
    assert whole.returncode == 0, said
    assert "cases of 30 articles" in said.splitlines()[-1]
    time.sleep(1)
    assert alive_in_session(whole.pid) == []
    assert data_digests(home) == data_digests(sample_home.root)

    with sqlite3.connect(home / "prefect" / "prefect.db") as runs:
        names = {name for (name,) in runs.execute("SELECT name FROM task_run")}
        states = [name for (name,) in runs.execute("SELECT state_name FROM flow_run")]
    assert {"read 00001", "check 00001", "dedupe all", "write"} <= names
    assert "Completed" in states


def test_a_dask_cluster_gives_the_same_bytes(sample_home: Home, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from tests.flows.building import build

    build(tmp_path / "home", sample=True, cluster="local:2", shard_size=8)
    assert data_digests(tmp_path / "home") == data_digests(sample_home.root)
