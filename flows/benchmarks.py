"""The files of other benchmarks that a build compares against: named by what they hold."""

from __future__ import annotations

from typing import Any

from extractors.corpus.contamination import (
    Benchmark,
    UnreadableBenchmark,
    digest_of,
    read_benchmark,
)
from flows.errors import UsageError
from schemas.settings import Settings


def benchmarks_told(settings: Settings) -> dict[str, Any]:
    """What decides the hits, and where the files lie."""
    try:
        digests = {path: digest_of(path) for path in settings.against}
    except UnreadableBenchmark as error:
        raise UsageError(str(error)) from None
    return {
        "benchmarks": sorted([path.name, digest] for path, digest in digests.items()),
        "paths": {digest: str(path) for path, digest in digests.items()},
    }


def read_benchmarks(settings: Settings) -> dict[str, Benchmark]:
    """What the files hold, by their names; raises where one cannot be read."""
    try:
        return {path.name: read_benchmark(path, digest_of(path)) for path in settings.against}
    except UnreadableBenchmark as error:
        raise UsageError(str(error)) from None
