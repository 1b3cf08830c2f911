"""Releases published again and again while the Hub fails, others commit and kills come."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from tests.fakes.hub.behaviour import HUB_FAULTS, ORGANISATION
from tests.fakes.running import RunningHub, running_hub
from tests.flows.building import build, folder_of

ROOT = Path(__file__).parents[2]
FAULTS = 0.1
REPO = f"{ORGANISATION}/soak"


def run(seed: int, seconds: float) -> str:
    """One release after the other, each until it is there; then look at all that is there."""
    pick, deadline = random.Random(seed), time.monotonic() + seconds
    releases = kills = runs = 0
    with tempfile.TemporaryDirectory() as folder, running_hub(seed) as hub:
        hub.admin.settings(retry_after=0, put_seconds=0.05)
        home = Home(Path(folder, "home"))
        while not releases or time.monotonic() < deadline - 60:
            _change(Path(folder, "xml"), pick, releases)
            build(home.root, xml=Path(folder, "xml"))
            releases += 1
            # How long a run takes on this machine now says when a kill hits its middle.
            began = time.monotonic()
            _publish(hub, home, Path(folder), "--dry-run")
            takes = time.monotonic() - began
            while True:
                hub.admin.faults(FAULTS, kinds=(*HUB_FAULTS, "intrude"), seed=pick.randrange(10**6))
                kill = takes * pick.uniform(0.5, 4) if time.monotonic() < deadline else None
                code = _publish(hub, home, Path(folder), kill_after=kill)
                runs, kills = runs + 1, kills + (code is None)
                hub.admin.faults()
                _require_whole(hub, Path(folder))
                if code == 0:
                    break
        there = hub.admin.repo(REPO)
        titles = [c["title"] for c in there["commits"] if c["title"].startswith("Release")]
        assert len(titles) == len(set(titles)) == len(there["tags"]), (titles, there["tags"])
    return f"{releases} releases in {runs} runs, {kills} of them killed: {len(titles)} commits"


def _change(folder: Path, pick: random.Random, release: int) -> None:
    """Another article, or one that is retracted."""
    folder_of(folder, range(1, 8 + release))
    if release:
        path = folder / f"PMC{9_000_000_000 + pick.randrange(1, 6)}.1.json"
        if path.exists():
            told = json.loads(path.read_text())
            path.write_text(json.dumps(told | {"is_retracted": pick.random() < 0.5}))


def _publish(
    hub: RunningHub, home: Home, folder: Path, *more: str, kill_after: float | None = None
) -> int | None:
    """One run of the command: its exit code, or None where it was killed."""
    command = [sys.executable, "-m", "flows.cli", "publish", REPO, "--home", str(home.root)]
    environment = {**os.environ, **hub.environment, "HF_HOME": str(folder / "hf")}
    process = subprocess.Popen(
        [*command, "--allow-rules", "--fewer", "1", "--quiet", *more],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
    assert process.returncode in (0, 1), process.returncode
    return process.returncode


def _require_whole(hub: RunningHub, folder: Path) -> None:
    """The head holds every file of the build that it names, and no number was given twice."""
    from huggingface_hub import HfFileSystem

    try:
        there = hub.admin.repo(REPO)["files"]
    except ValueError:
        return
    if "build.json" not in there:
        assert not any(path.endswith(".parquet") for path in there), sorted(there)
        return
    files = HfFileSystem(endpoint=hub.endpoint, token=hub.token, skip_instance_cache=True)
    receipt = json.loads(files.read_text(f"datasets/{REPO}/build.json"))
    for path, digest in receipt["files"].items():
        assert path in there, path
        assert not path.endswith(".parquet") or there[path] == digest, path
    shutil.rmtree(folder / "ledger", ignore_errors=True)
    (folder / "ledger").mkdir()
    (folder / "ledger" / "ledger.csv").write_text(
        files.read_text(f"datasets/{REPO}/ledger.csv"), encoding="utf-8"
    )
    read_ledger(folder / "ledger" / "ledger.csv")
