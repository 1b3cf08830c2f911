"""Write a folder of made case reports: `python -m tests.corpus_maker COUNT FOLDER [--seed N]`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.corpus_maker import Rates, make_articles, write_folder


def main() -> None:
    """Write the articles and say how fast."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus_maker", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clean", action="store_true", help="good case reports only")
    asked = parser.parse_args()
    start = time.perf_counter()
    rates = Rates.clean() if asked.clean else Rates()
    written = write_folder(asked.folder, make_articles(asked.count, asked.seed, rates=rates))
    took = time.perf_counter() - start
    print(f"{written} articles in {asked.folder}, {written / max(took, 1e-9):.0f} a second")


if __name__ == "__main__":
    main()
