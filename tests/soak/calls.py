"""Five hundred calls to a model, killed ten times over, as often as time allows."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from tests.extractors.llm.test_kills import killed_again_and_again

CALLS = 500
KILLS = 10
IN_FLIGHT = 64


def run(seed: int, seconds: float) -> str:
    """Nothing is lost, and at most what was in flight is paid again."""
    pick, deadline, said = random.Random(seed), time.monotonic() + seconds, []
    while not said or time.monotonic() < deadline - 30:
        with tempfile.TemporaryDirectory() as folder:
            latency = pick.choice([0.05, 0.2, 0.5])
            said.append(
                killed_again_and_again(
                    Path(folder), pick.randrange(10**6), CALLS, KILLS, IN_FLIGHT, latency
                )
            )
    return "; ".join(said)
