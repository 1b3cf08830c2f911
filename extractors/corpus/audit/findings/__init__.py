"""What an audit looks for, one file per kind: a module here with `FINDINGS` is picked up.

It has `in_row`, which looks at one row, or `across`, which looks at all of them, or both. Each look
is at one unit (a row, a quote, a label) and says whether it was a hit; looks for which a row lacks
a needed column are not counted.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.corpus.audit.report import ColumnSeen, Finding, Place
from extractors.corpus.audit.rows import Row
from extractors.corpus.contamination import Benchmark
from extractors.corpus.relatives import Likeness, Pair


@dataclass(frozen=True, slots=True)
class Look:
    """One unit that was judged for a finding: a hit with what was found, or none.

    A hit across rows counts its rows, and is shown at `place`.
    """

    name: str
    hit: bool
    detail: str = ""
    evidence: str = ""
    place: Place | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Trait:
    """What is kept of a row for findings across rows."""

    place: Place
    pmcid: str | None
    label: str | None
    likeness: Likeness | None


@dataclass(frozen=True, slots=True)
class Corpus:
    """All rows of a dataset, without their texts; `pairs` are indices of rows that are alike.

    `against` are the benchmarks that rows are looked for in, by name.
    """

    rows: Sequence[Trait]
    columns: Sequence[ColumnSeen]
    pairs: Sequence[Pair]
    against: Mapping[str, Benchmark]


@dataclass(frozen=True, slots=True)
class Kind:
    """A module of findings."""

    findings: tuple[Finding, ...]
    in_row: Callable[[Row], Iterator[Look]]
    across: Callable[[Corpus], Iterator[Look]]


def _looks_at_nothing(_: object) -> Iterator[Look]:
    return iter(())


@cache
def all_kinds() -> tuple[Kind, ...]:
    """The modules of this package, in the order of their names."""
    found = []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{name}")
        in_row = getattr(module, "in_row", _looks_at_nothing)
        found.append(Kind(module.FINDINGS, in_row, getattr(module, "across", _looks_at_nothing)))
    return tuple(found)


@cache
def all_findings() -> dict[str, Finding]:
    """Every finding by its name; checks come first."""
    return {finding.name: finding for kind in all_kinds() for finding in kind.findings}
