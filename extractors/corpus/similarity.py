"""How much two texts share: sketches find those worth a look, their runs of words decide."""

from __future__ import annotations

import re
from array import array
from operator import eq
from zlib import crc32

from rensa import RMinHash

PERMUTATIONS = 192
ROWS_PER_BAND = 4
RUN_OF_WORDS = 5
_FEWEST_RUNS = 100

_WORD = re.compile(r"\w+")
_VALUE = 4
_BAND = ROWS_PER_BAND * _VALUE

Sketch = bytes
Runs = bytes


def runs_of(text: str) -> list[str]:
    """The runs of words of a text: the same whatever its spaces, case and marks."""
    words = _WORD.findall(text.lower())
    last = len(words) - RUN_OF_WORDS + 1
    return [" ".join(words[i : i + RUN_OF_WORDS]) for i in range(last)] or [" ".join(words)]


def sketch(text: str) -> Sketch:
    """A MinHash of the runs of a text."""
    return sketch_of(runs_of(text))


def sketch_of(runs: list[str]) -> Sketch:
    """A MinHash of runs."""
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update(runs)
    return b"".join(value.to_bytes(_VALUE, "little") for value in minhash.digest())


def kept_runs(runs: list[str]) -> Runs:
    """Runs as they are kept for an exact comparison: a number each, in order, none twice."""
    return array("I", sorted({crc32(run.encode()) for run in runs})).tobytes()


def run_set(runs: Runs) -> frozenset[int]:
    """The numbers of kept runs."""
    return frozenset(memoryview(runs).cast("I"))


def similarity(one: Sketch, other: Sketch) -> float:
    """The estimated share of runs that two texts have in common."""
    agree: int = sum(map(eq, memoryview(one).cast("I"), memoryview(other).cast("I")))
    return agree / PERMUTATIONS


def containment(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of the shorter text's runs that the other has too, exactly.

    Paragraphs that one of two reports has in addition take nothing from it. What is shorter than
    `_FEWEST_RUNS` counts as if it were as long: a stock phrase may fill a short text.
    """
    return len(one & other) / max(_FEWEST_RUNS, min(len(one), len(other)))


def bands() -> list[slice]:
    """The parts of a sketch of which similar texts have at least one in common."""
    return [slice(at, at + _BAND) for at in range(0, PERMUTATIONS * _VALUE - _BAND + 1, _BAND)]
