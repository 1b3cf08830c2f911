"""A Prefect worker that ends with who started it."""

from __future__ import annotations

import functools
import os
import signal
import sys

from flows.runtime.ending import end_with_input

POOL = "casebook"
SECONDS_TO_END = 20


def main() -> None:
    """Look for runs of our pool until asked to end, or until nobody is there to ask."""
    # Prefect ends its runs and says so to its server when it is asked to end.
    end_with_input(functools.partial(os.kill, os.getpid(), signal.SIGTERM), SECONDS_TO_END)
    from prefect.cli import app

    health = ["--with-healthcheck"] if "PREFECT_WORKER_WEBSERVER_PORT" in os.environ else []
    sys.argv[1:] = ["worker", "start", "--pool", POOL, "--type", "process", *health]
    app()


if __name__ == "__main__":
    main()
