"""`python -m tests.soak [NAME ...]`: every soak test, or those named, within SOAK_SECONDS."""

from __future__ import annotations

import importlib
import os
import random
import sys
import traceback

import tests.soak
from tests.named import modules_named


def main(names: list[str]) -> int:
    """Run each for its share of the time; one line each, with its seed."""
    chosen = modules_named(tests.soak, names)
    seconds = float(os.environ.get("SOAK_SECONDS", "300")) / max(len(chosen), 1)
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1_000_000))
    failed = [name for name in chosen if not _passes(name, seed, seconds)]
    return 1 if failed else 0


def _passes(name: str, seed: int, seconds: float) -> bool:
    module = importlib.import_module(f"tests.soak.{name}")
    if not hasattr(module, "run"):
        return True
    try:
        result = module.run(seed, seconds)
    except Exception:  # a soak may fail in any way, and the others are to run all the same
        traceback.print_exc()
        print(f"{name}: FAILED (SOAK_SEED={seed})", flush=True)
        return False
    print(f"{name}: {result} (SOAK_SEED={seed})", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
