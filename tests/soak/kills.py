"""The whole command, killed again and again: no process stays, and the bytes come out the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.flows.building import build, data_digests
from tests.flows.test_faults import alive_in_session

KILLS = 20
SECONDS_TO_DIE = 5


def run(seed: int, seconds: float) -> str:
    """Kill a build at random points, twenty times or as often as time allows, then let it end."""
    pick, deadline = random.Random(seed), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        home, peaceful = Path(folder, "home"), Path(folder, "peaceful")
        build(peaceful, sample=True)
        kills = 0
        while kills < KILLS and time.monotonic() < deadline - 60:
            _build_and_kill(home, pick.uniform(0.5, 25))
            kills += 1
        subprocess.run(_command(home), check=True, capture_output=True)
        assert data_digests(home) == data_digests(peaceful), "other bytes than an undisturbed build"
        assert not list(home.rglob(".casebook-draft-*")), "drafts were left"
    return f"{kills} kills of the whole command, the same bytes, no process left"


def _command(home: Path) -> list[str]:
    return [
        sys.executable, "-m", "flows.cli", "build", "--sample", "--home", str(home)
    ]  # fmt: skip


def _build_and_kill(home: Path, after: float) -> None:
    process = subprocess.Popen(_command(home), stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    time.sleep(SECONDS_TO_DIE)
    left = alive_in_session(process.pid)
    assert not left, f"processes {left} outlived their build by {SECONDS_TO_DIE} s"
    before = _state(home)
    time.sleep(1)
    assert _state(home) == before, "something is written although the build was killed"


def _state(home: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in home.rglob("*")}
