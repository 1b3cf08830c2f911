"""`python -m tests.extractors.llm.many`: asks many requests, and may be killed while it does.

The first line that it prints says that it has begun, the last what became of the requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from extractors.llm.client import Client
from extractors.llm.endpoint import Endpoint
from extractors.llm.limits import Limits
from extractors.llm.store import Store
from tests.extractors.llm.asking import HASTY, PRICES, every, request
from tests.fakes.running import RunningModels

_ROOT = Path(__file__).resolve().parents[3]


async def main(base_url: str, key: str, store: str, count: int, in_flight: int) -> None:
    """Ask them all at once."""
    with Store(Path(store)) as kept:
        async with Client(
            Endpoint(base_url, key, timeout=5),
            kept,
            payer="many",
            prices=PRICES,
            limits=Limits(in_flight, pause=0.05),
            patience=HASTY,
        ) as client:
            print("begun", flush=True)
            outcomes = await every(client, [request(n) for n in range(count)])
    print(dict(Counter(type(one).__name__ for one in outcomes)), flush=True)


@contextlib.contextmanager
def asking(
    models: RunningModels, store: Path, count: int, in_flight: int
) -> Iterator[subprocess.Popen[str]]:
    """This as a process of its own, once it has begun; killed when the block ends."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.extractors.llm.many"),
            *(models.base_url, models.key, str(store), str(count), str(in_flight)),
        ],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "begun\n"
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], *map(int, sys.argv[4:])))
