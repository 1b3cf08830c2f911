"""Which texts share so many runs of words that they must be near-duplicates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from rensa import RMinHash

PERMUTATIONS = 128
ROWS_PER_BAND = 4
RUN_OF_WORDS = 5

_WORD = re.compile(r"\w+")

Sketch = bytes
_VALUE = 4


def sketch(text: str) -> Sketch:
    """A MinHash of a text's runs of words: the same whatever its spaces, case and marks."""
    words = _WORD.findall(text.lower())
    runs = [" ".join(words[i : i + RUN_OF_WORDS]) for i in range(len(words) - RUN_OF_WORDS + 1)]
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update(runs or [" ".join(words)])
    return b"".join(value.to_bytes(_VALUE, "little") for value in minhash.digest())


def similarity(one: Sketch, other: Sketch) -> float:
    """The estimated share of runs that two texts have in common."""
    pairs = zip(memoryview(one).cast("I"), memoryview(other).cast("I"), strict=True)
    return sum(a == b for a, b in pairs) / PERMUTATIONS


def similar_pairs(sketches: Sequence[Sketch], at_least: float) -> Iterator[tuple[int, int]]:
    """The pairs, by index, whose similarity reaches the threshold; each once, in order."""
    band = ROWS_PER_BAND * _VALUE
    met: set[tuple[int, int]] = set()
    for start in range(0, PERMUTATIONS * _VALUE, band):
        alike: dict[bytes, list[int]] = defaultdict(list)
        for index, one in enumerate(sketches):
            alike[one[start : start + band]].append(index)
        for members in alike.values():
            met.update(combinations(members, 2))
    for i, j in sorted(met):
        if similarity(sketches[i], sketches[j]) >= at_least:
            yield i, j
