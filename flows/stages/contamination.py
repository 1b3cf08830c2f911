"""Cases are looked for in the files of other benchmarks that a build was told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractors.corpus.contamination import Hit, read_benchmark
from extractors.corpus.profiles import Wording
from schemas.stage import Inputs, Stage, StageResult


def run(inputs: Inputs, parameters: Mapping[str, Any]) -> StageResult:
    """The hits, each once a file."""
    benchmarks = [
        (name, read_benchmark(Path(parameters["paths"][digest]), digest))
        for name, digest in parameters["benchmarks"]
    ]
    made = StageResult()
    for case in inputs.rows("profile", Wording):
        for name, benchmark in benchmarks:
            if how := benchmark.holds(case):
                made.rows.append(Hit(case.pmcid, name, how))
    return made


STAGE = Stage("contamination", 1, run, Hit, needs=("profile",), aside=True, here=True)
