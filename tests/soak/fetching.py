"""A build from PMC with faults on one request in ten, killed again and again: the same bytes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.fakes.running import running_fakes
from tests.flows.building import build, data_digests

ROOT = Path(__file__).parents[2]
ARTICLES, SHARD, FAULTS = 2000, 50, 0.1
_BUILD = """
import sys
from datetime import date
from pathlib import Path
from tests.flows.building import build
build(Path(sys.argv[1]), since=date.fromisoformat(sys.argv[2]), shard_size=int(sys.argv[3]))
"""


def run(seed: int, seconds: float) -> str:
    """Kill it at random points as long as time allows, then let it end."""
    pick, deadline = random.Random(seed), time.monotonic() + seconds
    today = date.today()
    since = today.replace(year=today.year - 1)
    shares = {"corrupt_md5": 0.0}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_fakes(
            articles=ARTICLES, seed=seed, today=today, shares=shares, settings={"limits": None}
        ) as fakes,
    ):
        os.environ.update(fakes.environment)
        build(Path(folder, "peaceful"), since=since, shard_size=SHARD)
        downloads = fakes.admin.counts(reset=True)["bucket.xml"]
        fakes.admin.faults(FAULTS, seed=seed)
        command = [sys.executable, "-c", _BUILD, f"{folder}/home", str(since), str(SHARD)]
        kills = 0
        while time.monotonic() < deadline - 60:
            process = subprocess.Popen(command, cwd=ROOT)
            try:
                process.wait(timeout=pick.uniform(2, 25))
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
        subprocess.run(command, cwd=ROOT, check=True)
        fetched = fakes.admin.counts()["bucket.xml"]
        assert data_digests(Path(folder, "home")) == data_digests(Path(folder, "peaceful"))
        allowed = (downloads + kills * SHARD) * (1 + 3 * FAULTS)
        assert fetched <= allowed, f"{fetched} downloads, {allowed:.0f} allowed"
    return f"{kills} kills, {downloads} articles, {fetched} downloads, the same bytes"
